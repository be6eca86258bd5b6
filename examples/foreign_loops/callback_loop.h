// A loop as toolkits have one: objects that call back when a descriptor is readable (a notifier) or
// a time has come (a timer), all on one thread.
#pragma once

#include <poll.h>

#include <algorithm>
#include <climits>
#include <functional>
#include <vector>

#include "weir/base/clock.h"

namespace example {

class CallbackLoop {
 public:
  // While it lives and is switched on, calls back each time that the descriptor is readable.
  class Notifier {
   public:
    Notifier(CallbackLoop& loop, int descriptor, std::function<void()> call)
        : loop_(loop), descriptor_(descriptor), call_(std::move(call)) {
      loop_.notifiers_.push_back(this);
    }
    ~Notifier() { std::erase(loop_.notifiers_, this); }
    Notifier(Notifier const&) = delete;
    Notifier& operator=(Notifier const&) = delete;

    void switch_on(bool on) { on_ = on; }

   private:
    friend class CallbackLoop;
    CallbackLoop& loop_;
    int const descriptor_;
    std::function<void()> const call_;
    bool on_ = true;
  };

  // Calls back once each time that it was started.
  class Timer {
   public:
    Timer(CallbackLoop& loop, std::function<void()> call) : loop_(loop), call_(std::move(call)) {
      loop_.timers_.push_back(this);
    }
    ~Timer() { std::erase(loop_.timers_, this); }
    Timer(Timer const&) = delete;
    Timer& operator=(Timer const&) = delete;

    void start(weir::Instant when) { when_ = when; }
    void stop() { when_ = weir::never; }

   private:
    friend class CallbackLoop;
    CallbackLoop& loop_;
    std::function<void()> const call_;
    weir::Instant when_ = weir::never;
  };

  weir::Clock const& clock() const { return clock_; }
  // Ends the run under way, or else the next one before it waits: whoever sets things going before
  // the loop runs may find that all is over already.
  void quit() { quits_ = true; }

  // Notifiers and timers may be made and destroyed between runs, and switched in callbacks.
  void run() {
    while (!quits_) {
      std::vector<pollfd> watched;
      for (Notifier const* one : notifiers_)
        watched.push_back({one->on_ ? one->descriptor_ : -1, POLLIN, 0});
      if (::poll(watched.data(), watched.size(), timeout()) < 0) continue;
      for (std::size_t i = 0; i < watched.size() && !quits_; ++i)
        if (watched[i].revents != 0 && notifiers_[i]->on_) notifiers_[i]->call_();
      for (std::size_t i = 0; i < timers_.size() && !quits_; ++i) {
        if (timers_[i]->when_ > clock_.now()) continue;
        timers_[i]->stop();
        timers_[i]->call_();
      }
    }
    quits_ = false;
  }

 private:
  // Milliseconds, rounded up.
  int timeout() const {
    weir::Instant nearest = weir::never;
    for (Timer const* timer : timers_) nearest = std::min(nearest, timer->when_);
    if (nearest == weir::never) return -1;
    weir::Instant const now = clock_.now();
    weir::Duration const left = nearest > now ? nearest - now : 0;
    auto const rounded = (left + weir::milliseconds - 1) / weir::milliseconds;
    return static_cast<int>(std::min<weir::Duration>(rounded, INT_MAX));
  }

  weir::MonotonicClock const clock_;
  std::vector<Notifier*> notifiers_;
  std::vector<Timer*> timers_;
  bool quits_ = false;
};

}  // namespace example
