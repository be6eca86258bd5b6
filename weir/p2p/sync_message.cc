#include "weir/p2p/sync_message.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <string>

#include "weir/base/assert.h"
#include "weir/p2p/message.h"
#include "weir/p2p/varint.h"

namespace weir {

namespace {

static_assert(std::endian::native == std::endian::little, "times are copied as they lie");

constexpr std::size_t varint_bytes_max = 10;

// Reads on until something is wrong; then it says what, and gives zeros.
class Reader {
 public:
  explicit Reader(View bytes) : rest_(bytes) {}

  char const* wrong() const { return wrong_; }
  View rest() const { return rest_; }
  void refuse(char const* why) {
    if (wrong_ == nullptr) wrong_ = why;
    rest_ = View();
  }
  std::uint8_t byte() {
    if (rest_.empty()) {
      refuse("it ends too early");
      return 0;
    }
    auto const byte = std::to_integer<std::uint8_t>(rest_[0]);
    rest_ = rest_.from(1);
    return byte;
  }
  std::uint64_t varint() {
    std::optional<std::uint64_t> const number = read_varint([this] { return byte(); });
    if (!number) refuse("it has a number of more than 64 bits");
    return number.value_or(0);
  }

 private:
  View rest_;
  char const* wrong_ = nullptr;
};

void read_publish(Reader& reader, SyncMessage& message) {
  std::uint64_t const count = reader.varint();
  if (count > published_ids_max) return reader.refuse("it has more than 65536 ops");
  if (reader.rest().size() != count * published_id_bytes)
    return reader.refuse("it has another size than its count says");
  message.ops = PublishedOps(reader.rest());
}

SessionEnd read_reason(Reader& reader) {
  std::uint8_t const reason = reader.byte();
  bool const known = reason >= static_cast<std::uint8_t>(SessionEnd::busy) &&
                     reason <= static_cast<std::uint8_t>(SessionEnd::timed_out);
  return known ? static_cast<SessionEnd>(reason) : SessionEnd::busy;
}

void read_kind(Reader& reader, SyncMessage& message) {
  message.kind = static_cast<SyncKind>(reader.byte());
  switch (message.kind) {
    case SyncKind::unknown:
      return;
    case SyncKind::publish:
      return read_publish(reader, message);
    case SyncKind::initiator:
    case SyncKind::responder:
      message.session = reader.varint();
      message.reconciliation = reader.rest();
      return;
    case SyncKind::end:
      message.session = reader.varint();
      message.reason = read_reason(reader);
      return;
  }
  message.kind = SyncKind::unknown;
}

// ---- writing

// What a message of ours begins with.
struct Head {
  std::byte bytes[2 + varint_bytes_max];
  std::size_t size = 0;

  Head(SyncKind kind, std::uint64_t number) {
    put(sync_version);
    put(static_cast<std::uint8_t>(kind));
    for (; number >= 0x80; number >>= 7) put(static_cast<std::uint8_t>(number | 0x80));
    put(static_cast<std::uint8_t>(number));
  }
  void put(std::uint8_t byte) { bytes[size++] = static_cast<std::byte>(byte); }
  // With room for so much behind it.
  Bytes with_room(std::size_t more) const {
    Bytes message(size + more);
    std::memcpy(message.data(), bytes, size);
    return message;
  }
};

Envelope envelope_of(SyncToSend const& message, Bytes const& space, Bytes const& module) {
  return {.type = EnvelopeType::module,
          .has_space = true,
          .has_module = true,
          .data = message.data,
          .space = space.view(),
          .module = module.view()};
}

}  // namespace

TimedId PublishedOps::Iterator::operator*() const {
  TimedId op;
  std::memcpy(&op.time, at, sizeof op.time);
  std::memcpy(op.id.bytes.data(), at + sizeof op.time, op_id_bytes);
  return op;
}

Result<SyncMessage> read_sync(View data) {
  SyncMessage message;
  Reader reader(data);
  if (reader.byte() != sync_version) reader.refuse("its version is not 1");
  if (reader.wrong() == nullptr) read_kind(reader, message);
  if (reader.wrong() != nullptr)
    return Error{0, std::string("a message of sync is refused: ") + reader.wrong()};
  return message;
}

Bytes publish_message(Slice<TimedId const> ops) {
  WEIR_ASSERT(ops.size() <= published_ids_max);
  Head const head(SyncKind::publish, ops.size());
  Bytes message = head.with_room(ops.size() * published_id_bytes);
  std::byte* at = message.data() + head.size;
  for (TimedId const& op : ops) {
    std::memcpy(at, &op.time, sizeof op.time);
    std::memcpy(at + sizeof op.time, op.id.bytes.data(), op_id_bytes);
    at += published_id_bytes;
  }
  return message;
}

Bytes session_message(SyncKind kind, std::uint64_t session, std::string_view reconciliation) {
  WEIR_ASSERT(kind == SyncKind::initiator || kind == SyncKind::responder);
  Head const head(kind, session);
  Bytes message = head.with_room(reconciliation.size());
  std::ranges::copy(std::as_bytes(std::span(reconciliation)), message.data() + head.size);
  return message;
}

Bytes end_message(std::uint64_t session, SessionEnd reason) {
  Head const head(SyncKind::end, session);
  Bytes message = head.with_room(1);
  message.data()[head.size] = static_cast<std::byte>(reason);
  return message;
}

std::uint32_t size_in_frame(SyncToSend const& message, std::string_view space) {
  return size_of(envelope_of(message, Bytes(space), Bytes(sync_module)));
}
void write_frame(SyncToSend const& message, std::string_view space, std::span<std::byte> to) {
  write(envelope_of(message, Bytes(space), Bytes(sync_module)), to);
}

}  // namespace weir
