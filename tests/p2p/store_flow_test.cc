// Fetch beside a storage thread: what it asks while the disk works, when that is full, slow or
// broken, and what is known again after a restart.
#include "weir/p2p/store_flow.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/p2p/test_peers.h"
#include "tests/ring/test_files.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/storage.h"
#include "weir/sim/test_kernels.h"
#include "weir/store/conformance.h"
#include "weir/store/crash_store.h"
#include "weir/store/memory_store.h"
#include "weir/store/rocks_store.h"

namespace weir {
namespace {

// Passes everything on to a store that outlives the storage thread, and can be held up: while it is
// closed, commits wait.
class Disk {
 public:
  explicit Disk(OpStore& store) : store_(store) {}

  Owner<OpStore> open_store() { return Owner<OpStore>(new View(*this)); }
  void close() { closed_.store(true); }
  void open() {
    closed_.store(false);
    closed_.notify_all();
  }
  std::uint32_t commits() const { return arrived_.load(); }

 private:
  class View final : public OpStore {
   public:
    explicit View(Disk& disk) : disk_(disk) {}
    Result<void> filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) override {
      return disk_.store_.filter_missing(ids, missing);
    }
    Result<void> retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                          Retrieved& retrieved) override {
      return disk_.store_.retrieve(ids, bytes_max, retrieved);
    }
    Result<void> commit(Batch const& batch, Committed& committed) override {
      disk_.arrived_.fetch_add(1);
      disk_.closed_.wait(true);
      return disk_.store_.commit(batch, committed);
    }
    Result<Bookmark> list_since(Bookmark after, ListLimits limits,
                                std::vector<OpEntry>& entries) override {
      return disk_.store_.list_since(after, limits, entries);
    }
    Result<void> load_wants(std::vector<OpId>& wants) override {
      return disk_.store_.load_wants(wants);
    }
    OpCounts counts() const override { return disk_.store_.counts(); }

   private:
    Disk& disk_;
  };

  OpStore& store_;
  std::atomic<bool> closed_ = false;
  std::atomic<std::uint32_t> arrived_ = 0;
};

// Keeps what the store says at its opening, and every op that it has stored.
struct Told {
  std::vector<OpId> wants;
  std::vector<StoredOp> stored;
};

class StoringNode {
 public:
  struct Options {
    FetchOptions fetch = options_of(weir_profile);
    StorageLimits storage{};
    StoreFlowOptions flow{};
    std::uint64_t taken_room = 0;  // somebody else has it from the beginning
  };

  StoringNode(Worker& worker, Owner<OpStore> store) : StoringNode(worker, std::move(store), {}) {}
  StoringNode(Worker& worker, Owner<OpStore> store, Options options)
      : listener_(*worker.listen(Address::loopback(0)).value()),
        storage(std::move(store), options.storage),
        taken_room(storage.promise(options.taken_room)),
        flow(storage, with_hook(options.flow)),
        links(&listener_, &worker.make_dialer()),
        fetch(worker, links, options.fetch) {
    fetch.parts().store.on_stored = {
        [](void* self, StoredOp const& op) { static_cast<Told*>(self)->stored.push_back(op); },
        &told};
    fetch.run({[](void* self, Graph& graph, FetchParts& parts) {
                 static_cast<StoreFlow*>(self)->serve(graph, parts);
               },
               &flow});
  }

  Address const& address() const { return listener_.address(); }
  PeerNumber peer(Address const& address) { return links.peer_at(address); }
  PeerNumber peer(StoringNode const& node) { return peer(node.address()); }
  void want(std::vector<Op> const& ops, PeerNumber from) { fetch.add_ops(ids_of(ops), from); }

 private:
  StoreFlowOptions with_hook(StoreFlowOptions options) {
    options.wants_loaded = {[](void* self, std::vector<OpId>&& ids) {
                              static_cast<Told*>(self)->wants = std::move(ids);
                            },
                            &told};
    return options;
  }

  Endpoint& listener_;

 public:
  Told told;
  StorageThread storage;
  Credit taken_room;
  StoreFlow flow;
  PeerLinks links;
  Fetch fetch;
};

// Asks the storage for something and waits for the answer, so that all that was asked before has
// been answered, too.
void wait_for(StorageThread& storage) {
  struct Latch final : AnswerSink {
    std::atomic<bool> answered = false;
    void give(StoreAnswer&&) override {
      answered.store(true);
      answered.notify_all();
    }
  } latch;
  StoreRequest request{.token = 0, .to = &latch, .what = FilterRequest{}};
  Asked asked = Asked::full;
  while ((asked = storage.ask(request)) == Asked::full) std::this_thread::yield();
  if (asked == Asked::taken) latch.answered.wait(false);
  storage.forget(latch);
}

bool holds_all(OpStore& store, std::vector<Op> const& ops) {
  std::vector<OpId> missing;
  return store.filter_missing(ids_of(ops), missing).ok() && missing.empty();
}
std::vector<OpId> wants_of(OpStore& store) {
  std::vector<OpId> wants;
  EXPECT_TRUE(store.load_wants(wants).ok());
  std::sort(wants.begin(), wants.end());
  return wants;
}
std::vector<OpId> sorted(std::vector<OpId> ids) {
  std::sort(ids.begin(), ids.end());
  return ids;
}
void put(OpStore& store, std::vector<Op> ops) {
  Committed committed;
  ASSERT_TRUE(store.commit({.ops = ops}, committed).ok());
}

// ---- on every kernel ----------------------------------------------------------------------------

class StoreFlowOnKernel : public testing::TestWithParam<KernelChoice> {
 protected:
  StoreFlowOnKernel() {
    WorkerOptions options;
    options.make_kernel = [this] { return kernel_.make_kernel(); };
    worker_ = Worker::make(std::move(options)).value();
  }

  TestKernel kernel_{GetParam()};
  std::unique_ptr<Worker> worker_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, StoreFlowOnKernel, testing::ValuesIn(test_kernels()), name_of);

TEST_P(StoreFlowOnKernel, TwoNodesExchangeWhatTheyHoldInMemory) {
  std::vector<Op> const left_ops = make_ops(1, 1000, 700);
  std::vector<Op> const right_ops = make_ops(5001, 1000, 100);
  MemoryStore left_store, right_store;
  put(left_store, left_ops);
  put(right_store, right_ops);
  Disk left_disk(left_store), right_disk(right_store);
  StoringNode left(*worker_, left_disk.open_store());
  StoringNode right(*worker_, right_disk.open_store());
  left.want(right_ops, left.peer(right));
  right.want(left_ops, right.peer(left));
  ASSERT_TRUE(
      worker_->run_until([&] { return left.fetch.is_drained() && right.fetch.is_drained(); }));
  for (StoringNode* const node : {&left, &right}) node->storage.stop();
  EXPECT_TRUE(holds_all(left_store, right_ops) && holds_all(right_store, left_ops));
  EXPECT_EQ(left.told.stored.size(), 1000u);
  EXPECT_EQ(left.fetch.counters().ops_unsolicited, 0u);
}

// A disk of this machine, once for each of its kernels.
class StoreFlowOnDisk : public StoreFlowOnKernel {};
INSTANTIATE_TEST_SUITE_P(Kernels, StoreFlowOnDisk, testing::ValuesIn(test_kernels_not_named("sim")),
                         name_of);

TEST_P(StoreFlowOnDisk, TwoNodesExchangeWhatTheyHoldThere) {
  TestFiles const files(nullptr);
  std::vector<Op> const ops = make_ops(1, 2000, 900);
  Owner<OpStore> holds = RocksStore::open(files.path("holder")).value();
  put(*holds, ops);
  {
    StoringNode holder(*worker_, std::move(holds));
    StoringNode node(*worker_, RocksStore::open(files.path("node")).value());
    node.want(ops, node.peer(holder));
    ASSERT_TRUE(worker_->run_until([&] { return node.fetch.is_drained(); }));
  }
  Owner<RocksStore> const found = RocksStore::open(files.path("node")).value();
  EXPECT_TRUE(holds_all(*found, ops));
  EXPECT_EQ(found->counts().wants, 0u);
}

// ---- in a simulated world -----------------------------------------------------------------------

// A machine from its start to its end, and whoever else is there.
struct World {
  // So much time passes, and the storage threads of `nodes` answer whatever they are asked at the
  // moment at which they are.
  void pass(std::initializer_list<StoringNode*> nodes, Duration time = 10 * milliseconds) {
    Instant const end = worker->clock().now() + time;
    do {
      do {
        worker.advance();
        for (StoringNode* const node : nodes) wait_for(node->storage);
      } while (!worker->may_sleep());
      worker.advance(std::min<Duration>(1 * milliseconds, end - worker->clock().now()));
    } while (worker->clock().now() < end);
  }
  // The threads go on until it is so, and hardly any time passes.
  template <class Predicate>
  [[nodiscard]] bool until(Predicate predicate) {
    for (int step = 0; step < 5'000'000 && !predicate(); ++step) {
      worker.advance(1 * microseconds);
      std::this_thread::yield();
    }
    return predicate();
  }
  // A node that holds `ops`, in memory.
  std::unique_ptr<TestNode> holder_of(std::vector<Op> const& held,
                                      FetchPolicy const& policy = weir_profile) {
    auto holder = std::make_unique<TestNode>(worker, policy);
    holder->store.put(held);
    return holder;
  }
  std::unique_ptr<StoringNode> node_of(Disk& its_disk, StoringNode::Options options = {}) {
    options.fetch.log = &lines.log;
    return std::make_unique<StoringNode>(*worker, its_disk.open_store(), std::move(options));
  }
  static StoringNode::Options listing_at_once() {
    StoringNode::Options options;
    options.flow.list_time = 0;
    return options;
  }

  TestWorker worker;
  LogLines lines{worker->clock()};
};

class StoreFlowTest : public testing::Test, protected World {
 protected:
  MemoryStore store;
  Disk disk{store};
  std::vector<Op> const ops = make_ops(1, 100, 1024);
};

TEST_F(StoreFlowTest, TellsEachOpThatItHasStored) {
  auto const holder = holder_of(ops);
  auto const node = node_of(disk);
  put(store, {ops[0]});
  PeerNumber const peer = node->peer(holder->address());
  node->want(ops, peer);
  pass({node.get()});
  ASSERT_EQ(node->told.stored.size(), 99u);  // one was held
  for (StoredOp const& op : node->told.stored) {
    EXPECT_EQ(op.peer, peer);
    EXPECT_EQ(op.size, 1024u);
    EXPECT_EQ(op.created_at, 1u);
  }
  EXPECT_EQ(node->flow.counters().reads_failed, 0u);
}

TEST_F(StoreFlowTest, WhatIsHeldIsNotAskedForHoweverMuchIsWantedAtOnce) {
  std::vector<Op> const many = make_ops(1, 30'000, 8);
  put(store, many);
  auto const holder = holder_of({make_op(77'777)});
  auto const node = node_of(disk);
  std::vector<Op> wanted = many;
  wanted.push_back(make_op(77'777));
  node->want(wanted, node->peer(holder->address()));
  pass({node.get()});
  EXPECT_TRUE(node->fetch.is_drained());
  EXPECT_EQ(node->fetch.counters().ids_asked, 1u);
  EXPECT_GT(node->flow.counters().filters, 1u);
}

TEST_F(StoreFlowTest, WhileTheDiskWorksNoMoreIsAskedForThanThereIsRoomFor) {
  std::vector<Op> const many = make_ops(1, 2000, 1024);
  auto const holder = holder_of(many);
  StoringNode::Options options;
  options.fetch.policy.room_bytes = 128 << 10;
  auto const node = node_of(disk, options);
  pass({node.get()});  // the want-list has been loaded
  disk.close();
  node->want(many, node->peer(holder->address()));
  ASSERT_TRUE(until([&] { return disk.commits() > 0; }));
  pass({}, 3 * seconds);
  EXPECT_GT(node->fetch.counters().bytes_received, 0u);
  EXPECT_LE(node->fetch.counters().bytes_received, 128u << 10);
  disk.open();
  pass({node.get()}, 3 * seconds);
  EXPECT_TRUE(holds_all(store, many));
  EXPECT_EQ(node->fetch.counters().bytes_duplicate, 0u);
}

TEST_F(StoreFlowTest, WhileOthersHaveAllTheRoomNothingIsAskedFor) {
  auto const holder = holder_of(ops);
  StoringNode::Options options;
  options.taken_room = ~0ull;
  auto const node = node_of(disk, options);
  node->want(ops, node->peer(holder->address()));
  pass({node.get()}, 5 * seconds);
  EXPECT_EQ(node->fetch.counters().ids_asked, 0u);
  node->taken_room = {};
  pass({node.get()}, 100 * milliseconds);
  EXPECT_TRUE(holds_all(store, ops));
}

TEST_F(StoreFlowTest, APeerThatKnowsNoCreditIsAskedForNoMoreThanThereIsRoomFor) {
  auto const holder = holder_of(make_ops(1, 500, 4096), compatible_profile);
  StoringNode::Options options;
  options.fetch.policy.room_bytes = 64 << 10;
  auto const node = node_of(disk, options);
  node->want(make_ops(1, 1, 4096), node->peer(holder->address()));
  pass({node.get()});  // its ops are of 4 KiB
  disk.close();
  node->want(make_ops(2, 499, 4096), node->peer(holder->address()));
  ASSERT_TRUE(until([&] { return disk.commits() > 1; }));
  pass({}, 3 * seconds);
  EXPECT_LE(node->fetch.counters().bytes_received, (64u << 10) + 4096);
  disk.open();
  pass({node.get()}, 3 * seconds);
  EXPECT_EQ(store.counts().ops, 500u);
}

TEST_F(StoreFlowTest, RoomThatAPeerHasNoUseForIsAnothers) {
  StoringNode::Options options;
  options.fetch.policy.room_bytes = 64 << 10;  // all of which the first one asked is promised
  auto const node = node_of(disk, options);
  auto const lacking = holder_of({});
  auto const holder = holder_of(ops);
  node->want(ops, node->peer(lacking->address()));
  pass({node.get()});
  EXPECT_EQ(node->fetch.counters().absent, 100u);
  node->want(ops, node->peer(holder->address()));
  pass({node.get()}, 1 * seconds);
  EXPECT_TRUE(holds_all(store, ops));
  // And who has been promised some before is asked again.
  std::vector<Op> const more = make_ops(5000, 300, 1024);
  lacking->store.put(more);
  node->want(more, node->peer(lacking->address()));
  pass({node.get()}, 1 * seconds);
  EXPECT_TRUE(holds_all(store, more));
}

TEST_F(StoreFlowTest, WhatWaitsForTheDiskIsBoundedAlsoWithoutCredit) {
  std::vector<Op> const many = make_ops(1, 2000, 16 << 10);
  auto const holder = holder_of(many, compatible_profile);
  StoringNode::Options options;
  options.fetch = options_of(compatible_profile);
  options.flow.waiting_bytes_max = 256 << 10;
  options.taken_room = options.storage.incoming_bytes_max - (64 << 10);
  auto const node = node_of(disk, options);
  pass({node.get()});
  disk.close();
  node->want(many, node->peer(holder->address()));
  ASSERT_TRUE(until([&] { return node->flow.counters().suspensions > 0; }));
  pass({}, 3 * seconds);
  EXPECT_GT(node->flow.waiting_bytes(), 256u << 10);
  EXPECT_LT(node->flow.waiting_bytes(), 8u << 20);  // and what one tick admits
  node->taken_room = {};
  disk.open();
  pass({node.get()}, 3 * seconds);
  EXPECT_TRUE(holds_all(store, many));
  EXPECT_EQ(node->flow.waiting_bytes(), 0u);
}

TEST_F(StoreFlowTest, WithTheSmallestLimitsEverythingStillComes) {
  StoringNode::Options options;
  options.storage.requests_max = 1;
  options.storage.read_bytes_max = 4096;
  MemoryStore held;
  put(held, ops);
  Disk held_disk(held);
  auto const holder = node_of(held_disk, options);
  std::vector<std::unique_ptr<Disk>> disks;
  std::vector<std::unique_ptr<MemoryStore>> stores;
  std::vector<std::unique_ptr<StoringNode>> nodes;
  for (int i = 0; i < 3; ++i) {
    stores.push_back(std::make_unique<MemoryStore>());
    disks.push_back(std::make_unique<Disk>(*stores.back()));
    nodes.push_back(node_of(*disks.back(), options));
    nodes.back()->want(ops, nodes.back()->peer(*holder));
  }
  ASSERT_TRUE(until([&] {
    return std::all_of(nodes.begin(), nodes.end(),
                       [](auto const& node) { return node->fetch.is_drained(); });
  }));
  for (auto const& node : nodes) node->storage.stop();
  for (auto const& one : stores) EXPECT_TRUE(holds_all(*one, ops));
  EXPECT_GT(holder->flow.counters().waits, 0u);
}

// ---- a store that fails

TEST_F(StoreFlowTest, WhatTheStoreFailsToWriteStaysWantedAndIsAskedForAgain) {
  CrashStore broken({.seed = 3});
  Disk broken_disk(broken);
  auto const holder = holder_of(ops);
  auto const node = node_of(broken_disk);
  broken.fail_next(3);
  node->want(ops, node->peer(holder->address()));
  pass({node.get()});
  EXPECT_EQ(node->fetch.pending_count(), 100u);
  EXPECT_TRUE(node->told.stored.empty());
  EXPECT_TRUE(lines.contains("the store could not write"));
  pass({node.get()}, 10 * seconds);
  EXPECT_TRUE(holds_all(broken, ops));
  EXPECT_TRUE(node->fetch.is_drained());
}

TEST_F(StoreFlowTest, WhatTheStoreRefusesStaysWanted) {
  MemoryStore small(0, {.bytes_max = 50 * 1024});
  Disk small_disk(small);
  auto const holder = holder_of(ops);
  auto const node = node_of(small_disk);
  node->want(ops, node->peer(holder->address()));
  pass({node.get()}, 1 * seconds);
  EXPECT_EQ(small.counts().ops, 50u);
  EXPECT_EQ(node->fetch.pending_count(), 50u);
  EXPECT_TRUE(lines.contains("the store has not taken an op"));
}

TEST_F(StoreFlowTest, AStorageThatIsStoppedInTheMiddleCostsNothingButWhatItHasNotTaken) {
  auto const holder = holder_of(ops);
  auto const node = node_of(disk);
  pass({node.get()});
  disk.close();
  node->want(ops, node->peer(holder->address()));
  ASSERT_TRUE(until([&] { return disk.commits() > 0; }));
  disk.open();
  node->storage.stop();
  pass({node.get()}, 5 * seconds);
  EXPECT_EQ(node->told.stored.size(), store.counts().ops);
  EXPECT_EQ(node->fetch.pending_count() + store.counts().ops, 100u);
  node->want(make_ops(1000, 10), node->peer(holder->address()));
  holder->fetch.add_ops(ids_of(ops), holder->peer(node->address()));  // who asks is told nothing
  std::uint64_t const failed = node->flow.counters().commits_failed;
  pass({node.get()}, 10 * seconds);
  EXPECT_LE(node->flow.counters().commits_failed - failed, 100u);  // a few each second
  EXPECT_EQ(node->flow.asked_count(), 0u);
}

// ---- the want-list

TEST_F(StoreFlowTest, WhatIsWantedIsOnTheStoresListUntilItIsStored) {
  auto const node = node_of(disk, listing_at_once());
  ScriptedPeer peer(worker);
  node->want(ops, node->peer(peer.address));
  pass({node.get()});
  EXPECT_EQ(wants_of(store), sorted(ids_of(ops)));
  ASSERT_TRUE(peer.socket().accepted());
  peer.respond({ops[3]}, {}, fetch_version);
  pass({node.get()});
  EXPECT_TRUE(store.holds(ops[3].id));
  EXPECT_EQ(store.counts().wants, 99u);
  EXPECT_EQ(node->flow.counters().unlisted, 0u);
}

TEST_F(StoreFlowTest, WhatComesSoonIsNeverPutOnTheList) {
  auto const holder = holder_of(ops);
  auto const node = node_of(disk);
  node->want(ops, node->peer(holder->address()));
  pass({node.get()}, 5 * seconds);
  EXPECT_TRUE(holds_all(store, ops));
  EXPECT_EQ(node->flow.counters().listed, 0u);
}

TEST_F(StoreFlowTest, WhatDoesNotComeIsOnTheListSoon) {
  auto const node = node_of(disk);
  node->want(ops, node->peer(Address::loopback(1)));
  pass({node.get()}, 900 * milliseconds);
  EXPECT_EQ(store.counts().wants, 0u);
  pass({node.get()}, 1200 * milliseconds);
  EXPECT_EQ(store.counts().wants, 100u);
}

TEST_F(StoreFlowTest, WhatIsCancelledIsTakenOffTheList) {
  auto const node = node_of(disk, listing_at_once());
  node->want(ops, node->peer(Address::loopback(1)));
  pass({node.get()});
  for (std::size_t i = 0; i < 40; ++i) node->fetch.cancel(ops[i].id);
  pass({node.get()});
  EXPECT_EQ(store.counts().wants, 60u);
  // Whatever order it happens in, within one tick.
  node->fetch.cancel(ops[50].id);
  node->want({ops[50]}, node->peer(Address::loopback(1)));
  pass({node.get()});
  EXPECT_EQ(store.counts().wants, 60u);
  EXPECT_EQ(node->fetch.pending_count(), 60u);
}

TEST_F(StoreFlowTest, WhatWasWantedIsToldAfterARestart) {
  {
    World life;
    auto const node = life.node_of(disk, listing_at_once());
    node->want(ops, node->peer(Address::loopback(1)));
    life.pass({node.get()});
    EXPECT_TRUE(node->told.wants.empty());
  }
  auto const holder = holder_of(ops);
  auto const node = node_of(disk);
  pass({node.get()});
  ASSERT_EQ(sorted(node->told.wants), sorted(ids_of(ops)));
  node->fetch.add_ops(node->told.wants, node->peer(holder->address()));
  pass({node.get()});
  EXPECT_EQ(store.counts(), (OpCounts{100, 100 * 1024, 0}));
}

TEST_F(StoreFlowTest, WhatIsKeptStaysOnTheListThoughItsLastPeerHasGone) {
  auto const node = node_of(disk, listing_at_once());
  auto stranger = std::make_unique<ScriptedPeer>(worker, node->address());
  stranger->request({ops[0].id}, 0, fetch_version);
  pass({node.get()});
  PeerNumber const number = 0;
  node->want(ops, number);
  EXPECT_EQ(node->flow.keep(ids_of({ops[1], ops[2]})), 2u);
  pass({node.get()});
  EXPECT_EQ(store.counts().wants, 100u);
  stranger.reset();
  pass({node.get()});
  EXPECT_EQ(node->fetch.pending_count(), 0u);
  EXPECT_EQ(wants_of(store), sorted({ops[1].id, ops[2].id}));
  node->flow.let_go(ids_of({ops[1]}));
  pass({node.get()});
  EXPECT_EQ(wants_of(store), std::vector{ops[2].id});
}

TEST_F(StoreFlowTest, AListThatCouldNotBeWrittenIsWrittenLater) {
  CrashStore broken({.seed = 3});
  Disk broken_disk(broken);
  auto const node = node_of(broken_disk, listing_at_once());
  broken.fail_next(1);
  node->want(ops, node->peer(Address::loopback(1)));
  pass({node.get()}, 100 * milliseconds);
  EXPECT_EQ(broken.counts().wants, 0u);
  pass({node.get()}, 2 * seconds);
  EXPECT_EQ(broken.counts().wants, 100u);
}

// What has been told as stored is there whenever the machine crashes, and what is wanted is found
// again, or fetched already.
TEST_F(StoreFlowTest, NothingThatWasToldIsLostWheneverTheMachineCrashes) {
  std::uint64_t const first = test_seed(1);
  for (std::uint64_t seed = first; seed < first + 12; ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    Random random(seed);
    CrashStore machine({.seed = seed, .crash_once_in = 4, .fail_once_in = 6});
    Disk its_disk(machine);
    std::uint64_t told = 0;
    for (int lives = 0; lives < 100 && machine.counts().ops < ops.size(); ++lives) {
      machine.restart();
      std::vector<OpId> const wanted = wants_of(machine);
      World life;
      auto const holder = life.holder_of(ops);
      StoringNode::Options options;
      options.flow.list_time = random.once_in(2) ? 0 : 20 * milliseconds;
      auto const node = life.node_of(its_disk, options);
      life.pass({node.get()});
      EXPECT_EQ(sorted(node->told.wants), wanted);
      EXPECT_GE(machine.counts().ops, told);
      std::size_t const count = random.once_in(2) ? ops.size() : 1 + random.below(ops.size());
      node->want({ops.begin(), ops.begin() + static_cast<std::ptrdiff_t>(count)},
                 node->peer(holder->address()));
      life.pass({node.get()}, random.once_in(8) ? 1200 * milliseconds : 40 * milliseconds);
      for (StoredOp const& op : node->told.stored) EXPECT_TRUE(machine.disk().holds(op.id));
      told += node->told.stored.size();
    }
    EXPECT_EQ(machine.counts().ops, ops.size());
  }
}

}  // namespace
}  // namespace weir
