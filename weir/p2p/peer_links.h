// Who is who: peers by number, by the key that they have proven to have, by the address at which
// they are dialled, and by the connection they have now.
//
// A peer that we know an address of keeps its number for good; one that has come to us by itself
// has one as long as its connection. A frame for a peer goes out on the connection that it has,
// whoever made that.
//
// Where connections speak TLS (identify()) a peer is its key: it has one number, whichever side has
// dialled, at whichever address. That is found out when a connection is seen for the first time:
//
//   it is ourselves, blocked, banned, or not who was dialled    ─▶ closed
//   its peer has a connection already                           ─▶ one of the two is closed: who is
//                                                                  the smaller has dialled the
//                                                                  other
//   it was dialled under a number that was somebody known       ─▶ that number means the known one
//
// What of that concerns others comes as news, with the events of connections.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "weir/base/clock.h"
#include "weir/net/close_reason.h"
#include "weir/net/connection_id.h"
#include "weir/p2p/peer_id.h"
#include "weir/p2p/pending.h"
#include "weir/p2p/want.h"
#include "weir/ring/address.h"

namespace weir {

class AccessRules;
class Endpoint;

// What has happened to a peer.
struct LinkNews {
  PeerNumber peer = no_number;
  LinkChange change = LinkChange::ended;
  CloseReason reason = CloseReason::peer_closed;
  bool has_gone = false;       // for good: nobody knows an address of it
  PeerNumber was = no_number;  // that number means this peer, too, from now on, and nobody else
  ConnectionId connection{};   // the one that was opened, or has ended
};

struct LinkCounters {
  std::uint64_t ourselves = 0;   // connections that led to ourselves
  std::uint64_t duplicates = 0;  // of peers that had another one
  std::uint64_t refused = 0;     // by the access rules
  std::uint64_t banned = 0;
  std::uint64_t impostors = 0;  // where somebody else was dialled
  std::uint64_t nobody = 0;     // that were gone, or had shown no key, when they were looked at
};

class PeerLinks {
 public:
  // A ban holds for so long.
  static constexpr Duration ban_time = 3600 * seconds;
  // Beyond so many the one that ends first is forgotten.
  static constexpr std::size_t bans_max = 65'536;

  // Frames come from both; one of them may be null.
  PeerLinks(Endpoint* listener, Endpoint* dialer);
  PeerLinks(PeerLinks const&) = delete;
  PeerLinks& operator=(PeerLinks const&) = delete;

  // Peers are who their keys say, and we are `self`; before the first connection. Both endpoints
  // speak TLS in which either side shows its key. The rules and the clock outlive this.
  void identify(PeerId const& self, AccessRules const& rules, Clock const& clock);

  // The peer that is dialled at `address`.
  PeerNumber peer_at(Address const& address);
  // The same, who has to be the one that the URL names, if it does.
  PeerNumber peer_at(PeerUrl const& url);
  // Begins to connect, unless it is connected. False: it has no address, and no connection either;
  // or it is banned.
  bool connect(PeerNumber peer);
  // Whether what comes on that connection is to be looked at: it is the one of its peer.
  bool is_let_in(ConnectionId connection);
  // Whose connection that is; of one that is let in.
  PeerNumber peer_of(ConnectionId connection);
  // Not valid: it has none.
  ConnectionId connection_of(PeerNumber peer) const;
  // Whom the number means: itself, or who it was found to be.
  PeerNumber current(PeerNumber peer) const;
  // Null: nobody knows.
  PeerId const* id_of(PeerNumber peer) const;
  // Returns what has happened since, this event included; in its order.
  std::vector<LinkNews> note(ConnectionEvent const& event);
  // Of one that has gone for good: its number may be somebody else's from now on.
  void release(PeerNumber peer);
  // Ends its connection.
  void close(PeerNumber peer, CloseReason reason);
  // Its key is not let in for ban_time, from wherever it comes. Without a key nothing happens.
  void ban(PeerNumber peer);
  bool is_banned(PeerId const& id) const;
  // Bytes that its connection has not taken yet.
  std::uint64_t waiting_bytes(ConnectionId connection) const;

  // For logs and summaries: the beginning of its id, and the address, or where it came from.
  std::string text(PeerNumber peer) const;
  // The latter alone; empty where it has gone.
  std::string address_text(PeerNumber peer) const;
  std::size_t peer_count() const { return peers_.size() - free_.size(); }
  LinkCounters const& counters() const { return counters_; }

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
    bool opened = false;      // `connection` has been told as news
    bool has_id = false;      // known, or demanded
    bool demands_id = false;  // it was named: nobody else is meant
    PeerId id{};
    PeerNumber means = no_number;  // this is only another number of that one
    ConnectionId connection{};     // the one it has
    ConnectionId dialling{};       // one that may become it
  };
  // A connection, from its being dialled or seen to its end.
  struct Seen {
    PeerNumber peer = no_number;  // nobody: it is refused
    bool looked_at = false;       // it is known who that is
  };
  struct AddressHash {
    std::size_t operator()(Address const& address) const {
      return std::hash<std::string_view>{}(address.raw_bytes());
    }
  };

  PeerNumber add(Known known);
  Endpoint* endpoint_of(ConnectionId connection) const;
  Seen& look_at(ConnectionId connection);
  void identify_peer(Seen& seen, ConnectionId connection);
  PeerNumber peer_with(PeerId const& id, PeerNumber dialled);
  void take_over(PeerNumber peer, ConnectionId connection, PeerNumber was);
  void refuse(Seen& seen, ConnectionId connection, CloseReason reason, std::uint64_t& counter);
  void note_closed(ConnectionEvent const& event);
  bool keeps_new(PeerNumber peer, ConnectionId is, ConnectionId comes) const;

  Endpoint* const listener_;
  Endpoint* const dialer_;
  PeerId self_{};
  AccessRules const* rules_ = nullptr;  // null: nobody has a key
  Clock const* clock_ = nullptr;
  std::vector<Known> peers_;
  std::vector<PeerNumber> free_;
  std::unordered_map<Address, PeerNumber, AddressHash> by_address_;
  std::unordered_map<PeerId, PeerNumber, PeerIdHash> by_id_;
  std::unordered_map<ConnectionId, Seen> by_connection_;
  std::unordered_map<PeerId, Instant, PeerIdHash> bans_;  // until when
  std::vector<LinkNews> news_;
  LinkCounters counters_;
};

}  // namespace weir
