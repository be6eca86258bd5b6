#include "weir/p2p/store_port.h"

#include <algorithm>
#include <string>
#include <utility>

#include "weir/base/owner.h"
#include "weir/sched/ends.h"
#include "weir/sched/graph.h"

namespace weir {

void leave_out_held(WantedOps& wanted, Slice<OpId const> missing, std::size_t& next) {
  std::erase_if(wanted.ops, [&](WantedOp const& one) {
    bool const held = next == missing.size() || missing[next] != one.id;
    next += held ? 0 : 1;
    return held;
  });
}

Written written_as(Stored stored) {
  switch (stored) {
    case Stored::stored:
      return Written::stored;
    case Stored::held:
      return Written::held;
    case Stored::refused:
      return Written::refused;
  }
  return Written::failed;
}

Served served_of(Turn&& turn, Retrieved& found) {
  Served served;
  served.peer = turn.peer;
  served.connection = turn.connection;
  auto next = found.ops.begin();
  for (std::size_t i = 0; i < found.answered; ++i) {
    if (next != found.ops.end() && next->id == turn.ids[i]) ++next;
    else served.absent.push_back(turn.ids[i]);
  }
  served.left_over.assign(turn.ids.begin() + static_cast<std::ptrdiff_t>(found.answered),
                          turn.ids.end());
  served.ops = std::exchange(found.ops, {});
  return served;
}

namespace {

// Leaves those that are not held, in their order.
void filter(OpStore& store, WantedOps& wanted) {
  std::vector<OpId> ids;
  ids.reserve(wanted.ops.size());
  for (WantedOp const& one : wanted.ops) ids.push_back(one.id);
  std::vector<OpId> missing;
  // Where the store cannot say, it is better to fetch an op twice than never.
  if (!store.filter_missing(ids, missing).ok()) return;
  std::size_t next = 0;
  leave_out_held(wanted, missing, next);
}

// What one activation brings is one batch.
struct InlineWriter {
  InlineWriter(StorePort& its_port, OpStore& its_store) : port(its_port), store(its_store) {}

  StorePort& port;
  OpStore& store;
  std::vector<Op> ops;
  std::vector<WrittenOp> answers;
  Committed committed;

  void add(IncomingOp&& incoming) {
    answers.push_back({incoming.peer, incoming.op.id, incoming.op.bytes.size(), Written::failed});
    ops.push_back(std::move(incoming.op));
  }
  void commit(Handoff<WrittenOp>& out) {
    if (ops.empty()) return;
    Result<void> const done = store.commit({.ops = ops}, committed);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      WrittenOp& answer = answers[i];
      if (done.ok()) answer.written = written_as(committed.ops[i]);
      if (answer.written == Written::stored)
        port.on_stored({answer.peer, answer.id, ops[i].created_at, answer.size});
      out.push(answer);
    }
    ops.clear();
    answers.clear();
  }
};

Served serve(OpStore& store, Turn&& turn, Retrieved& found) {
  Result<void> const done = store.retrieve(turn.ids, turn.bytes_max, found);
  if (done.ok()) return served_of(std::move(turn), found);
  Served served;  // it is not known what is held: nothing is said of it
  served.peer = turn.peer;
  served.connection = turn.connection;
  return served;
}

}  // namespace

void serve_inline(Graph& graph, StorePort& port, OpStore& store) {
  graph.make_subgraph("store: filter", 0, from(port.to_filter), to(port.filtered),
                      [&store](auto& in, auto& out) {
                        in.drain([&](WantedOps&& wanted) {
                          filter(store, wanted);
                          out.push(std::move(wanted));
                        });
                      });
  auto writer = make_owner<InlineWriter>(port, store);
  graph.make_subgraph("store: write", 0, from(port.incoming), to(port.written),
                      [writer = std::move(writer)](auto& in, auto& out) {
                        in.drain([&](IncomingOp&& incoming) { writer->add(std::move(incoming)); });
                        writer->commit(out);
                      });
  auto found = make_owner<Retrieved>();
  graph.make_subgraph(
      "store: retrieve", 0, from(port.turns), to(port.served),
      [&store, found = std::move(found)](auto& in, auto& out) {
        in.drain([&](Turn&& turn) { out.push(serve(store, std::move(turn), *found)); });
      });
}

}  // namespace weir
