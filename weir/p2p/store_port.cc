#include "weir/p2p/store_port.h"

#include <algorithm>
#include <string>
#include <utility>

#include "weir/base/owner.h"
#include "weir/sched/ends.h"
#include "weir/sched/graph.h"

namespace weir {

namespace {

// Leaves those that are not held, in their order.
void leave_out_held(OpStore& store, WantedOps& wanted) {
  std::vector<OpId> ids;
  ids.reserve(wanted.ops.size());
  for (WantedOp const& one : wanted.ops) ids.push_back(one.id);
  std::vector<OpId> missing;
  // Where the store cannot say, it is better to fetch an op twice than never.
  if (!store.filter_missing(ids, missing).ok()) return;
  auto next = missing.begin();
  std::erase_if(wanted.ops, [&](WantedOp const& one) {
    if (next != missing.end() && *next == one.id) {
      ++next;
      return false;
    }
    return true;
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

// What one activation brings is one batch.
struct InlineWriter {
  explicit InlineWriter(OpStore& its_store) : store(its_store) {}

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
      if (done.ok()) answers[i].written = written_as(committed.ops[i]);
      out.push(answers[i]);
    }
    ops.clear();
    answers.clear();
  }
};

Served serve(OpStore& store, Turn&& turn, Retrieved& found) {
  Served served;
  served.peer = turn.peer;
  served.connection = turn.connection;
  Result<void> const done = store.retrieve(turn.ids, turn.bytes_max, found);
  if (!done.ok()) {  // it is not known what is held: nothing is said of it
    return served;
  }
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

}  // namespace

void serve_inline(Graph& graph, StorePort& port, OpStore& store) {
  graph.make_subgraph("store: filter", 0, from(port.to_filter), to(port.filtered),
                      [&store](auto& in, auto& out) {
                        in.drain([&](WantedOps&& wanted) {
                          leave_out_held(store, wanted);
                          out.push(std::move(wanted));
                        });
                      });
  auto writer = make_owner<InlineWriter>(store);
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
