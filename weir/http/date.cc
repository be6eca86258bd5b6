#include "weir/http/date.h"

#include <algorithm>

namespace weir::http {

namespace {

constexpr std::string_view week = "ThuFriSatSunMonTueWed";  // from 1 January 1970
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t time_min = -62'167'219'200;  // year 0
constexpr std::int64_t time_max = 253'402'300'799;  // year 9999

struct Day {
  std::int64_t year;
  std::int64_t month;  // from 1
  std::int64_t day;    // from 1
};

// Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March, eras have
// 400 of them.
std::int64_t days_from(Day const& date) {
  std::int64_t const year = date.year - (date.month <= 2 ? 1 : 0);
  std::int64_t const era = (year >= 0 ? year : year - 399) / 400;
  std::int64_t const of_era = year - era * 400;
  std::int64_t const of_year =
      (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

Day day_of(std::int64_t days) {
  days += 719'468;
  std::int64_t const era = (days >= 0 ? days : days - 146'096) / 146'097;
  std::int64_t const of_era = days - era * 146'097;
  std::int64_t const year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  std::int64_t const of_year = of_era - (365 * year + year / 4 - year / 100);
  std::int64_t const shifted = (5 * of_year + 2) / 153;
  std::int64_t const month = shifted + (shifted < 10 ? 3 : -9);
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, of_year - (153 * shifted + 2) / 5 + 1};
}

void put_number(char* to, std::int64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

// -1 if it is none.
std::int64_t number_in(std::string_view digits) {
  std::int64_t value = 0;
  for (char const c : digits) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

Date make_date(std::int64_t unix_time) {
  unix_time = std::clamp(unix_time, time_min, time_max);
  std::int64_t const second = ((unix_time % day_seconds) + day_seconds) % day_seconds;
  std::int64_t const days = (unix_time - second) / day_seconds;
  Day const day = day_of(days);
  Date date;
  constexpr std::string_view shape = "Sun, 06 Nov 1994 08:49:37 GMT";
  std::copy(shape.begin(), shape.end(), date.characters.begin());
  char* const out = date.characters.data();
  auto const weekday = static_cast<std::size_t>(((days % 7) + 7) % 7);
  std::copy_n(week.data() + weekday * 3, 3, out);
  put_number(out + 5, day.day, 2);
  std::copy_n(months.data() + static_cast<std::size_t>(day.month - 1) * 3, 3, out + 8);
  put_number(out + 12, day.year, 4);
  put_number(out + 17, second / 3600, 2);
  put_number(out + 20, second / 60 % 60, 2);
  put_number(out + 23, second % 60, 2);
  return date;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  if (text.size() != date_bytes || text.substr(25) != " GMT") return std::nullopt;
  if (text[3] != ',' || text[4] != ' ' || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
      text[19] != ':' || text[22] != ':')
    return std::nullopt;
  std::size_t const month = months.find(text.substr(8, 3));
  if (month == months.npos || month % 3 != 0) return std::nullopt;
  std::int64_t const day = number_in(text.substr(5, 2));
  std::int64_t const year = number_in(text.substr(12, 4));
  std::int64_t const hour = number_in(text.substr(17, 2));
  std::int64_t const minute = number_in(text.substr(20, 2));
  std::int64_t const second = number_in(text.substr(23, 2));
  bool const valid = day >= 1 && day <= 31 && year >= 0 && hour >= 0 && hour <= 23 && minute >= 0 &&
                     minute <= 59 && second >= 0 && second <= 60;
  if (!valid) return std::nullopt;
  std::int64_t const days = days_from({year, static_cast<std::int64_t>(month / 3) + 1, day});
  return days * day_seconds + hour * 3600 + minute * 60 + second;
}

}  // namespace weir::http
