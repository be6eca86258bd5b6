// The records of a RocksStore as bytes. Numbers are little-endian, but for the keys, which are
// sorted as bytes.
//
//   op      place:8 created_at:8 size:4 is_apart:1, and the bytes unless they lie apart
//   entry   id:32 created_at:8 size:4       (a size of 2^32 - 1: the op was discarded)
//   counts  last_place:8 ops:8 bytes:8
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/store/op_store.h"

namespace weir {

inline constexpr std::size_t op_header_bytes = 21;
inline constexpr std::size_t entry_bytes = 44;
inline constexpr std::uint64_t record_entries_max = 1024;
inline constexpr std::uint32_t discarded_size = 0xFFFF'FFFFu;
static_assert(op_bytes_max < discarded_size);

struct OpHeader {
  std::uint64_t place = 0;  // in the order of arrival, from 1
  std::uint64_t created_at = 0;
  std::uint32_t size = 0;
  bool is_apart = false;

  friend bool operator==(OpHeader const&, OpHeader const&) = default;
};

struct StoreCounts {
  std::uint64_t last_place = 0;
  std::uint64_t ops = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(StoreCounts const&, StoreCounts const&) = default;
};

std::array<char, op_header_bytes> encode(OpHeader const& header);
std::array<char, 24> encode(StoreCounts const& counts);
// False when that is no such record.
bool decode(std::string_view record, OpHeader& header);
bool decode(std::string_view record, StoreCounts& counts);

// Sorted as the numbers are.
std::array<char, 8> place_key(std::uint64_t place);

void append_entry(std::string& record, OpEntry const& entry);
void mark_discarded(std::string& record, std::uint64_t n);

// One record of arrivals, to look at.
class EntryRecord {
 public:
  EntryRecord(std::string_view key, std::string_view value) : key_(key), value_(value) {}

  bool is_whole() const {
    return key_.size() == 8 && !value_.empty() && value_.size() % entry_bytes == 0;
  }
  std::uint64_t first() const;
  std::uint64_t count() const { return value_.size() / entry_bytes; }
  OpEntry entry(std::uint64_t n) const;

 private:
  std::string_view key_;
  std::string_view value_;
};

}  // namespace weir
