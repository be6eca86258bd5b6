// Who is who: peers by number, by the address at which they are dialled, and by the connection they
// have now.
//
// A peer that we know an address of keeps its number for good; one that has come to us by itself
// has one as long as its connection. A frame for a peer goes out on the connection that it has,
// whoever made that.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "weir/net/close_reason.h"
#include "weir/net/connection_id.h"
#include "weir/p2p/pending.h"
#include "weir/p2p/want.h"
#include "weir/ring/address.h"

namespace weir {

class Endpoint;

// What has happened to a peer.
struct LinkNews {
  PeerNumber peer = no_number;
  LinkChange change = LinkChange::ended;
  CloseReason reason = CloseReason::peer_closed;
  bool has_gone = false;  // for good: nobody knows an address of it
};

class PeerLinks {
 public:
  // Frames come from both; one of them may be null.
  PeerLinks(Endpoint* listener, Endpoint* dialer);
  PeerLinks(PeerLinks const&) = delete;
  PeerLinks& operator=(PeerLinks const&) = delete;

  // The peer that is dialled at `address`.
  PeerNumber peer_at(Address const& address);
  // Begins to connect. False: it has no address, and no connection either.
  bool connect(PeerNumber peer);
  // Whose connection that is.
  PeerNumber peer_of(ConnectionId connection);
  // Not valid: it has none.
  ConnectionId connection_of(PeerNumber peer) const;
  // Returns what that means for its peer; no_number: nothing.
  LinkNews note(ConnectionEvent const& event);
  // Of one that has gone for good: its number may be somebody else's from now on.
  void release(PeerNumber peer);
  // Ends its connection.
  void close(PeerNumber peer, CloseReason reason);
  // Bytes that its connection has not taken yet.
  std::uint64_t waiting_bytes(ConnectionId connection) const;

  // For logs and summaries: the address, or where it came from.
  std::string text(PeerNumber peer) const;
  std::size_t peer_count() const { return peers_.size() - free_.size(); }

  // Where dialled connections are, and accepted ones; the other one where there is none.
  Endpoint& dialled() const { return *(dialer_ != nullptr ? dialer_ : listener_); }
  Endpoint& accepted() const { return *(listener_ != nullptr ? listener_ : dialer_); }
  bool is_dialled(ConnectionId connection) const;

 private:
  struct Known {
    Known() = default;
    explicit Known(Address const& its_address) : address(its_address), has_address(true) {}

    Address address;
    bool has_address = false;
    bool opened = false;
    ConnectionId connection{};
  };
  struct AddressHash {
    std::size_t operator()(Address const& address) const {
      return std::hash<std::string_view>{}(address.raw_bytes());
    }
  };

  PeerNumber add(Known known);
  Endpoint* endpoint_of(ConnectionId connection) const;

  Endpoint* const listener_;
  Endpoint* const dialer_;
  std::vector<Known> peers_;
  std::vector<PeerNumber> free_;
  std::unordered_map<Address, PeerNumber, AddressHash> by_address_;
  std::unordered_map<ConnectionId, PeerNumber> by_connection_;
};

}  // namespace weir
