// A message of reconciliation as bytes.
//
//   version:1 (= 1)  salt:8  range…
//   range    upper bound, mode:1, what the mode says; its lower bound is the upper one before it
//   bound    0: behind everything; else (1 + length):1, varint(time - the time of the bound
//   before),
//            and `length` first bytes of an id, the others being 0
//   modes    0 skip          -
//            1 fingerprint   16 bytes
//            2 shorts        varint(count), 8 bytes each
//            3 answer        entries, and then as in shorts
//            4 give          entries: varint(count), for each varint(time since the one before),
//            id:32
//
// Numbers are little-endian. Bounds ascend strictly, entries lie in their range and ascend too.
// What is behind the last range is skipped. Without any range it says that there is nothing to say.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/p2p/op_tree.h"

namespace weir {

using Fingerprint = std::array<std::byte, 16>;

// Before an op, or behind all of them.
struct RangeBound {
  TimedId op{};
  bool is_end = false;

  friend bool operator<(RangeBound const& a, RangeBound const& b) {
    return !a.is_end && (b.is_end || a.op < b.op);
  }
};
inline RangeBound const range_end{{}, true};

enum class RangeMode : std::uint8_t { skip, fingerprint, shorts, answer, give };

struct OpRange {
  RangeBound from;  // inclusive
  RangeBound to;    // exclusive
  RangeMode mode = RangeMode::skip;
  Fingerprint fingerprint{};
  std::vector<TimedId> entries{};
  std::vector<std::uint64_t> shorts{};
};

struct ReconcileMessage {
  std::uint64_t salt = 0;
  std::vector<OpRange> ranges;  // without those to skip
};

// An error says in one sentence what is wrong with the bytes.
Result<ReconcileMessage> read_reconcile_message(std::span<std::byte const> bytes);

// The shortest bound that lies behind `before` and not behind `op`, which is greater.
RangeBound bound_between(TimedId const& before, TimedId const& op);

// What a range takes beside its fingerprint, entries and short ids, at most.
inline constexpr std::size_t range_overhead_bytes = 128;
inline constexpr std::size_t entry_bytes_max = 42;
inline constexpr std::size_t message_header_bytes = 9;

// Ranges are written in order; what lies between two of them is skipped.
class ReconcileWriter {
 public:
  ReconcileWriter(std::uint64_t salt, std::size_t bytes_max);

  bool is_empty() const { return bytes_.size() == message_header_bytes; }
  // Whether a range with so many bytes of payload fits, and two fingerprints behind it.
  bool has_room(std::size_t payload_bytes) const {
    return bytes_.size() + payload_bytes + reserve_bytes <= bytes_max_;
  }
  // The largest payload that fits, now and into an empty message.
  std::size_t room() const { return has_room(0) ? bytes_max_ - reserve_bytes - bytes_.size() : 0; }
  std::size_t capacity() const { return bytes_max_ - reserve_bytes - message_header_bytes; }

  void put(OpRange const& range);
  std::string finish() { return std::move(bytes_); }

 private:
  static constexpr std::size_t reserve_bytes = 3 * range_overhead_bytes;

  void put_byte(std::uint8_t byte) { bytes_.push_back(static_cast<char>(byte)); }
  void put_varint(std::uint64_t number);
  void put_number(std::uint64_t number);
  void put_bound(RangeBound const& bound);
  void put_entries(OpRange const& range);
  void put_shorts(std::vector<std::uint64_t> const& shorts);

  std::size_t const bytes_max_;
  std::string bytes_;
  RangeBound covered_{};
};

}  // namespace weir
