// What one operator awaits: so many at a time, the rest waiting in the order in which they came.
//
//   take ─▶ [ waiting ] ─begin─▶ in flight ─landing.h─▶ collect ─▶ [ landed ] ─give─▶
//           beyond in_flight_max                         in order of landing, or of input
//
// A flight is a coroutine that awaits one job after another, so what is awaited costs no frame of
// its own once as many have been in flight before. What a job is:
//
//   using Answer                   what it gives
//   static constexpr bool repeats  it gives any number of them; else one, or none
//   ask()                          what to await; what that gives is the answer,
//   static constexpr bool maybe    or an optional of it, which is empty when there is none (more)
//   void wait()                    optional: it is not asked at once
//   bool begins()                  optional: whether it is to begin at all, when its turn has come
//   void end()                     optional: it gave none
//
// A job is destroyed on the graph's thread. A flight that is dropped destroys what it awaits.
#pragma once

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/assert.h"
#include "weir/base/owner.h"
#include "weir/base/queue.h"
#include "weir/io/awaitable.h"
#include "weir/io/landing.h"
#include "weir/io/limits.h"

namespace weir {

template <class Job>
class Flight : public Landable {
 public:
  using Answer = typename Job::Answer;

  explicit Flight(Landing& landing) : landing_(landing), coroutine_(run(*this).handle) {}
  Flight(Flight const&) = delete;
  Flight& operator=(Flight const&) = delete;
  ~Flight() { drop(); }

  // Destroys what is awaited; it does not land any more.
  void drop() {
    if (coroutine_) std::exchange(coroutine_, nullptr).destroy();
    job.reset();
  }

  // Asks the job. True if it has landed at once; else the landing is told when it does.
  bool launch() {
    stage_.store(Stage::launching, std::memory_order_relaxed);
    coroutine_.resume();
    Stage launching = Stage::launching;
    return !stage_.compare_exchange_strong(launching, Stage::in_flight);
  }
  void clear() {
    job.reset();
    answer.reset();
    thrown = nullptr;
    done = false;
  }

  std::optional<Job> job;
  std::optional<Answer> answer;  // once it has landed: empty if it gave none
  std::exception_ptr thrown;
  bool done = false;       // collected
  Flight* next = nullptr;  // in whatever list it is

 private:
  enum class Stage : std::uint8_t { launching, in_flight, landed };

  struct Running {
    struct promise_type {
      Running get_return_object() {
        return {std::coroutine_handle<promise_type>::from_promise(*this)};
      }
      std::suspend_always initial_suspend() noexcept { return {}; }
      std::suspend_always final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() { std::terminate(); }  // run() catches everything
    };
    std::coroutine_handle<> handle;
  };
  // From here on it may be launched again, on another thread than this one.
  struct Landed {
    Flight* flight;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<>) {
      Flight& landed = *flight;
      if (landed.stage_.exchange(Stage::landed) == Stage::in_flight) landed.landing_.land(landed);
    }
    void await_resume() const {}
  };

  static Running run(Flight& flight) {
    for (;;) {  // until it is destroyed
      try {
        if constexpr (std::is_void_v<GivenByAwait<decltype(flight.job->ask())>>) {
          co_await flight.job->ask();
          flight.answer.emplace();
        } else {
          flight.keep(co_await flight.job->ask());
        }
      } catch (...) {
        flight.thrown = std::current_exception();
      }
      co_await Landed{&flight};
    }
  }
  template <class Given>
  void keep(Given&& given) {
    if constexpr (!Job::maybe) answer.emplace(std::forward<Given>(given));
    else if (given) answer.emplace(*std::forward<Given>(given));
  }

  Landing& landing_;
  std::atomic<Stage> stage_{Stage::landed};
  std::coroutine_handle<> coroutine_;
};

// `Ordered`: answers are given in the order in which the jobs were taken, else in that in which
// they landed. What is in flight, or has landed and was not given yet, is `used`; of jobs that
// repeat, whatever has not come to its end.
//
//   used = in flight + landed <= in_flight_max          what waits, waits because used is the most
template <class Job, bool Ordered>
class Flights final : public FlightsBase {
 public:
  using Answer = typename Job::Answer;
  using One = Flight<Job>;

  Flights(Landing& landing, std::uint32_t in_flight_max)
      : landing_(landing), in_flight_max_(in_flight_max) {
    WEIR_ASSERT(in_flight_max > 0);
    landing.serve(this);
  }
  Flights(Flights const&) = delete;
  Flights& operator=(Flights const&) = delete;
  ~Flights() {
    for (One* const one : all_) one->drop();
    landing_.take_landed();  // those that landed until now
    for (One* const one : all_) delete one;
    if (!idle()) landing_.end_awaiting();
    landing_.serve(nullptr);
  }

  // Nothing is in flight, can be given, or waits.
  bool idle() const { return used_ == 0 && waiting_.empty(); }

  // Begins it, if it may. True if something can be given.
  bool take(Job&& job) {
    if (idle()) landing_.begin_awaiting();
    if (waiting_.empty() && used_ < in_flight_max_) {
      begin(std::move(job));
    } else {
      if (landing_.answers_later()) landing_.suspend();
      if constexpr (requires { job.wait(); }) job.wait();
      waiting_.push(std::move(job));
    }
    return can_give();
  }
  // Gives what can be given and begins what waits, as far as the budget goes. True when no more can
  // be done before something lands. What a job has thrown comes out here.
  template <class Emit>
  bool give(Emit const& emit, std::int64_t& budget) {
    for (;;) {  // in each turn something is given, or begins, or it returns
      for (; can_give(); --budget) {
        if (budget <= 0) return false;
        give_first(emit);
      }
      if (waiting_.empty() || used_ == in_flight_max_) break;
      if (budget <= 0) return false;
      --budget;
      begin_next();
    }
    if (waiting_.empty()) landing_.resume();
    return true;
  }
  // The same until nothing is left, for a tick that stays open until then. False: the budget is
  // used up, or the graph is held.
  template <class Emit>
  bool give_all(Emit const& emit, std::int64_t& budget) {
    do {  // as often as something lands
      collect();
      if (!give(emit, budget)) return false;
      if (idle()) return true;
    } while (!landing_.hold());
    return false;
  }
  // Something has landed and was not given yet.
  bool has_landed() const { return can_give() || landing_.has_landed(); }
  // What repeats is at its end once it has given what has landed.
  void ask_no_more() { asks_ = false; }
  // A tick begins. What repeats, and never waits, gives so many and then the next tick more.
  void begin_burst() { burst_left_ = stream_burst_items_max; }

  void collect() override {
    for (Landable* landed = landing_.take_landed(); landed != nullptr;) {
      Landable* const next = landed->next_landed;
      settle(*static_cast<One*>(landed));
      landed = next;
    }
  }

 private:
  bool can_give() const { return first_ != nullptr && first_->done; }

  template <class Emit>
  [[gnu::always_inline]] void give_first(Emit const& emit) {
    One& one = *first_;
    if (one.thrown) std::rethrow_exception(one.thrown);
    if (!one.answer) return release_first();
    Answer answer(std::move(*one.answer));
    if constexpr (Job::repeats) asks_ ? ask_again(one) : release_first();
    else release_first();
    emit(std::move(answer));
  }
  // It has given one answer of many: ordered, it stays the first.
  void ask_again(One& one) {
    one.answer.reset();
    one.done = false;
    if constexpr (!Ordered) first_ = one.next;
    if (!one.launch()) return;
    if (!landing_.answers_later() || burst_left_ > 0) {
      if (burst_left_ > 0) --burst_left_;
      settle(one);
    } else {
      landing_.land(one);
    }
  }

  void begin_next() {
    Job job = waiting_.pop();
    if constexpr (requires { job.begins(); }) {
      if (!job.begins()) return note_idle();
    }
    begin(std::move(job));
  }
  void begin(Job&& job) {
    One& one = unused();
    one.job.emplace(std::move(job));
    ++used_;
    if constexpr (Ordered) append(one);
    if (one.launch()) settle(one);
  }
  // It has landed.
  void settle(One& one) {
    one.done = true;
    if constexpr (requires { one.job->end(); }) {
      if (!one.answer && !one.thrown) one.job->end();
    }
    if constexpr (!Ordered) append(one);
  }
  void append(One& one) {
    one.next = nullptr;
    (first_ == nullptr ? first_ : last_->next) = &one;
    last_ = &one;
  }

  One& unused() {
    if (free_ == nullptr) {
      auto made = make_owner<One>(landing_);
      all_.push_back(made.get());
      free_ = made.release();
    }
    One& one = *free_;
    free_ = one.next;
    return one;
  }
  void release_first() {
    One& one = *first_;
    first_ = one.next;
    one.clear();
    one.next = free_;
    free_ = &one;
    --used_;
    note_idle();
  }
  void note_idle() {
    if (idle()) landing_.end_awaiting();
  }

  Landing& landing_;
  std::uint32_t const in_flight_max_;
  std::uint32_t used_ = 0;
  std::uint32_t burst_left_ = 0;
  bool asks_ = true;
  Queue<Job> waiting_;
  std::vector<One*> all_;
  One* free_ = nullptr;
  One* first_ = nullptr;  // ordered: of all that are used; else of those that can be given
  One* last_ = nullptr;
};

}  // namespace weir
