// What net has for one graph: the receive pool of the connections that feed it, the bounded input
// of its next tick, and its being held when what it feeds is full.
//
// A graph has a pool of its own because views of the pool stay in its handoffs until its tick ends.
// A tick that is held (its peers do not read) may last for ever; it must not take the memory that
// other graphs of the same worker receive into.
//
//   starved     a receive that finds the pool empty ends with -ENOBUFS. When memory comes back as
//               many are armed again as it will hold of what they bring, the oldest first: arming
//               all of them makes a herd in which nearly every one fails again.
//   in_pool     beginnings of frames lie in pool memory. Where bytes go on in place that costs
//               nothing, but a pool full of them would never come back. When the pool runs low
//               they are copied out.
//   retained    each storage that frames were admitted from: once per tick, until that tick has
//               ended. So the views in the flow count nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/net/connection_lists.h"
#include "weir/ring/buffer_pool.h"
#include "weir/sched/graph.h"

namespace weir {

class Endpoint;
class Net;
struct EgressWriter;

class Lane {
 public:
  Lane(Net& net, Graph& graph, std::unique_ptr<BufferPool> pool);
  ~Lane();

  Graph& graph() { return graph_; }
  BufferPool& pool() { return *pool_; }
  void add(Endpoint& endpoint);
  void remove(Endpoint& endpoint) { std::erase(endpoints_, &endpoint); }
  void add(EgressWriter& writer);
  // `writer` has stopped in the middle of its frames; the graph goes on when its egress has room.
  void hold(EgressWriter& writer);

  // ---- a tick
  // Gives the graph the bounded input of its next tick, unless one is under way or has yet to
  // begin.
  void admit();
  void retain(Storage& storage) {
    if (&storage == last_retained_) return;
    last_retained_ = &storage;
    storage.retain();
    retained_.push_back(&storage);
  }
  // Graph::tick() once the tick that sees what is given now has ended.
  std::uint64_t next_tick_end() const { return graph_.tick() + 1; }
  bool has_ended(std::uint64_t tick_end) const { return over_ || graph_.tick() >= tick_end; }
  void await_tick(Connection& connection);
  bool is_in_tick() const { return !over_ && graph_.mid_tick(); }

  // ---- the pool
  void starve(Connection& connection);
  void note_in_pool(Connection& connection);
  bool has_starved() const { return !starved_.empty(); }
  // Memory runs low: the beginnings of frames are copied out of it.
  void spill_soon() { spills_ = true; }

  // The graph will not run any more, because a user function threw or because of abandon().
  bool is_over() const { return over_; }
  void abandon();

  // ---- what it needs
  void settle_tick();
  void settle_holds();
  void settle_pool();
  bool may_sleep() const;

 private:
  bool may_admit() const;
  void release_retained();
  bool feeds_something_full(std::size_t endpoint);
  void refresh_reach();

  Net& net_;
  Graph& graph_;
  std::unique_ptr<BufferPool> pool_;
  std::vector<Endpoint*> endpoints_;
  std::vector<EgressWriter*> writers_;
  std::size_t first_ = 0;  // whose turn it is to be admitted first

  std::uint64_t admitted_tick_end_ = 0;  // 0: nothing was admitted yet
  std::uint64_t settled_tick_ = 0;
  std::vector<Storage*> retained_;
  Storage* last_retained_ = nullptr;
  bool over_ = false;
  bool spills_ = false;
  Hold hold_;

  // reach_[endpoint * writers + writer]: what the endpoint receives can come out of the writer.
  std::vector<bool> reach_;
  std::uint64_t reach_generation_ = 0;

  Connections<On::starved> starved_;
  Connections<On::in_pool> in_pool_;
  Connections<On::awaiting> awaiting_;
};

}  // namespace weir
