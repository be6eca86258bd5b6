// What an exchange is made of, whatever its items: io/exchange.h is the typed part, and the page
// docs/workers.md says what it is for.
//
//   worker 0   push ─▶ mailbox 0▶1 ────────────▶ admit ─▶ drain   worker 1
//                 └──▶ late items ─settle─▶ ↑         a later tick
//                      (the mailbox is full)
//
// A tick never waits for a mailbox: what finds no room is late, and waits at the sender. Between
// two ticks, while more than late_mark_items are, whatever comes before this exchange in the flow
// is suspended (sched/graph.h, Suspension): the sources, and the exchanges whose items can reach
// this one and not the other way round. What comes out of it is not.
//
// So no two workers wait for each other. Take the exchange behind all others (or the cycle of
// them): nothing suspends what comes out of it, so each worker, once its tick is over, admits from
// those mailboxes whatever else is full; ticks end, for none waits; the mailboxes get empty, what
// is late goes out, and the exchanges before it go on, one after the other. What bounds the late
// items is what bounds any handoff: what a tick is given. A cycle of exchanges has to hold what its
// items make of each other, as a cycle within a graph has.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/hash.h"
#include "weir/io/limits.h"
#include "weir/plan/plan.h"
#include "weir/sched/graph.h"
#include "weir/worker/agreement.h"
#include "weir/worker/gate.h"
#include "weir/worker/mailbox.h"

namespace weir {

class Ring;
class Worker;

// What the workers share: mailboxes, and how it ends.
class ExchangeBase {
 public:
  ExchangeBase(ExchangeBase const&) = delete;
  ExchangeBase& operator=(ExchangeBase const&) = delete;

  std::uint32_t worker_count() const { return worker_count_; }
  ExchangeLimits const& limits() const { return limits_; }
  // The worker to which a key of that hash belongs. The hash is mixed once more: who keeps a table
  // of such keys uses other bits of it.
  std::uint32_t owner_of(std::uint64_t hash) const {
    return static_cast<std::uint32_t>((Word128{mix(hash)} * worker_count_) >> 64);
  }
  // Of one worker: on its thread, or when it runs no more.
  ExchangeCounters const& counters(std::uint32_t worker) const { return members_[worker].counters; }

 protected:
  ExchangeBase(std::uint32_t worker_count, ExchangeLimits const& limits);
  ~ExchangeBase();

 private:
  friend class ExchangeGate;

  enum class End : std::uint8_t {
    not_yet,
    failing,    // somebody is writing why
    failed,     // the flow has failed on one of the workers, which ends it on the others
    abandoned,  // it was stopping, and one of the workers had no time left
  };
  struct alignas(cache_line_bytes) Member {
    // It is about to sleep, or does: who brings something wakes it. Read for each publish, written
    // only around a sleep.
    std::atomic<bool> sleeps{false};
    // Null before its flow is there, and after.
    std::atomic<Ring*> ring{nullptr};
    ExchangeCounters counters;
  };

  void wake(std::uint32_t member, ExchangeCounters& waking);
  void wake_all(ExchangeCounters& waking);
  bool is_over() const { return end_.load() >= End::failed; }
  bool has_failed() const { return end_.load() == End::failed; }

  std::uint32_t const worker_count_;
  ExchangeLimits const limits_;
  std::vector<Member> members_;
  Agreement input_over_;
  Agreement drained_;
  std::atomic<bool> stopping_{false};
  std::atomic<End> end_{End::not_yet};
  std::string failure_;  // written before End::failed, never after
};

// Where in its flow an exchange stands.
struct ExchangePlace {
  std::uint32_t rank = 0;  // how many exchanges are before it and not behind it, and one more
  std::string_view title;  // of its node; static
};
ExchangePlace exchange_place(PlanView plan, Index node);

// The end of an exchange in the flow of one worker.
class ExchangeGate : public Gate, public ExternalInput {
 public:
  ~ExchangeGate() override;

  // ---- for the worker
  void admit() override;
  void settle() override;
  bool may_sleep() const override;
  bool announce_sleep() override;
  void stop() override;
  void expect_end() override { expects_end_ = true; }
  void note_rest(FlowRest rest) override;
  bool may_end(FlowRest rest) const override;
  bool wants_stop() const override { return exchange_.stopping_.load(); }
  bool is_done() const override;
  void terminate() override;
  bool is_closed() const override { return true; }  // nothing of it is ever in the kernel
  ExchangeCounters const* exchange_counters() const override {
    return &exchange_.members_[index_].counters;
  }
  std::string_view node_title() const override { return place_.title; }

 protected:
  // `outboxes` and `inboxes`: to and from each worker.
  ExchangeGate(ExchangeBase& exchange, Worker& worker, Graph& graph, Subgraph& reader,
               ExchangePlace const& place, std::vector<MailboxBase*> outboxes,
               std::vector<MailboxBase*> inboxes);
  static std::uint32_t index_of(Worker const& worker, ExchangeBase const& exchange);
  static void add(Worker& worker, Graph& graph, ExchangeGate* made);

  // Moves as many late items as there is room for into their mailboxes.
  virtual void send_late() = 0;
  virtual void forget_late() = 0;

  // The mailbox to that worker is shut: shows what is in it, and opens it for the next items unless
  // others wait for room there already. False if it stays shut.
  bool reopen(std::uint32_t to);
  void note_late(std::uint32_t to) {
    ++late_counts_[to];
    ++late_count_;
    ++counters().late;
  }
  // How many items of whom the tick may take now; 0: none is left of what it was given.
  std::uint32_t next_share(std::uint32_t& from, std::int64_t budget);
  void took(std::uint32_t from, std::uint32_t count);
  // In a tick, if the flow has failed elsewhere: ends it here.
  void check_failure() const;

  ExchangeCounters& counters() { return exchange_.members_[index_].counters; }

  ExchangeBase& exchange_;
  std::uint32_t const index_;
  // Items that wait because their mailbox was full when they were sent: for each worker, and all.
  std::vector<std::uint64_t> late_counts_;
  std::uint64_t late_count_ = 0;
  bool over_ = false;  // nothing is sent any more, and all mailboxes are shut

 private:
  // In a long tick others see what it has sent so far.
  static constexpr std::uint32_t publish_items_max = 256;

  void publish_all();
  void count_sent();
  void tell_taken();
  void drop_late();
  void end_sending();
  bool can_admit() const;
  bool has_come() const;
  bool has_room_for_late() const;
  void set_joined(Agreement& agreement, bool& joined, bool joins);
  void fail();
  void end(std::string sentence);

  Graph& graph_;
  Subgraph& reader_;
  ExchangePlace const place_;
  Suspension suspension_;
  Mark mark_;  // wires this input to its reader; its items are in the mailboxes
  std::vector<MailboxBase*> const outboxes_;
  std::vector<MailboxBase*> const inboxes_;
  std::vector<std::uint32_t> shares_;  // of this tick, not taken yet
  std::uint64_t late_dropped_ = 0;
  std::uint32_t first_ = 0;             // whose turn it is to be admitted first
  std::uint64_t given_until_tick_ = 0;  // the tick that sees them has ended when the graph is here
  bool expects_end_ = false;
  bool input_over_ = false;  // it has joined that agreement
  bool drained_ = false;     // and that
  bool told_ = false;        // the graph, of a failure elsewhere
};

}  // namespace weir
