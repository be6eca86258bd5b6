// What a program says about itself while it runs: records, each of a level, a sentence and fields,
// given to a sink that its owner has passed in.
//
//   auto writer = LogWriter::make().value();                  // base/log_writer.h: to stderr
//   Log log({.sink = writer->sink()}, clock);
//   log.warning("accepting pauses", {{"address", address.text()}, {"error", errno}});
//
//   2026-11-20T16:18:57.123456Z warning accepting pauses address=127.0.0.1:7000 error=24
//
// A record that is below the level costs a comparison. No place in the code can flood a log: beyond
// `records_max` in an interval its records are dropped, and the next one that is not says how many
// those were (or, if there is none, the log does when it ends). A Log is one thread's; whether
// several may share a sink, the sink says.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>

#include "weir/base/clock.h"
#include "weir/base/owner.h"
#include "weir/base/slice.h"

namespace weir {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

std::string_view text(LogLevel level);

// One named value: text, a number, or true or false. It borrows what it is made of.
struct LogField {
  enum class Kind : std::uint8_t { text, integer, natural, real, boolean };

  template <class T>
  LogField(std::string_view its_name, T const& value) : name(its_name) {
    if constexpr (std::is_same_v<T, bool>) {
      kind = Kind::boolean;
      natural = value ? 1 : 0;
    } else if constexpr (std::is_floating_point_v<T>) {
      kind = Kind::real;
      real = static_cast<double>(value);
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      kind = Kind::integer;
      integer = value;
    } else if constexpr (std::is_integral_v<T>) {
      kind = Kind::natural;
      natural = value;
    } else {
      static_assert(std::is_convertible_v<T const&, std::string_view>,
                    "weir: LogField(name, value): value must be text, a number or a bool");
      text = value;
    }
  }

  std::string_view name;
  Kind kind = Kind::text;
  std::string_view text;
  union {
    std::int64_t integer = 0;
    std::uint64_t natural;
    double real;
  };
};

// Lasts as long as the call that it is given to.
struct LogRecord {
  LogLevel level;
  std::string_view message;
  Slice<LogField const> fields;
  Instant when;
  std::source_location where;
  std::uint64_t dropped;  // records of the same place since the one before it
};

// Where records go. `write` is called on the log's thread, must not wait for anything, and must not
// throw or log.
struct LogSink {
  void (*write)(void* context, LogRecord const& record) = nullptr;
  void* context = nullptr;

  explicit operator bool() const { return write != nullptr; }
};

struct LogOptions {
  // Outlives the log. None: nothing is said.
  LogSink sink{};
  LogLevel level = LogLevel::info;
  // Of one place in the code, in each interval.
  std::uint32_t records_max = 10;
  Duration interval = 1 * seconds;
};

// Places that are told apart; those beyond it share one.
inline constexpr std::uint32_t log_place_count_max = 128;
// A longer line is cut.
inline constexpr std::uint32_t log_line_bytes_max = 2048;

class Log {
 public:
  using Fields = std::initializer_list<LogField>;
  using Where = std::source_location;

  // Says nothing.
  Log();
  Log(LogOptions const& options, Clock const& clock);
  Log(Log&& other) noexcept;
  Log& operator=(Log&& other) noexcept;
  // Says what was dropped and not said yet.
  ~Log();

  bool enabled(LogLevel level) const { return level >= level_; }

  void debug(std::string_view message, Fields fields = {}, Where where = Where::current()) {
    if (enabled(LogLevel::debug)) write(LogLevel::debug, message, fields, where);
  }
  void info(std::string_view message, Fields fields = {}, Where where = Where::current()) {
    if (enabled(LogLevel::info)) write(LogLevel::info, message, fields, where);
  }
  void warning(std::string_view message, Fields fields = {}, Where where = Where::current()) {
    if (enabled(LogLevel::warning)) write(LogLevel::warning, message, fields, where);
  }
  void error(std::string_view message, Fields fields = {}, Where where = Where::current()) {
    if (enabled(LogLevel::error)) write(LogLevel::error, message, fields, where);
  }

 private:
  struct Places;

  void write(LogLevel level, std::string_view message, Fields fields, Where const& where);

  LogLevel level_ = LogLevel::off;
  Owner<Places> places_;
};

// One line without its end: level, message, then name=value. Values that hold spaces, quotes or
// control characters are quoted and escaped, so that nothing a peer has sent can begin a line.
std::string log_line(LogRecord const& record);

}  // namespace weir
