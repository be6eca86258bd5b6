#include "weir/pipes/bad_item.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace weir {

namespace {

constexpr std::size_t quoted_bytes_max = 60;

void append(std::string& sentence, Phrase const& phrase) {
  switch (phrase.kind) {
    case Phrase::words:
      sentence += phrase.text;
      return;
    case Phrase::quoted:
      sentence += '"';
      sentence += phrase.text.substr(0, quoted_bytes_max);
      sentence += phrase.text.size() > quoted_bytes_max ? "\"..." : "\"";
      return;
    case Phrase::negative_number:
      sentence += '-';
      [[fallthrough]];
    case Phrase::number:
      sentence += std::to_string(phrase.magnitude);
      return;
  }
}

}  // namespace

BadItem::BadItem(std::string_view sentence) noexcept : text_{} {
  std::copy_n(sentence.begin(), std::min(sentence.size(), text_.size() - 1), text_.begin());
}

void throw_bad_item(std::initializer_list<Phrase> sentence) {
  std::string text;
  for (Phrase const& phrase : sentence) append(text, phrase);
  throw BadItem(text);
}

}  // namespace weir
