#include "weir/p2p/storage.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "weir/sched/graph.h"
#include "weir/store/conformance.h"
#include "weir/store/crash_store.h"
#include "weir/store/memory_store.h"

namespace weir {
namespace {

// Keeps answers until they are taken; taking waits for one.
class Inbox final : public AnswerSink {
 public:
  void give(StoreAnswer&& answer) override {
    std::lock_guard const lock(mutex_);
    answers_.push_back(std::move(answer));
    changed_.notify_all();
  }
  StoreAnswer take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !answers_.empty(); });
    StoreAnswer answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }
  std::size_t size() {
    std::lock_guard const lock(mutex_);
    return answers_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<StoreAnswer> answers_;
};

// A store whose next commit waits until it is let through.
class GateStore final : public OpStore {
 public:
  Result<void> filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) override {
    return store_.filter_missing(ids, missing);
  }
  Result<void> retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                        Retrieved& retrieved) override {
    return store_.retrieve(ids, bytes_max, retrieved);
  }
  Result<void> commit(Batch const& batch, Committed& committed) override {
    arrived_.store(true);
    arrived_.notify_all();
    open_.wait(false);
    return store_.commit(batch, committed);
  }
  Result<Bookmark> list_since(Bookmark after, ListLimits limits,
                              std::vector<OpEntry>& entries) override {
    return store_.list_since(after, limits, entries);
  }
  Result<void> load_wants(std::vector<OpId>& wants) override { return store_.load_wants(wants); }
  OpCounts counts() const override { return store_.counts(); }

  void wait_for_commit() { arrived_.wait(false); }
  void open() {
    open_.store(true);
    open_.notify_all();
  }

 private:
  MemoryStore store_;
  std::atomic<bool> arrived_ = false;
  std::atomic<bool> open_ = false;
};

template <class What>
Asked ask(StorageThread& storage, AnswerSink& to, std::uint64_t token, What what) {
  StoreRequest request{token, &to, std::move(what)};
  return storage.ask(request);
}
CommitRequest commit_of(std::uint64_t from, std::uint64_t count, std::uint32_t size) {
  CommitRequest request;
  for (std::uint64_t n = from; n < from + count; ++n) request.ops.push_back(make_test_op(n, size));
  return request;
}

TEST(StorageThread, AnswersWhatItsStoreAnswers) {
  Inbox inbox;
  StorageThread storage(make_owner<MemoryStore>());
  ASSERT_EQ(ask(storage, inbox, 1, commit_of(0, 3, 10)), Asked::taken);
  StoreAnswer answer = inbox.take();
  EXPECT_EQ(answer.token, 1u);
  EXPECT_FALSE(answer.error);
  EXPECT_EQ(std::get<Committed>(answer.what).stored_bytes, 30u);
  std::vector<OpId> const ids = {make_test_id(7), make_test_id(2)};
  ASSERT_EQ(ask(storage, inbox, 2, FilterRequest{ids}), Asked::taken);
  EXPECT_EQ(std::get<Missing>(inbox.take().what).ids, std::vector{make_test_id(7)});
  ASSERT_EQ(ask(storage, inbox, 3, RetrieveRequest{ids}), Asked::taken);
  answer = inbox.take();
  Retrieved const& retrieved = std::get<Retrieved>(answer.what);
  ASSERT_EQ(retrieved.ops.size(), 1u);
  EXPECT_TRUE(retrieved.ops[0].bytes == make_test_op(2, 10).bytes);
  EXPECT_EQ(retrieved.answered, 2u);
  ASSERT_EQ(ask(storage, inbox, 4, ListRequest{}), Asked::taken);
  EXPECT_EQ(std::get<Listed>(inbox.take().what).entries.size(), 3u);
  ASSERT_EQ(ask(storage, inbox, 5, CommitRequest{.want = ids}), Asked::taken);
  inbox.take();
  ASSERT_EQ(ask(storage, inbox, 6, WantsRequest{}), Asked::taken);
  EXPECT_EQ(std::get<Wants>(inbox.take().what).ids, std::vector{make_test_id(7)});
  EXPECT_EQ(storage.counters().held.bytes, 30u);
}

TEST(StorageThread, WritesWithOneSyncWhatWasAskedMeanwhile) {
  auto owned = make_owner<GateStore>();
  GateStore& gate = *owned;
  Inbox inbox;
  StorageThread storage(std::move(owned));
  ASSERT_EQ(ask(storage, inbox, 0, commit_of(0, 1, 10)), Asked::taken);
  gate.wait_for_commit();
  for (std::uint64_t n = 1; n <= 100; ++n) {
    ASSERT_EQ(ask(storage, inbox, n, commit_of(n, 2, 10)), Asked::taken);  // each has one anew
  }
  ASSERT_EQ(ask(storage, inbox, 101, FilterRequest{{make_test_id(101)}}), Asked::taken);
  gate.open();
  for (std::uint64_t n = 0; n <= 100; ++n) {
    StoreAnswer const answer = inbox.take();
    ASSERT_EQ(answer.token, n);
    Committed const& committed = std::get<Committed>(answer.what);
    std::vector<Stored> const expected = n < 2 ? std::vector<Stored>(n + 1, Stored::stored)
                                               : std::vector{Stored::held, Stored::stored};
    EXPECT_EQ(committed.ops, expected);
    EXPECT_EQ(committed.stored_bytes, n == 1 ? 20u : 10u);
  }
  EXPECT_TRUE(std::get<Missing>(inbox.take().what).ids.empty()) << "a read sees what was asked";
  storage.stop();
  EXPECT_EQ(storage.counters().batches, 2u);
  EXPECT_EQ(storage.counters().ticks, 2u);
}

TEST(StorageThread, KeepsTheOrderOfWhatContradictsItself) {
  auto owned = make_owner<GateStore>();
  GateStore& gate = *owned;
  Inbox inbox;
  StorageThread storage(std::move(owned));
  OpId const wanted = make_test_id(100);
  OpId const stored = make_test_id(1);
  ASSERT_EQ(ask(storage, inbox, 0, commit_of(0, 1, 10)), Asked::taken);
  gate.wait_for_commit();
  ASSERT_EQ(ask(storage, inbox, 1, CommitRequest{.unwant = {wanted}}), Asked::taken);
  ASSERT_EQ(ask(storage, inbox, 2, CommitRequest{.want = {wanted}}), Asked::taken);
  ASSERT_EQ(ask(storage, inbox, 3, commit_of(1, 1, 10)), Asked::taken);
  ASSERT_EQ(ask(storage, inbox, 4, CommitRequest{.discard = {stored}}), Asked::taken);
  ASSERT_EQ(ask(storage, inbox, 5, FilterRequest{{stored}}), Asked::taken);
  ASSERT_EQ(ask(storage, inbox, 6, WantsRequest{}), Asked::taken);
  gate.open();
  for (int n = 0; n < 5; ++n) inbox.take();
  EXPECT_EQ(std::get<Missing>(inbox.take().what).ids, std::vector{stored});
  EXPECT_EQ(std::get<Wants>(inbox.take().what).ids, std::vector{wanted});
}

TEST(StorageThread, TakesNoMoreThanItHasPromisedRoomFor) {
  auto owned = make_owner<GateStore>();
  GateStore& gate = *owned;
  Inbox inbox;
  StorageThread storage(std::move(owned), {.incoming_bytes_max = op_bytes_max});
  Credit promised = storage.promise(op_bytes_max - 1000);
  EXPECT_EQ(promised.amount(), op_bytes_max - 1000u);
  EXPECT_EQ(storage.promise(5000).amount(), 1000u);  // and given back at once
  ASSERT_EQ(ask(storage, inbox, 1, commit_of(0, 1, 900)), Asked::taken);
  StoreRequest late{2, &inbox, commit_of(1, 1, 200)};
  ASSERT_EQ(storage.ask(late), Asked::full);
  EXPECT_EQ(storage.room(), 100u);
  CommitRequest& commit = std::get<CommitRequest>(late.what);
  ASSERT_EQ(commit.ops.size(), 1u) << "what is refused is still the asker's";
  commit.credit = promised.split(200);
  ASSERT_EQ(storage.ask(late), Asked::taken) << "what was promised is taken";
  gate.open();
  inbox.take();
  inbox.take();
  promised = {};
  EXPECT_EQ(storage.room(), op_bytes_max);
}

TEST(StorageThread, CountsAnswersUntilTheyAreDestroyed) {
  Inbox inbox;
  StorageThread storage(make_owner<MemoryStore>(), {.requests_max = 3, .read_bytes_max = 1000});
  ASSERT_EQ(ask(storage, inbox, 1, RetrieveRequest{{}, 700}), Asked::taken);
  EXPECT_EQ(ask(storage, inbox, 2, RetrieveRequest{{}, 700}), Asked::full);
  ASSERT_EQ(ask(storage, inbox, 3, RetrieveRequest{{}, 300}), Asked::taken);
  ASSERT_EQ(ask(storage, inbox, 4, WantsRequest{}), Asked::taken);
  EXPECT_EQ(ask(storage, inbox, 5, WantsRequest{}), Asked::full);
  {
    StoreAnswer const first = inbox.take();
    EXPECT_EQ(ask(storage, inbox, 6, WantsRequest{}), Asked::full);
  }
  EXPECT_EQ(ask(storage, inbox, 7, RetrieveRequest{{}, ~std::uint64_t{0}}), Asked::full);
  EXPECT_EQ(ask(storage, inbox, 8, RetrieveRequest{{}, 700}), Asked::taken);
}

TEST(StorageThread, TellsAFailureToAllWhomItConcernsAndGoesOn) {
  auto owned = make_owner<CrashStore>(CrashStoreOptions{.seed = 1});
  owned->fail_next(1);
  Inbox inbox;
  StorageThread storage(std::move(owned));
  ASSERT_EQ(ask(storage, inbox, 1, commit_of(0, 2, 10)), Asked::taken);
  StoreAnswer const failed = inbox.take();
  ASSERT_TRUE(failed.error);
  EXPECT_EQ(failed.error->code, ENOSPC);
  ASSERT_EQ(ask(storage, inbox, 2, commit_of(0, 2, 10)), Asked::taken);
  EXPECT_FALSE(inbox.take().error);
  storage.stop();
  EXPECT_EQ(storage.counters().failures, 1u);
  EXPECT_EQ(storage.counters().held.ops, 2u);
}

TEST(StorageThread, AnswersWhatItHasTakenBeforeItStops) {
  Inbox inbox;
  StorageThread storage(make_owner<MemoryStore>());
  for (std::uint64_t n = 0; n < 50; ++n) {
    ASSERT_EQ(ask(storage, inbox, n, commit_of(n, 1, 10)), Asked::taken);
  }
  storage.stop();
  EXPECT_EQ(inbox.size(), 50u);
  EXPECT_EQ(ask(storage, inbox, 99, WantsRequest{}), Asked::ended);
  storage.stop();
}

TEST(StorageThread, GivesNothingToASinkThatIsForgotten) {
  auto owned = make_owner<GateStore>();
  GateStore& gate = *owned;
  Inbox kept;
  StorageThread storage(std::move(owned));
  std::thread opener;
  {
    Inbox forgotten;
    ASSERT_EQ(ask(storage, kept, 1, commit_of(0, 1, 10)), Asked::taken);
    gate.wait_for_commit();
    ASSERT_EQ(ask(storage, forgotten, 2, commit_of(1, 1, 10)), Asked::taken);
    opener = std::thread([&] { gate.open(); });
    storage.forget(forgotten);
  }
  opener.join();
  storage.stop();
  EXPECT_EQ(kept.size(), 1u);
  EXPECT_EQ(storage.counters().held.ops, 2u) << "what was asked is carried out";
}

TEST(StorageThread, AnswersIntoAFlow) {
  StorageThread storage(make_owner<MemoryStore>(), {.requests_max = 64});
  Graph graph;
  Channel<StoreAnswer> channel(64);
  ChannelAnswers answers(storage, channel);
  std::uint64_t stored = 0;
  std::uint64_t asked = 0;
  Subgraph& reader = graph.make_subgraph("reader", 0, {}, {}, [&](Activation& activation) {
    auto const take = [&](StoreAnswer answer) {  // which ends here, so that another may be asked
      stored += std::get<Committed>(answer.what).stored_count;
    };
    bool const all = channel.drain(take, activation.budget);
    if (stored == 1000) graph.stop();
    while (asked < 1000) {
      StoreRequest request{asked, &answers, commit_of(asked, 1, 10)};
      if (storage.ask(request) != Asked::taken) break;
      ++asked;
    }
    return all ? Status::done : Status::yielded;
  });
  channel.attach(graph, reader);
  graph.run_tick();
  if (asked == 0) {
    ASSERT_EQ(ask(storage, answers, 0, commit_of(asked++, 1, 10)), Asked::taken);
  }
  graph.run();
  EXPECT_EQ(stored, 1000u);
}

TEST(StorageThread, ServesManyThreadsAtOnce) {
  constexpr std::uint64_t threads_count = 4;
  constexpr std::uint64_t rounds = 300;
  StorageThread storage(make_owner<MemoryStore>(), {.requests_max = 8});
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < threads_count; ++thread) {
    threads.emplace_back([&, thread] {
      Inbox inbox;
      for (std::uint64_t round = 0; round < rounds; ++round) {
        std::uint64_t const number = thread * rounds + round;
        StoreRequest request{number, &inbox, commit_of(number, 1, 100)};
        while (storage.ask(request) != Asked::taken) std::this_thread::yield();
        EXPECT_EQ(inbox.take().token, number);
        StoreRequest read{number, &inbox, RetrieveRequest{{make_test_id(number)}, 1000}};
        while (storage.ask(read) != Asked::taken) std::this_thread::yield();
        StoreAnswer const answer = inbox.take();
        EXPECT_TRUE(std::get<Retrieved>(answer.what).ops.at(0).bytes ==
                    make_test_op(number, 100).bytes);
      }
      storage.forget(inbox);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(storage.counters().held.ops, threads_count * rounds);
}

// Counts how often it was woken.
struct Woken {
  std::atomic<int> times = 0;
  Waker waker() {
    return {[](void* self) { static_cast<Woken*>(self)->times.fetch_add(1); }, this};
  }
};

TEST(StorageThread, WhoFoundNoRoomIsToldOfSome) {
  Inbox inbox;
  StorageThread storage(make_owner<MemoryStore>(), {.requests_max = 1});
  ASSERT_EQ(ask(storage, inbox, 1, FilterRequest{}), Asked::taken);
  StoreAnswer answer = inbox.take();
  Woken woken;
  storage.when_room(woken.waker());
  // Finding none once more tells nobody: he would wake himself for ever.
  ASSERT_EQ(ask(storage, inbox, 2, FilterRequest{}), Asked::full);
  EXPECT_EQ(woken.times, 0);
  answer = {};
  EXPECT_EQ(woken.times, 1);
  ASSERT_EQ(ask(storage, inbox, 3, FilterRequest{}), Asked::taken);
  inbox.take();
  EXPECT_EQ(woken.times, 1);  // once
  storage.when_room(woken.waker());
  storage.when_room({nullptr, &woken});  // taken back
  storage.stop();
  EXPECT_EQ(woken.times, 1);
}

TEST(StorageThread, ARequestThatFindsNoRoomForItsBytesLeavesItsPlaceWithoutAWord) {
  Inbox inbox;
  Woken woken;  // which the storage wakes as long as it lives
  Woken plans;
  StorageThread storage(make_owner<MemoryStore>());
  Credit all = storage.promise(~0ull);
  storage.when_room(woken.waker());
  EXPECT_EQ(ask(storage, inbox, 1, commit_of(0, 1, 100)), Asked::full);
  EXPECT_EQ(woken.times, 0);
  storage.when_room_for_ops(plans.waker());
  all = {};
  EXPECT_EQ(woken.times, 1);
  EXPECT_EQ(plans.times, 1);
  EXPECT_EQ(ask(storage, inbox, 1, commit_of(0, 1, 100)), Asked::taken);
  inbox.take();
}

TEST(StorageThread, WhoWaitsForRoomIsToldWhenThereWillBeNone) {
  Inbox inbox;
  StorageThread storage(make_owner<MemoryStore>());
  Woken woken;
  storage.when_room(woken.waker());
  storage.stop();
  EXPECT_GT(woken.times, 0);
  EXPECT_EQ(ask(storage, inbox, 1, FilterRequest{}), Asked::ended);
}

}  // namespace
}  // namespace weir
