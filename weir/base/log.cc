#include "weir/base/log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

namespace {

constexpr char digits[] = "0123456789abcdef";

bool is_plain(char letter) {
  auto const code = static_cast<unsigned char>(letter);
  return code > ' ' && code != 0x7f && letter != '"' && letter != '\\' && letter != '=';
}

void append_escaped(std::string& line, char letter) {
  auto const code = static_cast<unsigned char>(letter);
  if (letter == '"' || letter == '\\') {
    line += '\\';
    line += letter;
  } else if (letter == '\n') {
    line += "\\n";
  } else if (code < ' ' || code == 0x7f) {
    line += "\\x";
    line += digits[code >> 4];
    line += digits[code & 15];
  } else {
    line += letter;
  }
}

// Whatever is longer than a line is not looked at any further.
void append_text(std::string& line, std::string_view text) {
  text = text.substr(0, log_line_bytes_max);
  bool plain = !text.empty();
  for (char const letter : text) plain = plain && is_plain(letter);
  if (plain) {
    line += text;
    return;
  }
  line += '"';
  for (char const letter : text) append_escaped(line, letter);
  line += '"';
}

template <class Number>
void append_number(std::string& line, Number number) {
  std::array<char, 32> room;
  std::to_chars_result const end = std::to_chars(room.data(), room.data() + room.size(), number);
  line.append(room.data(), end.ptr);
}

void append_value(std::string& line, LogField const& field) {
  switch (field.kind) {
    case LogField::Kind::text:
      return append_text(line, field.text);
    case LogField::Kind::integer:
      return append_number(line, field.integer);
    case LogField::Kind::natural:
      return append_number(line, field.natural);
    case LogField::Kind::real:
      return append_number(line, field.real);
    case LogField::Kind::boolean:
      line += field.natural != 0 ? "true" : "false";
      return;
  }
}

}  // namespace

std::string_view text(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
    case LogLevel::off:
      return "off";
  }
  return "";
}

std::string log_line(LogRecord const& record) {
  constexpr std::string_view cut = "...";
  std::string line(text(record.level));
  line += ' ';
  for (char const letter : record.message.substr(0, log_line_bytes_max))
    append_escaped(line, letter);
  for (LogField const& field : record.fields) {
    if (line.size() > log_line_bytes_max) break;
    line += ' ';
    line += field.name;
    line += '=';
    append_value(line, field);
  }
  if (record.dropped > 0) {
    line.resize(std::min<std::size_t>(line.size(), log_line_bytes_max));
    line += " dropped=";
    append_number(line, record.dropped);
  }
  if (line.size() > log_line_bytes_max + 32) {
    line.resize(log_line_bytes_max);
    line += cut;
  }
  return line;
}

// ---- places -------------------------------------------------------------------------------------

// Where records come from, and how many came in the latest interval of each: a small table that is
// never resized, of which the last entry is everybody's who has found no room.
struct Log::Places {
  struct Place {
    char const* file = nullptr;
    std::uint32_t line = 0;
    std::uint32_t count = 0;
    LogLevel level = LogLevel::debug;
    std::uint64_t dropped = 0;
    Instant begun = 0;
  };

  Places(LogOptions const& its_options, Clock const& its_clock)
      : options(its_options), clock(its_clock) {}

  Place& place_of(std::source_location const& where) {
    auto const address = reinterpret_cast<std::uintptr_t>(where.file_name());
    std::uint64_t at = (address ^ where.line() * 0x9E3779B97F4A7C15u) % log_place_count_max;
    for (std::uint32_t looks = 0; looks < looks_max; ++looks) {
      Place& place = all[at];
      if (place.file == nullptr) {
        place.file = where.file_name();
        place.line = where.line();
        return place;
      }
      if (place.file == where.file_name() && place.line == where.line()) return place;
      at = (at + 1) % log_place_count_max;
    }
    Place& rest = all[log_place_count_max];
    rest.file = "other places";
    return rest;
  }

  // How many were dropped before this one, which may be written; or that it may not.
  bool admit(Place& place, Instant now, std::uint64_t& dropped) {
    if (place.count == 0 || now - place.begun >= options.interval) {
      place.begun = now;
      place.count = 0;
    }
    if (place.count >= options.records_max) {
      ++place.dropped;
      return false;
    }
    ++place.count;
    dropped = std::exchange(place.dropped, 0);
    return true;
  }

  void say_what_was_dropped() {
    for (Place& place : all) {
      if (place.dropped == 0) continue;
      LogField const fields[] = {{"file", place.file}, {"line", place.line}};
      LogRecord const record{place.level, "no more of the records that were dropped",
                             fields,      clock.now(),
                             {},          std::exchange(place.dropped, 0)};
      options.sink.write(options.sink.context, record);
    }
  }

  static constexpr std::uint32_t looks_max = 8;

  LogOptions const options;
  Clock const& clock;
  std::array<Place, log_place_count_max + 1> all;
};

// ---- the log ------------------------------------------------------------------------------------

Log::Log() = default;
Log::Log(Log&& other) noexcept
    : level_(std::exchange(other.level_, LogLevel::off)), places_(std::move(other.places_)) {}

Log& Log::operator=(Log&& other) noexcept {
  std::swap(level_, other.level_);
  places_ = std::move(other.places_);  // which swaps, too
  return *this;
}

Log::Log(LogOptions const& options, Clock const& clock) {
  WEIR_ASSERT(options.records_max > 0);
  if (!options.sink || options.level == LogLevel::off) return;
  level_ = options.level;
  places_ = make_owner<Places>(options, clock);
}

Log::~Log() {
  if (places_) places_->say_what_was_dropped();
}

void Log::write(LogLevel level, std::string_view message, Fields fields, Where const& where) {
  if (!places_) return;  // level_ is `off`, and somebody logs at that
  Instant const now = places_->clock.now();
  Places::Place& place = places_->place_of(where);
  place.level = level;
  std::uint64_t dropped = 0;
  if (!places_->admit(place, now, dropped)) return;
  LogRecord const record{level, message, {fields.begin(), fields.size()}, now, where, dropped};
  LogSink const& sink = places_->options.sink;
  sink.write(sink.context, record);
}

}  // namespace weir
