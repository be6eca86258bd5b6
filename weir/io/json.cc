#include "weir/io/json.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace weir {

namespace {

// "[json.exception.parse_error.101] parse error at line 2, column 5: syntax error …" without all
// that comes before the sentence.
std::string_view sentence_of(std::string_view what) {
  std::size_t const name_end = what.find("] ");
  if (what.starts_with("[json.exception.") && name_end != what.npos)
    what.remove_prefix(name_end + 2);
  if (what.starts_with("parse error")) {
    std::size_t const place_end = what.find(": ");
    if (place_end != what.npos) what.remove_prefix(place_end + 2);
  }
  return what;
}

std::string malformed(std::string const& path, std::string_view text, std::size_t at,
                      std::string_view what) {
  // `at` counts from 1, and is one behind the text where that ends too early.
  std::string_view const before = text.substr(0, std::min(at > 0 ? at - 1 : 0, text.size()));
  auto const line = std::count(before.begin(), before.end(), '\n') + 1;
  std::size_t const line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return path + ":" + std::to_string(line) + ":" + std::to_string(before.size() - line_begin + 1) +
         ": " + std::string(sentence_of(what));
}

}  // namespace

void parse_json(std::string const& path, std::string_view text, nlohmann::json& value) {
  try {
    value = nlohmann::json::parse(text);
  } catch (nlohmann::json::parse_error const& thrown) {
    end_flow(malformed(path, text, thrown.byte, thrown.what()));
  } catch (nlohmann::json::exception const& thrown) {
    end_for_shape(path, thrown.what());
  }
}

void end_for_shape(std::string const& path, std::string_view what) {
  end_flow(path + ": its shape is not what this flow expects: " + std::string(sentence_of(what)));
}

}  // namespace weir
