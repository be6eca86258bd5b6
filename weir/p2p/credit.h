// Room that was promised, in bytes or in pieces: whoever holds a Credit may use so much, and when
// it is destroyed the room is there again.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "weir/base/assert.h"
#include "weir/base/mutex.h"
#include "weir/sched/room.h"

namespace weir {

class Credit;

// The room. From any thread; its owner and each credit keep it.
class Ledger {
 public:
  // With one reference.
  explicit Ledger(std::uint64_t room) : room_(room) {}
  Ledger(Ledger const&) = delete;
  Ledger& operator=(Ledger const&) = delete;

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  std::uint64_t room() const { return room_.load(); }

  // All of `amount`, or nothing.
  Credit take(std::uint64_t amount);
  // As much of it as there is.
  Credit take_some(std::uint64_t amount);
  void give_back(std::uint64_t amount) {
    if (amount == 0) return;
    room_.fetch_add(amount);
    if (is_waited_for_.load()) tell();
  }
  // The same of what was not needed after all: nobody is told.
  void put_back(std::uint64_t amount) { room_.fetch_add(amount); }

  // Told once, when something is given back after this; what was before, whoever calls this sees
  // when he looks once more. (Either sees what the other has done: all of it is in one order.) A
  // waker without a function takes back the one of its context.
  void when_given(Waker waker) {
    Lock const lock(mutex_);
    waiters_.add(waker);
    is_waited_for_.store(!waiters_.empty());
  }
  // They are to look again, whatever the reason.
  void tell() {
    Lock const lock(mutex_);
    is_waited_for_.store(false);
    waiters_.tell();
  }

 private:
  ~Ledger() = default;

  std::atomic<std::uint32_t> references_ = 1;
  std::atomic<std::uint64_t> room_;
  std::atomic<bool> is_waited_for_ = false;
  Mutex mutex_;
  RoomWaiters waiters_;
};

class Credit {
 public:
  Credit() = default;
  Credit(Ledger& ledger, std::uint64_t amount) : ledger_(&ledger), amount_(amount) {
    ledger.retain();
  }
  Credit(Credit&& other) noexcept
      : ledger_(std::exchange(other.ledger_, nullptr)), amount_(std::exchange(other.amount_, 0)) {}
  Credit& operator=(Credit other) noexcept {
    std::swap(ledger_, other.ledger_);
    std::swap(amount_, other.amount_);
    return *this;
  }
  ~Credit() {
    if (ledger_ == nullptr) return;
    ledger_->give_back(amount_);
    ledger_->release();
  }

  std::uint64_t amount() const { return amount_; }
  // As if it had never been taken.
  void put_back() {
    if (ledger_ != nullptr) ledger_->put_back(std::exchange(amount_, 0));
  }
  // Together with another one of the same room.
  void add(Credit other) {
    WEIR_ASSERT(ledger_ == nullptr || other.ledger_ == nullptr || ledger_ == other.ledger_);
    if (ledger_ == nullptr) std::swap(ledger_, other.ledger_);
    amount_ += std::exchange(other.amount_, 0);
  }
  // A part of it, as a credit of its own.
  Credit split(std::uint64_t amount) {
    WEIR_ASSERT(amount <= amount_);
    if (amount == 0) return {};
    amount_ -= amount;
    return {*ledger_, amount};
  }

 private:
  Ledger* ledger_ = nullptr;
  std::uint64_t amount_ = 0;
};

inline Credit Ledger::take_some(std::uint64_t amount) {
  std::uint64_t room = room_.load();
  std::uint64_t taken = 0;
  do taken = amount < room ? amount : room;
  while (!room_.compare_exchange_weak(room, room - taken));
  return taken == 0 ? Credit() : Credit(*this, taken);
}

inline Credit Ledger::take(std::uint64_t amount) {
  std::uint64_t room = room_.load();
  do {  // bounded by how many others take meanwhile
    if (room < amount) return {};
  } while (!room_.compare_exchange_weak(room, room - amount));
  return {*this, amount};
}

}  // namespace weir
