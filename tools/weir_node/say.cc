#include "tools/weir_node/say.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "tools/weir_node/descriptor.h"

namespace weir::tool {

std::string text_of(nlohmann::ordered_json const& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> say(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
  return system_error("cannot write to standard output", errno);
}

Result<void> finish_saying() {
  if (std::fflush(stdout) == 0) return {};
  return system_error("cannot write to standard output", errno);
}

std::string harmless(std::string_view name) {
  std::string text(name);
  for (std::size_t n = 0; n < text.size(); ++n) {
    auto const code = static_cast<unsigned char>(text[n]);
    if (code < 0x20 || code == 0x7F) text[n] = '?';
    // U+0080 to U+009F
    bool const begins = code == 0xC2 && n + 1 < text.size();
    if (begins && static_cast<unsigned char>(text[n + 1]) < 0xA0) text.replace(n, 2, "?");
  }
  return text;
}

std::string text_of_time(std::uint64_t unix_microseconds) {
  auto const seconds = static_cast<std::time_t>(unix_microseconds / 1'000'000);
  std::tm time{};
  if (::gmtime_r(&seconds, &time) == nullptr) return std::to_string(unix_microseconds);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", time.tm_year + 1900, time.tm_mon + 1,
                     time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec);
}

}  // namespace weir::tool
