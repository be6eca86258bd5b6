// What a peer says of itself: where it listens, for which space, and until when that holds; signed
// with its key. Records travel through strangers (a bootstrap service, other peers), so whoever
// gets one checks it: nobody can make one for somebody else, and none lives longer than it says.
//
//   SignedPeerRecord const mine = sign({.peer = id, .space = "s", .url = url, ...}, key);
//   Result<SignedPeerRecord> theirs = read_peer_record(text);   // its form and its signature
//   check_lifetime(theirs->record, now);                        // and its times
//
// The text is JSON in the shape of kitsune2's signed agent infos, its times in microseconds since
// 1970 as strings:
//
//   {"agentInfo":"{\"agent\":\"…\",\"space\":\"…\",\"createdAt\":\"…\",\"expiresAt\":\"…\",
//    \"isTombstone\":false,\"url\":\"weir://…\",\"storageArc\":[0,4294967295]}","signature":"…"}
//
// The signature is over the inner text, byte by byte as it came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/crypto/ed25519.h"
#include "weir/p2p/peer_id.h"

namespace weir {

// Microseconds since 1970-01-01 00:00 UTC.
using UnixTime = std::uint64_t;

inline constexpr UnixTime unix_second = 1'000'000;

inline constexpr std::size_t peer_record_bytes_max = 1024;
inline constexpr UnixTime peer_record_life_max = 30 * 60 * unix_second;
// What clocks of two machines may differ by.
inline constexpr UnixTime clock_drift_max = 3 * 60 * unix_second;
// A node's own: it lives for so long, and is made anew when less than that is left.
inline constexpr UnixTime own_record_life = 20 * 60 * unix_second;
inline constexpr UnixTime own_record_renewal = 5 * 60 * unix_second;
static_assert(own_record_renewal < own_record_life && own_record_life < peer_record_life_max);

inline constexpr std::size_t space_bytes_max = 64;

struct PeerRecord {
  PeerId peer;
  std::string space;  // its id, any bytes, 1 to space_bytes_max
  UnixTime created_at = 0;
  UnixTime expires_at = 0;
  // It has left: nobody shall look for it, whatever older records say.
  bool tombstone = false;
  std::optional<PeerUrl> url;  // none: it cannot be dialled

  friend bool operator==(PeerRecord const&, PeerRecord const&) = default;
};

struct SignedPeerRecord {
  PeerRecord record;
  std::string info;  // what is signed
  Ed25519Signature signature{};

  std::string text() const;
};

// `record.peer` is the key's.
SignedPeerRecord sign(PeerRecord const& record, Ed25519Key const& key);
// Fails, in one sentence, for what is too long, has another form, or is not signed by its peer.
Result<SignedPeerRecord> read_peer_record(std::string_view text);
// A JSON array of records; and what one holds: each record, or why it is none. At most `count_max`
// are read.
std::string text_of(std::span<SignedPeerRecord const* const> records);
std::vector<Result<SignedPeerRecord>> read_peer_records(std::string_view json,
                                                        std::size_t count_max);
// Fails for what has expired, is from the future, or claims to live for too long.
Result<void> check_lifetime(PeerRecord const& record, UnixTime now);

}  // namespace weir
