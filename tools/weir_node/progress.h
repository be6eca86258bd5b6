// How far a long piece of work is, on standard error: on a terminal a bar with rate and time left,
// drawn again and again; elsewhere a line every few seconds. Short work shows nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/clock.h"

namespace weir::tool {

struct ProgressState {
  std::string_view what{};  // "put"
  std::uint64_t bytes = 0;
  std::uint64_t bytes_total = 0;  // 0: nobody knows
  std::uint64_t items = 0;
  std::uint64_t items_total = 0;  // says how far it is where bytes_total does not; 0: nobody knows
  std::string_view item_name = "ops";
  double seconds = 0;  // since the beginning
};

// One line without its end, at most `columns` wide.
std::string bar_line(ProgressState const& state, std::size_t columns);
// "1.50 MiB"; "3 B".
std::string text_of_bytes(double bytes);
// "0:07", "1:02:03".
std::string text_of_seconds(double seconds);

enum class Show : std::uint8_t { bar, lines, nothing };

class Progress {
 public:
  // Where standard error is a terminal, a bar.
  Progress(std::string what, bool is_quiet);
  // Wipes the bar.
  ~Progress();
  Progress(Progress const&) = delete;
  Progress& operator=(Progress const&) = delete;

  void expect(std::uint64_t bytes) { bytes_total_ = bytes; }
  void expect_items(std::uint64_t items, std::string_view name) {
    items_total_ = items;
    item_name_ = name;
  }
  void add(std::uint64_t bytes, std::uint64_t items = 0);
  double seconds() const;

 private:
  void show(Instant now);

  MonotonicClock const clock_;
  std::string const what_;
  Show const show_;
  Instant const begin_;
  Instant due_;
  bool is_drawn_ = false;
  std::uint64_t bytes_total_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t items_ = 0;
  std::uint64_t items_total_ = 0;
  std::string_view item_name_ = "ops";
};

}  // namespace weir::tool
