// exchange(worker, items, key): sends each item to the worker that its key belongs to, and gives
// what was sent to this one. A flow that runs on several workers spreads its state over them so:
//
//   Exchange<std::string> words(workers.count());          // outlives the workers
//   workers.run_to_end([&](Worker& worker, std::uint32_t index, std::uint32_t) {
//     worker.add(flow(source_file(worker, files[index]) >> flat_map(split) >>
//                     exchange(worker, words, [](std::string const& word) { return word; }) >>
//                     for_each([&](std::string const& word) { ++counts[index][word]; })));
//   });
//
// Equal keys meet on one worker, whoever has read them: state behind an exchange that lives for
// ever comes to the same as on one worker. The order is kept of items from one worker to another,
// and of no others. Items, those for the own worker too, arrive as external input in a later tick:
// what lives for a tick only sees what came together. So a cycle may lead through an exchange, even
// past an operator that blocks.
//
// Every worker of the exchange runs the same flow. It ends on all of them together: when its
// sources are read to the end everywhere and nothing is under way (run_to_end), when it is stopped
// on one of them, or when it fails on one, which says so on the others. How much waits where, and
// why no two workers wait for each other, is in exchange_base.h.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/context.h"
#include "weir/base/hash.h"
#include "weir/base/owner.h"
#include "weir/base/queue.h"
#include "weir/io/exchange_base.h"
#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

// The mailboxes between a number of workers, for one exchange of one flow. It outlives the workers,
// whose numbers (WorkerOptions::number) are from 0 to worker_count - 1.
template <class T>
class Exchange : public ExchangeBase {
  static_assert(!borrows<T>,
                "weir: Exchange<T>: T holds a View, which ends with the tick; own() its bytes "
                "first");
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "weir: Exchange<T>: T must be movable without an exception");

 public:
  explicit Exchange(std::uint32_t worker_count, ExchangeLimits const& limits = {})
      : ExchangeBase(worker_count, limits) {
    for (std::uint32_t i = 0; i < worker_count * worker_count; ++i)
      boxes_.push_back(make_owner<Mailbox<T>>(limits.mailbox_items));
  }

  Mailbox<T>& box(std::uint32_t from, std::uint32_t to) {
    WEIR_ASSERT(from < worker_count() && to < worker_count());
    return *boxes_[std::size_t{from} * worker_count() + to];
  }

 private:
  std::vector<Owner<Mailbox<T>>> boxes_;
};

template <class T>
class ExchangeEnd final : public ExchangeGate {
 public:
  // For `reader`, a subgraph of `graph`, which is one of the worker's.
  static ExchangeEnd& add(Worker& worker, Graph& graph, Subgraph& reader,
                          ExchangePlace const& place, Exchange<T>& exchange) {
    std::uint32_t const index = index_of(worker, exchange);
    auto* const made = new ExchangeEnd(exchange, worker, graph, reader, place, index);
    ExchangeGate::add(worker, graph, made);
    return *made;
  }

  // The owner of the key with that hash is sent the item.
  template <class U>
  [[gnu::always_inline]] void send(std::uint64_t hash, U&& item) {
    std::uint32_t const to = exchange_.owner_of(hash);
    Mailbox<T>& box = *out_[to];
    if (box.is_open() || reopen(to)) [[likely]]
      box.write(std::forward<U>(item));
    else keep(to, std::forward<U>(item));
  }

  // As a pull: what this tick was given.
  template <class Emit>
  bool drain(Emit const& emit, std::int64_t& budget) {
    check_failure();
    std::uint32_t from = 0;
    while (std::uint32_t const count = next_share(from, budget)) {  // ends: shares are bounded
      budget -= count;
      in_[from]->take(count, emit);
      took(from, count);
    }
    return from == exchange_.worker_count();
  }

 private:
  ExchangeEnd(Exchange<T>& exchange, Worker& worker, Graph& graph, Subgraph& reader,
              ExchangePlace const& place, std::uint32_t index)
      : ExchangeGate(exchange, worker, graph, reader, place, boxes(exchange, index, true),
                     boxes(exchange, index, false)),
        late_(exchange.worker_count()) {
    for (std::uint32_t other = 0; other < exchange.worker_count(); ++other) {
      out_.push_back(&exchange.box(index, other));
      in_.push_back(&exchange.box(other, index));
    }
  }

  static std::vector<MailboxBase*> boxes(Exchange<T>& exchange, std::uint32_t index, bool out) {
    std::vector<MailboxBase*> all;
    for (std::uint32_t other = 0; other < exchange.worker_count(); ++other)
      all.push_back(out ? &exchange.box(index, other) : &exchange.box(other, index));
    return all;
  }

  // What finds no room: behind those that wait already, or nowhere if it is over.
  template <class U>
  [[gnu::noinline]] void keep(std::uint32_t to, U&& item) {
    if (over_) {
      ++counters().dropped;
      return;
    }
    late_[to].push(std::forward<U>(item));
    note_late(to);
  }
  void send_late() override {
    for (std::uint32_t to = 0; to < exchange_.worker_count(); ++to) {
      for (; late_counts_[to] > 0 && out_[to]->has_room(); --late_counts_[to], --late_count_)
        out_[to]->write(late_[to].pop());
    }
  }
  void forget_late() override {
    for (Queue<T>& late : late_) late.clear();
  }

  std::vector<Mailbox<T>*> out_;
  std::vector<Mailbox<T>*> in_;
  std::vector<Queue<T>> late_;  // for each worker
};

template <class T, class Key>
struct ExchangeBy : Operator {
  // What comes in goes straight to the mailboxes, and what goes out has come from them: in a later
  // tick, so that no path leads through it within one.
  static constexpr OperatorInfo info{
      .name = "exchange", .blocking_inputs = 0b1, .delay = Delay::tick, .source = true};
  Worker* worker;
  Exchange<T>* items;
  Key key;
  ExchangeEnd<T>* end_ = nullptr;
  ExchangePlace place_{};

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool fits = std::convertible_to<Item, T>;
    static_assert(fits || !Aloud,
                  "weir: exchange(worker, items, key): the Exchange<T> does not take the Item it "
                  "receives; map it first, or make it an Exchange of that type");
    if constexpr (fits) {
      constexpr bool callable = takes_item<Key, T const&>;
      static_assert(callable || !Aloud,
                    "weir: exchange(worker, items, key): key cannot be called with an item of the "
                    "Exchange");
      if constexpr (callable) {
        constexpr bool hashes = IsHashable<CallResult<Key, T const&>>::value;
        static_assert(hashes || !Aloud,
                      "weir: exchange(worker, items, key): what key returns has no hash; give it a "
                      "hash() member");
        return hashes;
      }
    }
    return false;
  }
  template <class...>
  static consteval auto output() {
    return Type<T>{};
  }
  // Where in its flow it stands.
  void place(PlanView plan, Index node) { place_ = exchange_place(plan, node); }
  void attach(Graph& graph, Subgraph& reader) {
    end_ = &ExchangeEnd<T>::add(*worker, graph, reader, place_, *items);
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    using Item = decltype(item);
    if constexpr (std::is_same_v<std::remove_cvref_t<Item>, T>) {
      std::uint64_t const hash = hash_of(call(key, emit, static_cast<T const&>(item)));
      end_->send(hash, static_cast<Item&&>(item));
    } else {
      T converted(static_cast<Item&&>(item));
      std::uint64_t const hash = hash_of(call(key, emit, static_cast<T const&>(converted)));
      end_->send(hash, std::move(converted));
    }
  }
  bool drain(auto const& emit, std::int64_t& budget) {
    return end_->drain([&emit](T&& item) { emit(std::move(item)); }, budget);
  }
};

// key(item) says what belongs together: anything with a hash (base/hash.h). It may take the parts
// of a pair or tuple instead.
template <class T, class Key>
ExchangeBy<T, Key> exchange(Worker& worker, Exchange<T>& items, Key key) {
  return {{}, &worker, &items, std::move(key)};
}

}  // namespace weir
