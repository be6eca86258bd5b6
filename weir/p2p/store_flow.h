// The flow between fetch and a store that waits for a disk: what fetch asks by the handoffs of
// StorePort goes to a StorageThread, and what that answers comes back in a later tick.
//
//   to_filter, incoming, turns ─▶ ask (the last of a tick) ─▶ StorageThread
//   filtered, written, served  ◀─ answers (the first) ◀─ Channel ◀─┘
//
//   StorageThread storage(std::move(store));
//   StoreFlow flow(storage);
//   fetch.run({[](void* flow, Graph& graph, FetchParts& parts) {
//                static_cast<StoreFlow*>(flow)->serve(graph, parts);
//              }, &flow});
//
// All ops that come in a tick are one commit, and several may be under way. What the storage has no
// room for waits here and is asked as soon as it has. That is bounded: fetch asks peers for no more
// than it has been promised room for (FetchPolicy::room_bytes), no turns are taken while one waits,
// and if ops wait nevertheless, beyond `waiting_bytes_max` nothing more is received.
//
// The store's want-list is kept in step with what fetch wants. What comes within list_time never
// gets there; what is wanted for longer is found again after a restart. The batch that stores an op
// takes it off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/clock.h"
#include "weir/base/owner.h"
#include "weir/store/op.h"

namespace weir {

class Graph;
class StorageThread;
struct FetchParts;

struct StoreFlowOptions {
  // Whether, and after how long, what is wanted is put on the store's want-list; 0: in the tick in
  // which it comes to be wanted.
  bool keeps_list = true;
  Duration list_time = 1 * seconds;
  // Told once, in the first ticks, what the store's want-list says: what was wanted when the
  // process ended. These are kept (StoreFlow::keep), and it is for whoever is told to ask peers for
  // them.
  struct {
    void (*function)(void* context, std::vector<OpId>&& ids) = nullptr;
    void* context = nullptr;
  } wants_loaded{};
  // Told of each op that was to be served and whose bytes the store cannot give back.
  struct {
    void (*function)(void* context, OpId const& id) = nullptr;
    void* context = nullptr;
  } damaged{};
  // Bytes of ops that wait because the storage has no room for them.
  std::uint64_t waiting_bytes_max = 16u << 20;
  std::uint32_t kept_ids_max = 1u << 20;
};

struct StoreFlowCounters {
  std::uint64_t commits = 0;
  std::uint64_t commits_failed = 0;
  std::uint64_t reads = 0;
  std::uint64_t reads_failed = 0;
  std::uint64_t filters = 0;
  std::uint64_t damaged = 0;      // ops that were to be served
  std::uint64_t listed = 0;       // ids put on the want-list
  std::uint64_t unlisted = 0;     // taken off it, other than by being stored
  std::uint64_t waits = 0;        // times the storage had no room
  std::uint64_t suspensions = 0;  // times nothing more was received because of that
};

class StoreFlow {
 public:
  // The storage outlives it.
  explicit StoreFlow(StorageThread& storage, StoreFlowOptions const& options = {});
  ~StoreFlow();
  StoreFlow(StoreFlow const&) = delete;
  StoreFlow& operator=(StoreFlow const&) = delete;

  // Answers the handoffs of `fetch.store` in the graph of fetch, once, in place of serve_inline().
  // Both, and their worker, outlive it; it outlives the worker's last turn.
  void serve(Graph& graph, FetchParts& fetch);

  // ---- once it serves
  // These stay on the want-list until they are stored or let go, though fetch gives them up:
  // because the last peer that may have them has gone, say. Returns how many of them can be kept,
  // the first ones. (Who wants to know that they are on the list puts them there:
  // CommitRequest::want.)
  std::size_t keep(std::span<OpId const> ids);
  // They do not; what fetch does not want, either, is taken off the list.
  void let_go(std::span<OpId const> ids);
  bool keeps(OpId const& id) const;

  StoreFlowCounters const& counters() const;
  // Requests that are not answered, and bytes of ops that wait for room.
  std::uint32_t asked_count() const;
  std::uint64_t waiting_bytes() const;

 private:
  class Serving;

  StorageThread& storage_;
  StoreFlowOptions const options_;
  Owner<Serving> serving_;
};

}  // namespace weir
