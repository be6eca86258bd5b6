// The test kit: a flow, what it gets tick by tick, and what it gives. docs/testing.md is the guide.
//
//   TestInput<int> in;
//   TestOutput<int> out;
//
// Step by step:
//
//   FlowTest test(flow(source_stream(in) >> map(twice) >> out.collect()));
//   in.give({1, 2});
//   test.run_tick();
//   EXPECT_EQ(out.take(), (std::vector{2, 4}));
//
// Or as a script, which is played several times: with ticks that are never interrupted, and with
// budgets that make them yield everywhere. The same must come out of it.
//
//   FlowScript script([&] { return flow(source_stream(in) >> map(twice) >> out.collect()); });
//   script.tick({in.gets(1, 2)}, {out.gives(2, 4)});
//   script.tick({in.gets(3)}, {out.gives(6)});
//   EXPECT_EQ(script.differences(), "");
//
// Time is a number that moves when a test says advance(). A flow that touches the outside runs on a
// TestWorker: a worker whose kernel, network and clock are simulated. Nothing here needs a test
// framework; values and differences are text.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/assert.h"
#include "weir/base/clock.h"
#include "weir/base/owner.h"
#include "weir/base/random.h"
#include "weir/pipes/call.h"
#include "weir/pipes/operators/for_each.h"
#include "weir/pipes/operators/source.h"
#include "weir/pipes/range.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/sim/options.h"

namespace weir {

class SimWorld;
class Worker;
struct WorkerOptions;

// ---- values as text ----

// Collects what a type's own operator<< writes.
class TextStream {
 public:
  TextStream();
  ~TextStream();
  TextStream(TextStream const&) = delete;
  TextStream& operator=(TextStream const&) = delete;

  std::ostream& stream();
  std::string text() const;

 private:
  struct Stream;
  Owner<Stream> stream_;
};

void append_number(std::string& text, std::int64_t number);
void append_number(std::string& text, std::uint64_t number);
void append_number(std::string& text, double number);
void append_quoted(std::string& text, std::string_view quoted);

template <class T>
void append_value(std::string& text, T const& value);

template <class T>
void append_parts(std::string& text, T const& value) {
  text += "(";
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((text += I == 0 ? "" : ", ", append_value(text, std::get<I>(value))), ...);
  }
  (PartIndices<T>{});
  text += ")";
}

// As a person would write it: numbers, "strings", (pairs, and tuples), {ranges}, and whatever can
// be written to a std::ostream.
template <class T>
void append_value(std::string& text, T const& value) {
  if constexpr (std::same_as<T, bool>) text += value ? "true" : "false";
  else if constexpr (std::same_as<T, char>) append_quoted(text, std::string_view(&value, 1));
  else if constexpr (std::is_enum_v<T>) {
    append_value(text, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::signed_integral<T>) append_number(text, std::int64_t{value});
  else if constexpr (std::unsigned_integral<T>) append_number(text, std::uint64_t{value});
  else if constexpr (std::floating_point<T>) append_number(text, static_cast<double>(value));
  else if constexpr (std::convertible_to<T const&, std::string_view>) append_quoted(text, value);
  else if constexpr (requires { append_quoted(text, value.text()); }) {
    append_quoted(text, value.text());  // Bytes, View
  } else if constexpr (requires(std::ostream & out) { out << value; }) {
    TextStream stream;
    stream.stream() << value;
    text += stream.text();
  } else if constexpr (requires {
                         value.has_value();
                         *value;
                       }) {
    if (value.has_value()) append_value(text, *value);
    else text += "nothing";
  } else if constexpr (is_range<T const>) {
    text += "{";
    bool first = true;
    for (auto const& element : value) {
      if (!std::exchange(first, false)) text += ", ";
      append_value(text, element);
    }
    text += "}";
  } else if constexpr (has_parts<T>) append_parts(text, value);
  else text += "(" + std::to_string(sizeof(T)) + " bytes)";
}

// Long ones are cut short.
template <class T>
std::string items_as_text(std::vector<T> const& items) {
  constexpr std::size_t shown_max = 20;
  if (items.empty()) return "nothing";
  std::string text = "{";
  for (std::size_t i = 0; i < items.size() && i < shown_max; ++i) {
    if (i > 0) text += ", ";
    append_value(text, items[i]);
  }
  if (items.size() > shown_max) text += ", … " + std::to_string(items.size()) + " items in all";
  return text + "}";
}

// ---- what goes in ----

// What an input gets in one step of a script.
struct ScriptedInput {
  void* input;
  std::size_t batch;
  void (*give)(void* input, std::size_t batch);
};

// Where a test gives items to a flow: `source_stream(in)`. It must be there as long as the flow
// runs; when the flow is gone, another one may be fed from it.
template <class T>
class TestInput {
 public:
  using value_type = T;

  TestInput() = default;
  TestInput(TestInput const&) = delete;
  TestInput& operator=(TestInput const&) = delete;
  ~TestInput() {
    if (attachment_ != nullptr) attachment_->input = nullptr;
  }

  // The next tick sees them: give(1, 2), give({1, 2}), give(vector).
  template <std::convertible_to<T>... Item>
  void give(Item&&... items) {
    (input_->give(T(std::forward<Item>(items))), ...);
  }
  void give(std::initializer_list<T> items) { give_each(items); }
  void give(std::vector<T> const& items) { give_each(items); }

  // The same, in a step of a script.
  template <std::convertible_to<T>... Item>
  ScriptedInput gets(Item&&... items) {
    return gets(std::vector<T>{T(std::forward<Item>(items))...});
  }
  ScriptedInput gets(std::initializer_list<T> items) { return gets(std::vector<T>(items)); }
  ScriptedInput gets(std::vector<T> items) {
    batches_.push_back(std::move(items));
    return {this, batches_.size() - 1, [](void* self, std::size_t batch) {
              auto& input = *static_cast<TestInput*>(self);
              input.give_each(input.batches_[batch]);
            }};
  }

  // For source_stream.
  void attach(Graph& graph, Subgraph& reader) {
    WEIR_ASSERT(attachment_ == nullptr);  // one flow at a time
    auto attachment = make_owner<Attachment>(*this);
    attachment_ = attachment.get();
    graph.adopt(std::move(attachment));
    input_->attach(graph, reader);
  }
  template <class Push>
  bool drain(Push&& push, std::int64_t& budget) {
    return input_->drain(push, budget);
  }

 private:
  // What the graph holds of it, and so tells when the graph is gone.
  struct Attachment final : Program {
    explicit Attachment(TestInput& its_input) : input(&its_input) {}
    ~Attachment() override {
      if (input == nullptr) return;
      input->attachment_ = nullptr;
      input->input_ = make_owner<Input<T>>();
    }
    TestInput* input;
  };

  void give_each(auto const& items) {
    for (T const& item : items) input_->give(item);
  }

  Owner<Input<T>> input_ = make_owner<Input<T>>();
  Attachment* attachment_ = nullptr;
  std::vector<std::vector<T>> batches_;
};

template <class Sent>
struct SourceStream;
template <class T>
auto source_stream(TestInput<T>& input) {
  return SourceStream<TestInput<T>>{{{}, &input}};
}

// ---- what comes out ----

template <class T>
using Ticked = std::vector<std::pair<std::uint64_t, T>>;

template <class T>
std::vector<T> sorted(std::vector<T> items) {
  std::sort(items.begin(), items.end());
  return items;
}

// The same items, in whatever order.
template <class T>
bool same_bag(std::vector<T> const& a, std::vector<T> const& b) {
  if constexpr (std::totally_ordered<T>) return sorted(a) == sorted(b);
  else return std::is_permutation(a.begin(), a.end(), b.begin(), b.end());
}

// What an output gives in one step of a script.
struct ScriptedOutput {
  static constexpr std::size_t nothing = ~std::size_t{0};

  void* output;
  std::size_t expected;
  // Takes what has come and compares it: one sentence where it differs. What was expected may be
  // `nothing`.
  std::string (*difference)(void* output, std::size_t expected);
};

// Where the items of a flow end up, with the tick in which they came: `>> out.collect()`. Outlives
// the flow.
template <class T>
class TestOutput {
 public:
  explicit TestOutput(std::string name = "out") : name_(std::move(name)) {}
  TestOutput(TestOutput const&) = delete;
  TestOutput& operator=(TestOutput const&) = delete;

  // Ends a chain; several may end here.
  auto collect() {
    return for_each([this](Context const& context, T item) {
      items_.emplace_back(context.current_tick, std::move(item));
    });
  }

  // What came since it was last asked: in order, as a bag (sorted), with the ticks.
  std::vector<T> take() {
    std::vector<T> items;
    for (auto& [in_tick, item] : items_) items.push_back(std::move(item));
    items_.clear();
    return items;
  }
  std::vector<T> bag() { return sorted(take()); }
  Ticked<T> ticked() { return std::exchange(items_, {}); }
  // A bag per tick.
  Ticked<T> ticked_bag() { return sorted(ticked()); }

  // In a step of a script: exactly these, in this order, or in whatever order. Where several paths
  // lead here, or from a join, no order is promised.
  template <std::convertible_to<T>... Item>
  ScriptedOutput gives(Item&&... items) {
    return expect(true, std::vector<T>{T(std::forward<Item>(items))...});
  }
  ScriptedOutput gives(std::initializer_list<T> items) { return expect(true, items); }
  ScriptedOutput gives(std::vector<T> items) { return expect(true, std::move(items)); }
  template <std::convertible_to<T>... Item>
  ScriptedOutput gives_bag(Item&&... items) {
    return expect(false, std::vector<T>{T(std::forward<Item>(items))...});
  }
  ScriptedOutput gives_bag(std::initializer_list<T> items) { return expect(false, items); }
  ScriptedOutput gives_bag(std::vector<T> items) { return expect(false, std::move(items)); }

 private:
  struct Expected {
    bool in_order;
    std::vector<T> items;
  };

  ScriptedOutput expect(bool in_order, std::vector<T> items) {
    expected_.push_back({in_order, std::move(items)});
    return {this, expected_.size() - 1, [](void* self, std::size_t which) {
              auto& output = *static_cast<TestOutput*>(self);
              bool const silent = which == ScriptedOutput::nothing;
              return output.difference(silent ? Expected{true, {}} : output.expected_[which]);
            }};
  }

  std::string difference(Expected const& expected) {
    std::vector<T> const items = take();
    if (expected.in_order ? items == expected.items : same_bag(items, expected.items)) return {};
    std::string_view const kind = expected.items.empty() ? ""
                                  : expected.in_order    ? "the sequence "
                                                         : "the bag ";
    return "output `" + name_ + "`: expected " + std::string(kind) + items_as_text(expected.items) +
           ", got " + items_as_text(items);
  }

  std::string name_;
  Ticked<T> items_;
  std::vector<Expected> expected_;
};

// ---- where it runs ----

// Moves when a test says so.
class TestClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  void advance(Duration time) { now_ += time; }

 private:
  Instant now_ = 0;
};

// WEIR_SEED where the environment has it, else `otherwise`.
std::uint64_t seed_of_tests(std::uint64_t otherwise = 1);

// A worker in a simulated world: its network, its clock, and faults if SimOptions ask for them, all
// from one seed. `worker->listen(...)` is Worker's (weir/worker/worker.h); a peer is made by
// make_sim_peer(worker.world()) (weir/sim/peer.h).
class TestWorker {
 public:
  explicit TestWorker(std::uint64_t seed = seed_of_tests(),
                      SimOptions const& options = SimOptions::calm());
  TestWorker(std::uint64_t seed, SimOptions const& options, WorkerOptions const& worker_options);
  ~TestWorker();
  TestWorker(TestWorker const&) = delete;
  TestWorker& operator=(TestWorker const&) = delete;

  Worker& operator*() const;
  Worker* operator->() const { return &**this; }
  SimWorld& world() const;
  std::uint64_t seed() const;

  // So much time passes, and everything that is to happen in it happens: timers, deliveries, and
  // the ticks they start. A nanosecond is enough for all that can happen at once.
  void advance(Duration time = 1);

 private:
  struct Parts;
  Owner<Parts> parts_;
};

// A flow by itself: anything with `install(Graph&) &&`, as what flow(...) gives.
class FlowTest {
 public:
  // In a graph of its own, with a clock of its own.
  template <class Flow>
  requires requires(Flow flow, Graph& graph) { std::move(flow).install(graph); }
  explicit FlowTest(Flow flow, TickBudget budget = {}) : FlowTest(budget) {
    std::move(flow).install(*graph_);
  }
  // On `worker`, which keeps the flow as long as itself.
  template <class Flow>
  FlowTest(TestWorker& worker, Flow flow, TickBudget budget = {})
      : FlowTest(worker, budget, &flow, [](void* given, Graph& graph) {
          std::move(*static_cast<Flow*>(given)).install(graph);
        }) {}
  ~FlowTest();
  FlowTest(FlowTest const&) = delete;
  FlowTest& operator=(FlowTest const&) = delete;

  // One whole tick, however often it yields.
  void run_tick();
  // At least one tick, and more while there is reason to. Returns how many.
  std::uint64_t run_available();
  // So much time passes, and the flow runs whenever there is reason to.
  void advance(Duration time = 1);
  // From now on each turn of a tick has a budget of its own.
  void randomise_budgets(std::uint64_t seed);

  std::uint64_t current_tick() const { return graph_->tick(); }
  // Whose function threw and ended the flow: the node's name, or its operator's. Empty while it
  // runs.
  std::string failed_node() const;
  Failure const* failure() const { return graph_->failure(); }
  Graph& graph() { return *graph_; }

 private:
  using Install = void (*)(void* flow, Graph& graph);
  explicit FlowTest(TickBudget budget);
  FlowTest(TestWorker& worker, TickBudget budget, void* flow, Install install);
  Status run_turn();

  struct Own;
  Owner<Own> own_;  // where there is no worker
  TestWorker* worker_ = nullptr;
  Graph* graph_ = nullptr;
  bool random_budgets_ = false;
  Random random_{0};
};

// What a flow gets and must give, step by step, played under several budgets.
class FlowScript {
 public:
  // make() or make(TestWorker&) gives the flow, anew for each time the script is played. With a
  // worker, each time has one of its own.
  template <class Make>
  requires(std::invocable<Make&> ||
           std::invocable<Make&, TestWorker&>) explicit FlowScript(Make make)
      : FlowScript(Owner<Maker>(new MadeBy<Make>(std::move(make)))) {}
  ~FlowScript();
  FlowScript(FlowScript const&) = delete;
  FlowScript& operator=(FlowScript const&) = delete;

  using Inputs = std::initializer_list<ScriptedInput>;
  using Outputs = std::initializer_list<ScriptedOutput>;

  // A tick: what it gets, and all that it gives. An output that appears anywhere in the script
  // gives nothing in the steps that do not mention it.
  void tick(Inputs inputs = {}, Outputs outputs = {});
  // At least one tick, and more while there is reason to.
  void run_available(Inputs inputs = {}, Outputs outputs = {});
  // So much time passes.
  void advance(Duration time, Outputs outputs = {});
  // A tick in which a function of the node called `node` throws, which ends the flow. What came out
  // before that depends on where the tick yields, and is not compared.
  void fails(Inputs inputs, std::string node);

  // Plays the script and says what was different, a sentence a line; nothing if nothing was.
  std::string differences();

 private:
  struct Maker {
    virtual ~Maker() = default;
    virtual bool wants_worker() const = 0;
    virtual Owner<FlowTest> make(TestWorker* worker, TickBudget budget) = 0;
  };
  template <class Make>
  struct MadeBy final : Maker {
    explicit MadeBy(Make given) : function(std::move(given)) {}
    bool wants_worker() const override { return std::invocable<Make&, TestWorker&>; }
    Owner<FlowTest> make(TestWorker* worker, TickBudget budget) override {
      if constexpr (std::invocable<Make&, TestWorker&>) {
        return make_owner<FlowTest>(*worker, function(*worker), budget);
      } else {
        static_cast<void>(worker);
        return make_owner<FlowTest>(function(), budget);
      }
    }
    Make function;
  };
  struct Step;
  struct Way;

  explicit FlowScript(Owner<Maker> maker);
  void add(Step step, Inputs inputs, Outputs outputs);
  std::string play(Way const& way, std::uint64_t seed);
  static std::string run(Step const& step, FlowTest& test);
  std::string compare(Step const& step, FlowTest const& test, std::string const& when);

  Owner<Maker> maker_;
  std::vector<Step> steps_;
  std::vector<ScriptedOutput> outputs_;  // all that are mentioned, each once
};

}  // namespace weir
