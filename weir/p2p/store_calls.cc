#include "weir/p2p/store_calls.h"

#include <cerrno>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weir/base/atomic.h"
#include "weir/worker/worker.h"

namespace weir {

// Answers come in on the storage thread, and are told in admit().
class StoreCallsGate final : public Gate, private AnswerSink {
 public:
  StoreCallsGate(Worker& worker, StorageThread& storage) : worker_(worker), storage_(&storage) {}
  ~StoreCallsGate() override { abandon(); }

  bool ask(decltype(StoreRequest::what) what, StoreCalls::Done done) {
    if (storage_ == nullptr || stopping_ || calls_.size() >= StoreCalls::calls_max) return false;
    std::uint64_t const token = ++last_token_;
    calls_.emplace(token, std::move(done));
    waiting_.push_back({.token = token, .to = this, .what = std::move(what)});
    ask_waiting();
    return true;
  }
  void abandon() {
    if (storage_ == nullptr) return;
    storage_->when_room({nullptr, this});
    std::exchange(storage_, nullptr)->forget(*this);
    calls_.clear();
    waiting_.clear();
    ended_.clear();
    answers_.clear();
  }
  std::size_t call_count() const { return calls_.size(); }

  void admit() override {
    std::vector<StoreAnswer> answers;
    {
      std::lock_guard const lock(mutex_);
      answers.swap(answers_);
    }
    for (std::uint64_t const token : std::exchange(ended_, {})) {
      StoreAnswer answer;
      answer.token = token;
      answer.error = Error{ECANCELED, "the storage has been stopped"};
      answers.push_back(std::move(answer));
    }
    for (StoreAnswer& answer : answers) tell(answer);
    answers.clear();  // which makes room
    if (storage_ != nullptr && has_room_.exchange(false)) ask_waiting();
  }
  void settle() override {}
  bool may_sleep() const override {
    std::lock_guard const lock(mutex_);
    return answers_.empty() && ended_.empty() && !has_room_.load();
  }
  // What was asked is told yet, within the worker's time to stop.
  void stop() override { stopping_ = true; }
  bool is_done() const override { return calls_.empty(); }
  void terminate() override {
    stopping_ = true;
    abandon();
  }
  bool is_closed() const override { return storage_ == nullptr; }

 private:
  void give(StoreAnswer&& answer) override {
    {
      std::lock_guard const lock(mutex_);
      answers_.push_back(std::move(answer));
    }
    worker_.ring().wake();
  }

  void ask_waiting() {
    bool waits = false;
    while (!waiting_.empty()) {  // ends: each turn takes one, or begins to wait, once
      Asked const asked = storage_->ask(waiting_.front());
      if (asked == Asked::full) {
        if (waits) return;
        waits = true;
        wait_for_room();  // what was given back before woke nobody: so once more
        continue;
      }
      if (asked == Asked::ended) ended_.push_back(waiting_.front().token);
      waiting_.pop_front();
    }
  }
  // Somebody else's answers make room, too.
  void wait_for_room() {
    storage_->when_room({[](void* self) {
                           auto& gate = *static_cast<StoreCallsGate*>(self);
                           gate.has_room_.store(true);
                           gate.worker_.ring().wake();
                         },
                         this});
  }

  void tell(StoreAnswer& answer) {
    auto const call = calls_.find(answer.token);
    if (call == calls_.end()) return;  // abandoned meanwhile
    StoreCalls::Done const done = std::move(call->second);
    calls_.erase(call);
    done(answer);
  }

  Worker& worker_;
  StorageThread* storage_;  // null: abandoned
  bool stopping_ = false;
  Atomic<bool> has_room_{false};  // the storage has, or may have
  std::uint64_t last_token_ = 0;
  std::unordered_map<std::uint64_t, StoreCalls::Done> calls_;
  std::deque<StoreRequest> waiting_;  // the storage had no room
  std::vector<std::uint64_t> ended_;  // it was stopped
  mutable std::mutex mutex_;
  std::vector<StoreAnswer> answers_;
};

namespace {

// No operators: the worker serves the gate, and stops it as it stops flows.
struct StoreCallsFlow {
  Worker* worker;
  std::unique_ptr<StoreCallsGate> gate;
  void install(Graph& graph) && { worker->add_gate(graph, std::move(gate)); }
};

}  // namespace

StoreCalls::StoreCalls(Worker& worker, StorageThread& storage) {
  auto gate = std::make_unique<StoreCallsGate>(worker, storage);
  gate_ = gate.get();
  worker.add(StoreCallsFlow{&worker, std::move(gate)}, "store calls");
}

StoreCalls::~StoreCalls() { gate_->abandon(); }

bool StoreCalls::ask(decltype(StoreRequest::what) what, Done done) {
  return gate_->ask(std::move(what), std::move(done));
}

std::uint32_t StoreCalls::call_count() const {
  return static_cast<std::uint32_t>(gate_->call_count());
}

}  // namespace weir
