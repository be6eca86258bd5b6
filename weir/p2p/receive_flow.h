// The flow that takes the answers of peers: into the store, and then off the list of what is
// wanted.
#pragma once

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/receive.h"

namespace weir {

struct OpFrom {
  static constexpr bool borrows = true;
  PeerNumber peer = no_number;
  OpField op{};
};
struct AbsentFrom {
  PeerNumber peer = no_number;
  OpId id{};
};

// The ops of a response, and what it says is absent, each with its peer.
template <class T, class Field>
struct EachFrom {
  struct Iterator {
    PeerNumber peer;
    typename Fields<Field>::Iterator at;
    T operator*() const {
      if constexpr (requires { T{peer, *at}; }) return T{peer, *at};
      else return T{peer, (*at).id};
    }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    friend bool operator==(Iterator const& a, FieldsEnd end) { return a.at == end; }
  };
  PeerNumber peer;
  Fields<Field> fields;
  Iterator begin() const { return {peer, fields.begin()}; }
  FieldsEnd end() const { return {}; }
};

void note_response(FetchParts& fetch, ResponseFrom const& from, Instant now);
void note_absent_op(FetchParts& fetch, AbsentFrom const& from, Instant now);
bool is_accepted(FetchParts& fetch, OpFrom const& from, Instant now);
IncomingOp incoming_op(FetchParts& fetch, OpFrom const& from);
void note_written(FetchParts& fetch, WrittenOp const& written, Instant now);

inline auto receive_flow(FetchParts& fetch) {
  static constexpr node<"responses"> responses;
  static constexpr node<"changed"> changed;
  auto const absent_of = [](ResponseFrom const& from) {
    return EachFrom<AbsentFrom, IdField>{from.peer, from.response.absent()};
  };
  auto const ops_of = [](ResponseFrom const& from) {
    return EachFrom<OpFrom, OpField>{from.peer, from.response.ops()};
  };
  return flow(
      responses = source(fetch.responses) >> inspect(step<note_response>(fetch)) >> tee(),
      responses >> map(to_unit) >> changed,
      // what a peer does not hold is asked of others
      responses >> flat_map(absent_of) >> for_each(step<note_absent_op>(fetch)),
      // incoming ops are written to the store
      responses >> flat_map(ops_of) >> filter(step<is_accepted>(fetch)) >>
          map(step<incoming_op>(fetch)) >> dest(fetch.store.incoming),
      // once persisted they are removed from what is wanted; if that fails they are not
      source(fetch.store.written) >> inspect(step<note_written>(fetch)) >> map(to_unit) >> changed,
      // either makes room for more requests
      changed = union_() >> dest(fetch.changes));
}

}  // namespace weir
