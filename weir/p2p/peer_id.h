// Who a peer is: the Ed25519 key that it proves to have. Where it is to be found changes; that does
// not.
#pragma once

#include <compare>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "weir/base/hash.h"
#include "weir/base/result.h"
#include "weir/crypto/ed25519.h"
#include "weir/ring/address.h"

namespace weir {

struct PeerId {
  Ed25519PublicKey key;

  // base64url of the 32 bytes: 43 characters, or nothing.
  static std::optional<PeerId> of_text(std::string_view text);
  std::string text() const;
  // Enough to tell peers apart in a table or a log.
  std::string short_text() const { return text().substr(0, 8); }

  friend bool operator==(PeerId const&, PeerId const&) = default;
  friend auto operator<=>(PeerId const& a, PeerId const& b) { return a.key.bytes <=> b.key.bytes; }
};

struct PeerIdHash {
  std::size_t operator()(PeerId const& id) const {
    std::size_t word = 0;
    std::memcpy(&word, id.key.bytes.data(), sizeof word);
    return static_cast<std::size_t>(mix(word));
  }
};

// Where a peer listens, and who has to be there: weir://192.0.2.1:7000/PEER,
// weir://[::1]:7000/PEER. Without the peer it says where alone, and whoever is there is welcome if
// the access rules say so.
struct PeerUrl {
  Address address;
  std::optional<PeerId> peer;

  static Result<PeerUrl> parse(std::string_view text);
  std::string text() const;

  friend bool operator==(PeerUrl const&, PeerUrl const&) = default;
};

}  // namespace weir
