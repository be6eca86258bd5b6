// Hands numbers from one thread to another, pinned to two processors, as fast as they go:
//
//   handover weir|queue [--items N] [--from CPU] [--to CPU]
//
// `weir`: through an exchange between two workers, from the flow of one into the flow of the other.
// `queue`: through a bare bounded queue in memory, one writes and one takes, no lock, as one would
// write it by hand. The last line is JSON: nanoseconds an item, of the receiver from its first item
// to its last.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/exchange.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"
#include "weir/worker/workers.h"

namespace weir::bench {
namespace {

using Item = std::uint64_t;

struct Setting {
  std::uint64_t items;
  int from;
  int to;
};

// What the receiver sees, and when.
struct Receiver {
  std::uint64_t items;
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  std::uint64_t begun_ns = 0;
  std::uint64_t ended_ns = 0;

  bool take(Item item) {
    if (count == 0) begun_ns = now_ns();
    sum += item;
    if (++count == items) ended_ns = now_ns();
    return count == items;
  }
  double ns_per_item() const {
    if (sum != items * (items - 1) / 2) {
      std::fprintf(stderr, "an item was lost\n");
      std::exit(1);
    }
    return static_cast<double>(ended_ns - begun_ns) / static_cast<double>(items);
  }
};

// ---- by hand ----

class BareQueue {
 public:
  bool push(Item item) {
    std::uint64_t const tail = tail_.load(std::memory_order_relaxed);
    if (tail - known_head_ == capacity) {
      known_head_ = head_.load(std::memory_order_acquire);
      if (tail - known_head_ == capacity) return false;
    }
    items_[tail % capacity] = item;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  bool pop(Item& item) {
    std::uint64_t const head = head_.load(std::memory_order_relaxed);
    if (head == known_tail_) {
      known_tail_ = tail_.load(std::memory_order_acquire);
      if (head == known_tail_) return false;
    }
    item = items_[head % capacity];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

 private:
  static constexpr std::uint64_t capacity = 4096;

  alignas(64) std::atomic<std::uint64_t> tail_{0};
  std::uint64_t known_head_ = 0;
  alignas(64) std::atomic<std::uint64_t> head_{0};
  std::uint64_t known_tail_ = 0;
  alignas(64) Item items_[capacity]{};
};

double by_queue(Setting const& setting) {
  auto const queue = std::make_unique<BareQueue>();
  std::thread sender([&] {
    pin_to(setting.from);
    for (Item item = 0; item < setting.items; ++item) {
      while (!queue->push(item)) __builtin_ia32_pause();
    }
  });
  pin_to(setting.to);
  Receiver receiver{setting.items};
  for (Item item = 0; receiver.count < setting.items;) {
    if (queue->pop(item)) receiver.take(item);
    else __builtin_ia32_pause();
  }
  sender.join();
  return receiver.ns_per_item();
}

// ---- by an exchange ----

// Lets each tick make so many numbers, as a source that is read in chunks does.
class Numbers final : public Gate, public ExternalInput {
 public:
  Numbers(Graph& graph, Subgraph& reader, std::uint64_t items) : graph_(graph), items_(items) {
    attach(graph, mark_, reader);
  }

  void admit() override {
    if (!can_admit()) return;
    chunk_end_ = std::min(next_ + chunk_items, items_);
    notify();
  }
  void settle() override {}
  bool may_sleep() const override { return !can_admit(); }
  void stop() override { next_ = chunk_end_ = items_; }
  bool is_done() const override { return next_ == items_; }
  void terminate() override { stop(); }
  bool is_closed() const override { return is_done(); }

  bool drain(auto const& emit, std::int64_t& budget) {
    Item const begin = next_;
    Item const end = std::min(chunk_end_, begin + static_cast<std::uint64_t>(budget));
    for (Item item = begin; item != end; ++item) emit(Item{item});
    next_ = end;
    budget -= static_cast<std::int64_t>(end - begin);
    return next_ == chunk_end_;
  }

 private:
  static constexpr std::uint64_t chunk_items = 2048;

  bool can_admit() const {
    return chunk_end_ < items_ && next_ == chunk_end_ && !graph_.mid_tick() && graph_.admits();
  }

  Graph& graph_;
  std::uint64_t const items_;
  Item next_ = 0;
  Item chunk_end_ = 0;
  Mark mark_;
};

struct SourceNumbers : Operator {
  static constexpr OperatorInfo info{.name = "numbers", .inputs = {0, 0}, .source = true};
  Worker* worker;
  std::uint64_t items;
  Numbers* numbers = nullptr;

  static consteval auto output() { return Type<Item>{}; }
  void attach(Graph& graph, Subgraph& reader) {
    auto made = std::make_unique<Numbers>(graph, reader, items);
    numbers = made.get();
    worker->add_gate(graph, std::move(made));
  }
  bool drain(auto const& emit, std::int64_t& budget) { return numbers->drain(emit, budget); }
};

double by_exchange(Setting const& setting) {
  WorkersOptions options;
  options.count = 2;
  options.pins = false;
  options.worker.spin_time = 50 * microseconds;
  Workers workers(std::move(options));
  Exchange<Item> items(workers.count());
  std::uint32_t receiving_key = 0;
  while (items.owner_of(hash_of(receiving_key)) != 1) ++receiving_key;
  Receiver receiver{setting.items};
  Result<void> const done =
      workers.run_to_end([&](Worker& worker, std::uint32_t index, std::uint32_t) {
        pin_to(index == 0 ? setting.from : setting.to);
        worker.add(flow(SourceNumbers{{}, &worker, index == 0 ? setting.items : 0} >>
                        exchange(worker, items, [=](Item) { return receiving_key; }) >>
                        for_each([&receiver](Item item) { receiver.take(item); })));
      });
  if (!done.ok()) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    std::exit(1);
  }
  return receiver.ns_per_item();
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  Setting setting{};
  setting.items = arguments.number("items", std::uint64_t{5'000'000});
  setting.from = arguments.number("from", 0);
  setting.to = arguments.number("to", 1);
  std::string const side = arguments.word();
  arguments.refuse_the_rest();
  if ((side != "weir" && side != "queue") || setting.items == 0) {
    std::fprintf(stderr, "usage: handover weir|queue [--items N] [--from CPU] [--to CPU]\n");
    return 2;
  }
  double const ns = side == "weir" ? by_exchange(setting) : by_queue(setting);
  std::printf("{\"ns\": %.3f}\n", ns);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
