#include "weir/plan/escape.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir {

namespace {

std::string escape_letter(Language language, char letter) {
  auto const code = static_cast<unsigned char>(letter);
  switch (language) {
    case Language::json: {
      constexpr std::string_view digits = "0123456789abcdef";
      if (letter == '"' || letter == '\\') return {'\\', letter};
      if (code >= 0x20 && code != 0x7F) return {letter};
      return std::string("\\u00") + digits[code / 16] + digits[code % 16];
    }
    case Language::dot:
      if (letter == '\n') return "\\n";
      if (letter == '"' || letter == '\\') return {'\\', letter};
      if (letter == '&') return "&amp;";
      break;
    case Language::open_metrics:
      if (letter == '\n') return "\\n";
      if (letter == '"' || letter == '\\') return {'\\', letter};
      break;
    case Language::mermaid:
      if (letter == '\n') return "<br/>";
      if (std::string_view("\"#&<>\\`").find(letter) != std::string_view::npos) {
        return "#" + std::to_string(code) + ";";
      }
      break;
  }
  return {code >= 0x20 && code != 0x7F ? letter : ' '};
}

// The length of the UTF-8 sequence that `text` begins with, 0 if it is none (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  auto const at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  unsigned const first = at(0);
  if (first < 0x80) return 1;
  std::size_t const length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  // The second byte also keeps out overlong forms, surrogates, and what is above U+10FFFF.
  unsigned const least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned const most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (at(1) < least || at(1) > most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (at(i) < 0x80 || at(i) > 0xBF) return 0;
  }
  return length;
}

}  // namespace

std::string escape(Language language, std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
  std::string escaped;
  while (!text.empty()) {  // a step takes at least one byte
    std::size_t const length = sequence_length(text);
    if (length == 0) escaped += replacement;
    else if (length == 1) escaped += escape_letter(language, text.front());
    else escaped += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return escaped;
}

}  // namespace weir
