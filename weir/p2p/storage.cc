#include "weir/p2p/storage.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

namespace {

std::uint64_t bytes_of(std::vector<Op> const& ops) {
  std::uint64_t bytes = 0;
  for (Op const& op : ops) bytes += op.bytes.size();
  return bytes;
}

template <class T>
void move_behind(std::vector<T>& all, std::vector<T>& more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// A request that was taken, with what it holds.
struct Taken {
  StoreRequest request;
  Credit slot;
  Credit bytes;

  CommitRequest* commit() { return std::get_if<CommitRequest>(&request.what); }
};

// Commits that become one batch.
class Group {
 public:
  bool empty() const { return members_.empty(); }

  // Whether `next` may join: a batch discards, wants, stores and unwants in this order, so what it
  // wants must not have been unwanted by another before, nor what it discards stored.
  bool admits(CommitRequest const& next, std::uint64_t bytes_max) const {
    if (empty()) return true;
    if (!next.want.empty() && !unwant_.empty()) return false;
    if (!next.discard.empty() && !ops_.empty()) return false;
    return bytes_ + bytes_of(next.ops) <= bytes_max;
  }
  void add(Taken& taken) {
    CommitRequest& request = *taken.commit();
    bytes_ += bytes_of(request.ops);
    members_.push_back({&taken, request.ops.size()});
    move_behind(discard_, request.discard);
    move_behind(want_, request.want);
    move_behind(ops_, request.ops);
    move_behind(unwant_, request.unwant);
  }

  // Calls answer(member, error or null, its part of what was committed) for each.
  template <class Answer>
  void commit(OpStore& store, Answer answer) {
    std::vector<std::uint32_t> sizes;
    for (Op const& op : ops_) sizes.push_back(op.bytes.size());
    Committed all;
    Batch const batch{discard_, want_, ops_, unwant_};
    Result<void> const done = store.commit(batch, all);
    WEIR_ASSERT(!done.ok() || all.ops.size() == sizes.size());
    std::size_t at = 0;
    for (Member const& member : members_) {
      Committed part;
      part.discarded_count = all.discarded_count;
      part.wants_refused = all.wants_refused;
      for (std::size_t n = 0; done.ok() && n < member.ops_count; ++n, ++at) {
        part.ops.push_back(all.ops[at]);
        if (all.ops[at] != Stored::stored) continue;
        ++part.stored_count;
        part.stored_bytes += sizes[at];
      }
      answer(*member.taken, done.ok() ? nullptr : &done.error(), std::move(part));
    }
    *this = {};
  }

 private:
  struct Member {
    Taken* taken;
    std::size_t ops_count;
  };

  std::vector<Member> members_;
  std::vector<OpId> discard_, want_, unwant_;
  std::vector<Op> ops_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

class StorageThread::Running {
 public:
  Running(Owner<OpStore> store, StorageLimits const& limits)
      : limits_(limits),
        store_(std::move(store)),
        requests_(*new Ledger(limits.requests_max)),
        incoming_(*new Ledger(limits.incoming_bytes_max)),
        read_(*new Ledger(limits.read_bytes_max)) {
    WEIR_ASSERT(consistent(limits));
    counters_.held = store_->counts();
    thread_ = std::thread([this] { run(); });
  }
  ~Running() {
    stop();
    waiting_.clear();
    requests_.release();
    incoming_.release();
    read_.release();
  }

  Asked ask(StoreRequest& request);
  Credit promise(std::uint64_t bytes) { return incoming_.take_some(bytes); }
  std::uint64_t room() const { return incoming_.room(); }
  void when_room(Waker waker) {
    for (Ledger* const ledger : {&requests_, &incoming_, &read_}) ledger->when_given(waker);
  }
  void when_room_for_ops(Waker waker) { incoming_.when_given(waker); }
  StorageCounters counters() const {
    std::lock_guard const lock(mutex_);
    return counters_;
  }
  StorageLimits const& limits() const { return limits_; }
  void forget(AnswerSink& sink);
  void stop();

 private:
  static Asked refuse(Taken& taken);
  void run();
  void run_tick();
  void write();
  void read(Taken& taken);
  void answer(Taken& taken, Error const* error, decltype(StoreAnswer::what) what);

  StorageLimits const limits_;
  Owner<OpStore> const store_;  // the thread's
  Ledger& requests_;
  Ledger& incoming_;
  Ledger& read_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Taken> waiting_;
  bool in_tick_ = false;
  bool stops_ = false;
  StorageCounters counters_;

  std::vector<Taken> tick_;  // what the tick in progress is about; forget() waits for its end
  Group group_;
  std::thread thread_;
};

// Its place is free as if it had never been taken. (Who has found it taken meanwhile waits for the
// same room as this one, and is told of that.)
Asked StorageThread::Running::refuse(Taken& taken) {
  taken.slot.put_back();
  return Asked::full;
}

Asked StorageThread::Running::ask(StoreRequest& request) {
  WEIR_ASSERT(request.to != nullptr);
  Taken taken;
  taken.slot = requests_.take(1);
  if (taken.slot.amount() == 0) return Asked::full;
  if (auto* const reads = std::get_if<RetrieveRequest>(&request.what)) {
    reads->bytes_max =
        std::min(std::max<std::uint64_t>(reads->bytes_max, 1), limits_.read_bytes_max);
    taken.bytes = read_.take(reads->bytes_max);
    if (taken.bytes.amount() == 0) return refuse(taken);
  }
  if (auto* const commits = std::get_if<CommitRequest>(&request.what)) {
    std::uint64_t const bytes = bytes_of(commits->ops);
    if (bytes > commits->credit.amount()) {
      std::uint64_t const more = bytes - commits->credit.amount();
      taken.bytes = incoming_.take(more);
      if (taken.bytes.amount() != more) return refuse(taken);
    }
  }
  {
    std::lock_guard const lock(mutex_);
    if (stops_) return Asked::ended;
    taken.request = std::move(request);
    waiting_.push_back(std::move(taken));
    ++counters_.requests;
  }
  changed_.notify_all();
  return Asked::taken;
}

void StorageThread::Running::forget(AnswerSink& sink) {
  std::unique_lock lock(mutex_);
  for (Taken& taken : waiting_) {
    if (taken.request.to == &sink) taken.request.to = nullptr;
  }
  std::uint64_t const tick = counters_.ticks;
  changed_.wait(lock, [&] { return !in_tick_ || counters_.ticks != tick; });
}

void StorageThread::Running::stop() {
  {
    std::lock_guard const lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  for (Ledger* const ledger : {&requests_, &incoming_, &read_}) ledger->tell();
  if (thread_.joinable()) thread_.join();
}

void StorageThread::Running::run() {
  std::unique_lock lock(mutex_);
  while (true) {  // until it is stopped
    changed_.wait(lock, [this] { return stops_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::swap(waiting_, tick_);
    in_tick_ = true;
    ++counters_.ticks;
    lock.unlock();
    run_tick();
    OpCounts const held = store_->counts();
    lock.lock();
    counters_.held = held;
    in_tick_ = false;
    changed_.notify_all();
  }
}

void StorageThread::Running::run_tick() {
  for (Taken& taken : tick_) {
    CommitRequest const* const request = taken.commit();
    if (request == nullptr) continue;
    if (!group_.admits(*request, limits_.batch_bytes_max)) write();
    group_.add(taken);
  }
  if (!group_.empty()) write();
  for (Taken& taken : tick_) {
    if (taken.commit() == nullptr) read(taken);
  }
  tick_.clear();
}

void StorageThread::Running::write() {
  bool failed = false;
  group_.commit(*store_, [&](Taken& taken, Error const* error, Committed&& part) {
    failed = error != nullptr;
    taken.commit()->credit = {};
    taken.bytes = {};
    answer(taken, error, std::move(part));
  });
  std::lock_guard const lock(mutex_);
  ++counters_.batches;
  counters_.failures += failed ? 1 : 0;
}

void StorageThread::Running::read(Taken& taken) {
  Result<void> done;
  decltype(StoreAnswer::what) what;
  if (auto const* const filter = std::get_if<FilterRequest>(&taken.request.what)) {
    done = store_->filter_missing(filter->ids, what.emplace<Missing>().ids);
  } else if (auto const* const retrieve = std::get_if<RetrieveRequest>(&taken.request.what)) {
    done = store_->retrieve(retrieve->ids, retrieve->bytes_max, what.emplace<Retrieved>());
  } else if (auto const* const list = std::get_if<ListRequest>(&taken.request.what)) {
    Listed& listed = what.emplace<Listed>();
    Result<Bookmark> const next = store_->list_since(list->after, list->limits, listed.entries);
    if (next.ok()) listed.next = next.value();
    else done = next.error();
  } else {
    done = store_->load_wants(what.emplace<Wants>().ids);
  }
  answer(taken, done.ok() ? nullptr : &done.error(), std::move(what));
}

void StorageThread::Running::answer(Taken& taken, Error const* error,
                                    decltype(StoreAnswer::what) what) {
  AnswerSink* const to = taken.request.to;
  if (to == nullptr) return;
  StoreAnswer answer;
  answer.token = taken.request.token;
  if (error != nullptr) answer.error = *error;
  answer.what = std::move(what);
  answer.request = std::move(taken.slot);
  answer.bytes = std::move(taken.bytes);
  to->give(std::move(answer));
}

StorageThread::StorageThread(Owner<OpStore> store, StorageLimits limits)
    : running_(make_owner<Running>(std::move(store), limits)) {}
StorageThread::~StorageThread() = default;

Asked StorageThread::ask(StoreRequest& request) { return running_->ask(request); }
Credit StorageThread::promise(std::uint64_t bytes) { return running_->promise(bytes); }
std::uint64_t StorageThread::room() const { return running_->room(); }
void StorageThread::when_room(Waker waker) { running_->when_room(waker); }
void StorageThread::when_room_for_ops(Waker waker) { running_->when_room_for_ops(waker); }
StorageCounters StorageThread::counters() const { return running_->counters(); }
void StorageThread::forget(AnswerSink& sink) { running_->forget(sink); }
void StorageThread::stop() { running_->stop(); }
StorageLimits const& StorageThread::limits() const { return running_->limits(); }

}  // namespace weir
