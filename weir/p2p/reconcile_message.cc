#include "weir/p2p/reconcile_message.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "weir/base/assert.h"
#include "weir/p2p/varint.h"

namespace weir {

namespace {

constexpr std::uint8_t version = 1;

// Reads on until something is wrong; then it says what, and gives zeros.
class Reader {
 public:
  explicit Reader(std::span<std::byte const> bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }
  char const* wrong() const { return wrong_; }
  void refuse(char const* why) {
    if (wrong_ == nullptr) wrong_ = why;
    rest_ = {};
  }

  std::span<std::byte const> take(std::size_t count) {
    if (count > rest_.size()) {
      refuse("it ends too early");
      return {};
    }
    auto const taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::uint8_t byte() {
    auto const taken = take(1);
    return taken.empty() ? 0 : std::to_integer<std::uint8_t>(taken[0]);
  }
  std::uint64_t number() {
    std::uint64_t number = 0;
    auto const taken = take(8);
    for (std::size_t n = 0; n < taken.size(); ++n) {
      number |= std::to_integer<std::uint64_t>(taken[n]) << (8 * n);
    }
    return number;
  }
  std::uint64_t varint() {
    std::optional<std::uint64_t> const number = read_varint([this] { return byte(); });
    if (!number) refuse("it has a number of more than 64 bits");
    return number.value_or(0);
  }
  // Of things that take at least `least_bytes` each.
  std::size_t count(std::size_t least_bytes) {
    std::uint64_t const count = varint();
    if (count <= rest_.size() / least_bytes) return static_cast<std::size_t>(count);
    refuse("it announces more than it holds");
    return 0;
  }
  std::uint64_t later(std::uint64_t time, std::uint64_t by) {
    if (by <= ~std::uint64_t{0} - time) return time + by;
    refuse("it has a time beyond all others");
    return 0;
  }

 private:
  std::span<std::byte const> rest_;
  char const* wrong_ = nullptr;
};

RangeBound read_bound(Reader& reader, std::uint64_t time_before) {
  std::uint8_t const code = reader.byte();
  if (code == 0) return range_end;
  if (code > 1 + op_id_bytes) reader.refuse("it has a bound of more than 32 bytes");
  RangeBound bound;
  bound.op.time = reader.later(time_before, reader.varint());
  auto const prefix = reader.take(code - 1u);
  std::ranges::copy(prefix, bound.op.id.bytes.begin());
  return bound;
}

void read_entries(Reader& reader, OpRange& range) {
  std::size_t const count = reader.count(1 + op_id_bytes);
  range.entries.reserve(count);
  TimedId entry{range.from.op.time, {}};
  for (std::size_t n = 0; n < count && reader.wrong() == nullptr; ++n) {
    entry.time = reader.later(entry.time, reader.varint());
    std::ranges::copy(reader.take(op_id_bytes), entry.id.bytes.begin());
    bool const ascends =
        range.entries.empty() ? !(entry < range.from.op) : range.entries.back() < entry;
    if (!ascends || !(RangeBound{entry} < range.to)) reader.refuse("it has an op out of place");
    range.entries.push_back(entry);
  }
}

void read_shorts(Reader& reader, OpRange& range) {
  std::size_t const count = reader.count(8);
  range.shorts.reserve(count);
  for (std::size_t n = 0; n < count; ++n) range.shorts.push_back(reader.number());
}

void read_range(Reader& reader, OpRange& range) {
  switch (range.mode) {
    case RangeMode::skip:
      return;
    case RangeMode::fingerprint:
      std::ranges::copy(reader.take(range.fingerprint.size()), range.fingerprint.begin());
      return;
    case RangeMode::shorts:
      return read_shorts(reader, range);
    case RangeMode::answer:
      read_entries(reader, range);
      return read_shorts(reader, range);
    case RangeMode::give:
      return read_entries(reader, range);
  }
  reader.refuse("it has a range of an unknown mode");
}

}  // namespace

Result<ReconcileMessage> read_reconcile_message(std::span<std::byte const> bytes) {
  ReconcileMessage message;
  Reader reader(bytes);
  if (reader.byte() != version) reader.refuse("its version is not 1");
  message.salt = reader.number();
  RangeBound from;
  while (!reader.at_end()) {  // ends: each range takes some bytes
    OpRange range;
    range.from = from;
    range.to = read_bound(reader, from.op.time);
    if (from.is_end || !(from < range.to)) reader.refuse("its bounds do not ascend");
    range.mode = static_cast<RangeMode>(reader.byte());
    read_range(reader, range);
    if (reader.wrong() != nullptr) break;
    from = range.to;
    if (range.mode != RangeMode::skip) message.ranges.push_back(std::move(range));
  }
  if (reader.wrong() != nullptr) {
    return Error{0, std::string("a message of reconciliation is refused: ") + reader.wrong()};
  }
  return message;
}

RangeBound bound_between(TimedId const& before, TimedId const& op) {
  WEIR_ASSERT(before < op);
  RangeBound bound;
  bound.op.time = op.time;
  if (before.time < op.time) return bound;
  for (std::size_t n = 0; n < op_id_bytes; ++n) {
    bound.op.id.bytes[n] = op.id.bytes[n];
    if (before.id.bytes[n] != op.id.bytes[n]) break;
  }
  return bound;
}

// ---- writing ----

ReconcileWriter::ReconcileWriter(std::uint64_t salt, std::size_t bytes_max)
    : bytes_max_(bytes_max) {
  put_byte(version);
  put_number(salt);
  WEIR_ASSERT(bytes_.size() == message_header_bytes);
}

void ReconcileWriter::put_varint(std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) put_byte(static_cast<std::uint8_t>(number | 0x80));
  put_byte(static_cast<std::uint8_t>(number));
}

void ReconcileWriter::put_number(std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8) {
    put_byte(static_cast<std::uint8_t>(number >> shift));
  }
}

void ReconcileWriter::put_bound(RangeBound const& bound) {
  if (bound.is_end) {
    put_byte(0);
  } else {
    auto length = static_cast<std::uint8_t>(op_id_bytes);
    while (length > 0 && bound.op.id.bytes[length - 1u] == std::byte{0}) --length;
    put_byte(static_cast<std::uint8_t>(1 + length));
    put_varint(bound.op.time - covered_.op.time);
    bytes_.append(reinterpret_cast<char const*>(bound.op.id.bytes.data()), length);
  }
  covered_ = bound;
}

void ReconcileWriter::put_entries(OpRange const& range) {
  put_varint(range.entries.size());
  std::uint64_t time = range.from.op.time;
  for (TimedId const& entry : range.entries) {
    put_varint(entry.time - time);
    time = entry.time;
    bytes_.append(reinterpret_cast<char const*>(entry.id.bytes.data()), op_id_bytes);
  }
}

void ReconcileWriter::put_shorts(std::vector<std::uint64_t> const& shorts) {
  put_varint(shorts.size());
  for (std::uint64_t const id : shorts) put_number(id);
}

void ReconcileWriter::put(OpRange const& range) {
  WEIR_ASSERT(!(range.from < covered_));
  WEIR_ASSERT(range.from < range.to);
  if (covered_ < range.from) {
    put_bound(range.from);
    put_byte(static_cast<std::uint8_t>(RangeMode::skip));
  }
  put_bound(range.to);
  put_byte(static_cast<std::uint8_t>(range.mode));
  bool const has_entries = range.mode == RangeMode::answer || range.mode == RangeMode::give;
  if (range.mode == RangeMode::fingerprint) {
    bytes_.append(reinterpret_cast<char const*>(range.fingerprint.data()),
                  range.fingerprint.size());
  }
  if (has_entries) put_entries(range);
  if (range.mode == RangeMode::shorts || range.mode == RangeMode::answer) put_shorts(range.shorts);
  WEIR_ASSERT(bytes_.size() <= bytes_max_);
}

}  // namespace weir
