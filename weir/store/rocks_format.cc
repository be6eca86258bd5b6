#include "weir/store/rocks_format.h"

#include <bit>
#include <cstring>

#include "weir/base/assert.h"

namespace weir {

namespace {

template <class Number>
void put(char* to, Number number) {
  for (std::size_t n = 0; n < sizeof number; ++n) to[n] = static_cast<char>(number >> (8 * n));
}

template <class Number>
Number get(char const* from) {
  Number number = 0;
  for (std::size_t n = 0; n < sizeof number; ++n) {
    number |= static_cast<Number>(static_cast<unsigned char>(from[n])) << (8 * n);
  }
  return number;
}

constexpr std::size_t created_at_offset = op_id_bytes;
constexpr std::size_t size_offset = created_at_offset + 8;
static_assert(size_offset + 4 == entry_bytes);

}  // namespace

std::array<char, op_header_bytes> encode(OpHeader const& header) {
  std::array<char, op_header_bytes> record;
  put(record.data(), header.place);
  put(record.data() + 8, header.created_at);
  put(record.data() + 16, header.size);
  record[20] = header.is_apart ? 1 : 0;
  return record;
}

bool decode(std::string_view record, OpHeader& header) {
  if (record.size() < op_header_bytes || static_cast<unsigned char>(record[20]) > 1) return false;
  header.place = get<std::uint64_t>(record.data());
  header.created_at = get<std::uint64_t>(record.data() + 8);
  header.size = get<std::uint32_t>(record.data() + 16);
  header.is_apart = record[20] != 0;
  return header.place > 0 && header.size <= op_bytes_max;
}

std::array<char, 24> encode(StoreCounts const& counts) {
  std::array<char, 24> record;
  put(record.data(), counts.last_place);
  put(record.data() + 8, counts.ops);
  put(record.data() + 16, counts.bytes);
  return record;
}

bool decode(std::string_view record, StoreCounts& counts) {
  if (record.size() != 24) return false;
  counts.last_place = get<std::uint64_t>(record.data());
  counts.ops = get<std::uint64_t>(record.data() + 8);
  counts.bytes = get<std::uint64_t>(record.data() + 16);
  return counts.ops <= counts.last_place;
}

std::array<char, 8> place_key(std::uint64_t place) {
  std::array<char, 8> key;
  for (std::size_t n = 0; n < key.size(); ++n) key[n] = static_cast<char>(place >> (56 - 8 * n));
  return key;
}

void append_entry(std::string& record, OpEntry const& entry) {
  std::size_t const at = record.size();
  record.resize(at + entry_bytes);
  char* const to = record.data() + at;
  std::memcpy(to, entry.id.bytes.data(), op_id_bytes);
  put(to + created_at_offset, entry.created_at);
  put(to + size_offset, entry.size);
}

void mark_discarded(std::string& record, std::uint64_t n) {
  WEIR_ASSERT((n + 1) * entry_bytes <= record.size());
  put(record.data() + n * entry_bytes + size_offset, discarded_size);
}

std::uint64_t EntryRecord::first() const {
  std::uint64_t place = 0;
  for (char const byte : key_) place = place << 8 | static_cast<unsigned char>(byte);
  return place;
}

OpEntry EntryRecord::entry(std::uint64_t n) const {
  WEIR_ASSERT(n < count());
  char const* const from = value_.data() + n * entry_bytes;
  OpEntry entry;
  std::memcpy(entry.id.bytes.data(), from, op_id_bytes);
  entry.created_at = get<std::uint64_t>(from + created_at_offset);
  entry.size = get<std::uint32_t>(from + size_offset);
  return entry;
}

}  // namespace weir
