// The storage thread: the one thread of a node that waits for a disk.
//
// A worker asks, and goes on; the answer comes back through a Channel into its flow, or to whatever
// else the request names. All that has been asked by the time the thread looks is one tick of it:
// everything that is to be written goes into one batch with one sync, however many requests it came
// with, and then what is to be read is read. So a read sees every write that was asked before it.
//
//   worker ─ask()─▶ bounded queue ─▶ [ one batch, one sync ] ─▶ reads ─▶ answers ─give()─▶ worker
//
// Nothing grows without bound. Requests that were not answered, or whose answer still lives, are
// counted; so are the bytes of ops that wait to be written, and those of ops that were read. Who is
// going to bring ops asks for room before (promise()), and hands that credit over with them: what
// was promised is always taken.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "weir/base/owner.h"
#include "weir/base/result.h"
#include "weir/p2p/credit.h"
#include "weir/sched/input.h"
#include "weir/store/op_store.h"

namespace weir {

struct StorageLimits {
  std::uint32_t requests_max = 4096;                // asked, and their answers not destroyed
  std::uint64_t incoming_bytes_max = 128ull << 20;  // promised, or waiting to be written
  std::uint64_t read_bytes_max = 64ull << 20;       // asked to be read, and not destroyed
  std::uint64_t batch_bytes_max = 16ull << 20;      // written with one sync, or one op
};

constexpr bool consistent(StorageLimits const& limits) {
  return limits.requests_max > 0 && limits.incoming_bytes_max >= op_bytes_max &&
         limits.read_bytes_max > 0 && limits.batch_bytes_max > 0 &&
         limits.batch_bytes_max + op_bytes_max <= batch_bytes_max;
}
static_assert(consistent(StorageLimits{}));

// ---- what can be asked, and what is answered

struct FilterRequest {
  std::vector<OpId> ids;
};
struct Missing {
  std::vector<OpId> ids;
};

// Answered by Retrieved: `bytes_max` counts as read until the answer is destroyed.
struct RetrieveRequest {
  std::vector<OpId> ids;
  std::uint64_t bytes_max = 1u << 20;
};

// As Batch says. `credit` is what was promised for the ops; what it does not cover must have room.
// Answered by Committed, whose counts other than of ops are of the whole batch it was part of.
struct CommitRequest {
  std::vector<OpId> discard{};
  std::vector<OpId> want{};
  std::vector<Op> ops{};
  std::vector<OpId> unwant{};
  Credit credit{};
};

struct ListRequest {
  Bookmark after = 0;
  ListLimits limits{};
};
struct Listed {
  std::vector<OpEntry> entries;
  Bookmark next = 0;
};

struct WantsRequest {};
struct Wants {
  std::vector<OpId> ids;
};

struct StoreAnswer {
  std::uint64_t token = 0;     // of the request
  std::optional<Error> error;  // then the rest says nothing
  std::variant<Missing, Retrieved, Committed, Listed, Wants> what;
  Credit request;  // what it holds as long as it lives
  Credit bytes;
};

// Where answers go. give() is called on the storage thread; it neither waits nor throws.
class AnswerSink {
 public:
  virtual void give(StoreAnswer&& answer) = 0;

 protected:
  ~AnswerSink() = default;
};

struct StoreRequest {
  std::uint64_t token = 0;  // the asker's own
  AnswerSink* to = nullptr;
  std::variant<FilterRequest, RetrieveRequest, CommitRequest, ListRequest, WantsRequest> what{};
};

enum class Asked : std::uint8_t {
  taken,
  full,   // ask again when an answer has come
  ended,  // the storage was stopped
};

struct StorageCounters {
  OpCounts held;  // by the store
  std::uint64_t requests = 0;
  std::uint64_t ticks = 0;
  std::uint64_t batches = 0;  // each with one sync
  std::uint64_t failures = 0;
};

class StorageThread {
 public:
  // From now on the store is used by a thread of this.
  explicit StorageThread(Owner<OpStore> store, StorageLimits limits = {});
  // As stop().
  ~StorageThread();
  StorageThread(StorageThread const&) = delete;
  StorageThread& operator=(StorageThread const&) = delete;

  // ---- from any thread
  // The request is moved away only if it is taken.
  [[nodiscard]] Asked ask(StoreRequest& request);
  // Room for ops that will be brought, as much of `bytes` as there is.
  Credit promise(std::uint64_t bytes);
  std::uint64_t room() const;
  // Wakes, on whatever thread, when room of any kind is given back, or there is none ever: at least
  // once, at most once for each kind. Who found none calls this, asks once more, and then waits. A
  // waker without a function takes back the one of its context.
  void when_room(Waker waker);
  // The same of what promise() gives alone.
  void when_room_for_ops(Waker waker);
  StorageCounters counters() const;

  // Nothing more is given to `sink` when this returns, and what it still was to get is dropped;
  // what was asked is carried out. Not from the storage thread.
  void forget(AnswerSink& sink);
  // Takes no more, carries out and answers what it has taken, and ends the thread.
  void stop();

  StorageLimits const& limits() const;

 private:
  class Running;
  Owner<Running> running_;
};

// Answers into a flow: they are the items of a Channel, which has room for all that may be asked.
class ChannelAnswers final : public AnswerSink {
 public:
  ChannelAnswers(StorageThread& storage, Channel<StoreAnswer>& channel)
      : storage_(storage), channel_(channel) {
    WEIR_ASSERT(channel.capacity() >= storage.limits().requests_max);
  }
  ~ChannelAnswers() { storage_.forget(*this); }

  void give(StoreAnswer&& answer) override { channel_.send(std::move(answer)); }

 private:
  StorageThread& storage_;
  Channel<StoreAnswer>& channel_;
};

}  // namespace weir
