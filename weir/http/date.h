// HTTP's dates: "Sun, 06 Nov 1994 08:49:37 GMT".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::http {

inline constexpr std::size_t date_bytes = 29;

struct Date {
  std::array<char, date_bytes> characters{};
  std::string_view text() const { return {characters.data(), characters.size()}; }
};

// Of a time in seconds since 1970, from year 0 to 9999; others become the nearest of these.
Date make_date(std::int64_t unix_time);
// Of that form alone, which everybody sends since 1999; nothing if it is another one.
std::optional<std::int64_t> parse_date(std::string_view text);

}  // namespace weir::http
