// What peers say to each other about what they hold: the messages of module "Sync", in the same
// envelope as fetch's (message.h).
//
//   version:1 (= 1)  kind:1  what the kind says
//   kinds    1 publish     varint(count), for each op: time:8, id:32
//            2 initiator   varint(session), a message of reconciliation (reconcile_message.h)
//            3 responder   the same, of who was asked
//            4 end         varint(session), reason:1; nothing more is said in that session
//
// Numbers are little-endian. A kind that is not known is skipped: a later version may have more. A
// message of another version, or one that does not end where it says, is refused with a sentence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "weir/base/bytes.h"
#include "weir/base/result.h"
#include "weir/base/slice.h"
#include "weir/p2p/op_tree.h"

namespace weir {

inline constexpr std::string_view sync_module = "Sync";
inline constexpr std::uint8_t sync_version = 1;
// More ops in one publish are malformed.
inline constexpr std::uint32_t published_ids_max = 65'536;
inline constexpr std::size_t published_id_bytes = 8 + op_id_bytes;

enum class SyncKind : std::uint8_t { unknown = 0, publish = 1, initiator, responder, end };

// Why a session has ended before its time.
enum class SessionEnd : std::uint8_t {
  busy = 1,   // with too many others
  loading,    // it does not know yet what it holds
  enough,     // as many ops are wanted as there is room for; it begins another when some have come
  timed_out,  // it has waited too long for an answer
};

// The ops of a publish, as they lie in its frame.
class PublishedOps {
 public:
  struct Iterator {
    std::byte const* at;
    TimedId operator*() const;
    Iterator& operator++() {
      at += published_id_bytes;
      return *this;
    }
    friend bool operator==(Iterator const&, Iterator const&) = default;
  };

  PublishedOps() = default;
  // Of whole ones.
  explicit PublishedOps(View bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size() / published_id_bytes; }
  Iterator begin() const { return {bytes_.begin()}; }
  Iterator end() const { return {bytes_.end()}; }

 private:
  View bytes_;
};

struct SyncMessage {
  static constexpr bool borrows = true;

  SyncKind kind = SyncKind::unknown;
  std::uint64_t session = 0;
  SessionEnd reason = SessionEnd::busy;  // of end; what is not known is busy
  View reconciliation{};                 // of initiator and responder
  PublishedOps ops{};                    // of publish
};

// `data` of an envelope for module "Sync".
Result<SyncMessage> read_sync(View data);

// ---- writing: each gives the data of an envelope

Bytes publish_message(Slice<TimedId const> ops);
// `kind` is initiator or responder.
Bytes session_message(SyncKind kind, std::uint64_t session, std::string_view reconciliation);
Bytes end_message(std::uint64_t session, SessionEnd reason);

// For encode_messages: with the envelope around it. What is referred to outlives the writing.
struct SyncToSend {
  static constexpr bool borrows = true;
  View data{};
};
std::uint32_t size_in_frame(SyncToSend const& message, std::string_view space);
void write_frame(SyncToSend const& message, std::string_view space, std::span<std::byte> to);

}  // namespace weir
