#include "weir/p2p/sync_links.h"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

using State = KeptLink::State;

void set_state(LinkKeeper& keeper, KeptLink& link, State state) {
  bool const is_other = link.keep == KeepLink::while_there_is_room;
  if (is_other && link.state != State::down) --keeper.others;
  if (link.state == State::dialling) --keeper.dialling;
  link.state = state;
  if (state == State::dialling) ++keeper.dialling;
  if (is_other && state != State::down) ++keeper.others;
}

// Drawn from nothing to the bound.
Duration next_wait(LinkKeeper& keeper, std::uint32_t failures) {
  LinkPolicy const& policy = keeper.policy;
  Duration bound = policy.back_off_first;
  for (std::uint32_t n = 1; n < failures && bound < policy.back_off_max; ++n) bound *= 2;
  return keeper.random.below(std::min(bound, policy.back_off_max) + 1);
}

bool has_room(LinkKeeper const& keeper, KeptLink const& link) {
  return link.keep == KeepLink::always || keeper.others < keeper.policy.links_max;
}

// When somebody may be dialled, or is given up. Who has to wait for room, or for another's dial, is
// looked at when something has ended.
void settle(LinkKeeper& keeper) {
  keeper.due = never;
  bool const may_dial = keeper.dialling < keeper.policy.dials_max;
  for (auto const& [peer, link] : keeper.links) {
    bool const counts = link.state == State::dialling ||
                        (link.state == State::down && may_dial && has_room(keeper, link));
    if (counts) keeper.due = std::min(keeper.due, link.due);
  }
}

void note_failure(LinkKeeper& keeper, KeptLink& link, bool was_steady, Instant now) {
  link.failures = was_steady ? 1 : link.failures + 1;
  set_state(keeper, link, State::down);
  link.due = now + next_wait(keeper, link.failures);
}

}  // namespace

bool keep_link(LinkKeeper& keeper, PeerNumber peer, KeepLink keep, bool is_connected, Instant now) {
  auto const known = keeper.links.find(peer);
  if (known != keeper.links.end()) {
    KeptLink& link = known->second;
    if (link.keep == keep || keep != KeepLink::always) return true;  // who was named stays so
    KeptLink::State const state = link.state;
    set_state(keeper, link, State::down);  // as what it was
    link.keep = keep;
    set_state(keeper, link, state);
  } else {
    if (keeper.links.size() >= keeper.policy.peers_max) return false;
    KeptLink& link = keeper.links[peer];
    link.keep = keep;
    link.opened_at = link.due = now;
    if (is_connected) set_state(keeper, link, State::up);
  }
  settle(keeper);
  return true;
}

void drop_link(LinkKeeper& keeper, PeerNumber peer) {
  auto const known = keeper.links.find(peer);
  if (known == keeper.links.end()) return;
  set_state(keeper, known->second, State::down);
  keeper.links.erase(known);
  settle(keeper);
}

void rename_link(LinkKeeper& keeper, PeerNumber from, PeerNumber to, Instant now) {
  auto const known = keeper.links.find(from);
  if (known == keeper.links.end()) return;
  KeepLink const keep = known->second.keep;
  drop_link(keeper, from);
  keep_link(keeper, to, keep, true, now);
}

void move_link(LinkKeeper& keeper, PeerNumber was, PeerNumber is) {
  auto const known = keeper.links.find(was);
  if (known == keeper.links.end() || was == is) return;
  KeptLink const link = known->second;
  drop_link(keeper, was);
  auto const [other, is_new] = keeper.links.try_emplace(is);
  KeptLink& moved = other->second;
  State const state = is_new ? link.state : moved.state;
  bool const always = link.keep == KeepLink::always || (!is_new && moved.keep == KeepLink::always);
  set_state(keeper, moved, State::down);  // as what it was
  if (is_new) moved = link;
  moved.state = State::down;
  moved.keep = always ? KeepLink::always : KeepLink::while_there_is_room;
  set_state(keeper, moved, state);
  settle(keeper);
}

void note_kept_link(LinkKeeper& keeper, PeerNumber peer, LinkChange change, Instant now) {
  auto const known = keeper.links.find(peer);
  if (known == keeper.links.end()) return;
  KeptLink& link = known->second;
  if (change == LinkChange::opened) {
    link.opened_at = now;
    set_state(keeper, link, State::up);
  } else {
    bool const was_steady =
        change == LinkChange::ended && now - link.opened_at >= keeper.policy.steady_time;
    note_failure(keeper, link, was_steady, now);
  }
  settle(keeper);
}

void take_dials(LinkKeeper& keeper, Instant now, std::vector<PeerNumber>& dials) {
  if (keeper.due > now) return;
  // Who has been waiting longest first.
  std::vector<std::pair<Instant, PeerNumber>> ready;
  for (auto& [peer, link] : keeper.links) {
    if (link.due > now) continue;
    if (link.state == State::dialling) note_failure(keeper, link, false, now);
    else if (link.state == State::down) ready.emplace_back(link.due, peer);
  }
  std::ranges::sort(ready);
  for (auto const& [due, peer] : ready) {
    if (keeper.dialling >= keeper.policy.dials_max) break;
    KeptLink& link = keeper.links.find(peer)->second;
    if (!has_room(keeper, link)) continue;
    set_state(keeper, link, State::dialling);
    link.due = now + keeper.policy.dial_time_max;
    ++keeper.dials;
    dials.push_back(peer);
  }
  settle(keeper);
}

}  // namespace weir
