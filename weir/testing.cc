#include "weir/testing.h"

#include <cctype>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>

#include "weir/sim/test_kernels.h"
#include "weir/sim/world.h"
#include "weir/worker/worker.h"

namespace weir {

namespace {

constexpr int turns_max = 1'000'000;

}  // namespace

// ---- values as text ----

struct TextStream::Stream {
  std::ostringstream out;
};
TextStream::TextStream() : stream_(make_owner<Stream>()) {}
TextStream::~TextStream() = default;
std::ostream& TextStream::stream() { return stream_->out; }
std::string TextStream::text() const { return stream_->out.str(); }

void append_number(std::string& text, std::int64_t number) { text += std::to_string(number); }
void append_number(std::string& text, std::uint64_t number) { text += std::to_string(number); }
void append_number(std::string& text, double number) {
  char digits[32];
  std::snprintf(digits, sizeof(digits), "%g", number);
  text += digits;
}

void append_quoted(std::string& text, std::string_view quoted) {
  text += '"';
  for (char const c : quoted) {
    if (c == '"' || c == '\\') text += '\\';
    if (std::isprint(static_cast<unsigned char>(c)) != 0) {
      text += c;
    } else {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\x%02x", static_cast<unsigned>(c) & 0xFF);
      text += escape;
    }
  }
  text += '"';
}

// ---- a worker in a simulated world ----

std::uint64_t seed_of_tests(std::uint64_t otherwise) { return test_seed(otherwise); }

struct TestWorker::Parts {
  Parts(std::uint64_t seed, SimOptions const& options) : world(seed, options) {}
  SimWorld world;
  std::unique_ptr<Worker> worker;
};

TestWorker::TestWorker(std::uint64_t seed, SimOptions const& options)
    : TestWorker(seed, options, WorkerOptions{}) {}

TestWorker::TestWorker(std::uint64_t seed, SimOptions const& options,
                       WorkerOptions const& worker_options)
    : parts_(make_owner<Parts>(seed, options)) {
  WorkerOptions simulated = worker_options;
  simulated.make_kernel = [this] { return parts_->world.make_kernel(); };
  Result<std::unique_ptr<Worker>> made = Worker::make(std::move(simulated));
  WEIR_ASSERT(made.ok());
  parts_->worker = std::move(made).value();
}

TestWorker::~TestWorker() = default;
Worker& TestWorker::operator*() const { return *parts_->worker; }
SimWorld& TestWorker::world() const { return parts_->world; }
std::uint64_t TestWorker::seed() const { return parts_->world.seed(); }

void TestWorker::advance(Duration time) {
  Worker& worker = *parts_->worker;
  Instant const end = worker.clock().now() + time;
  int turns = 0;
  do {
    // A flow that gives itself something to do in every tick never lets time pass.
    WEIR_ASSERT(++turns < turns_max);
    worker.step(end);  // which sleeps only when nothing more happens at this instant
  } while (worker.clock().now() < end || !worker.may_sleep());
}

// ---- a flow ----

struct FlowTest::Own {
  TestClock clock;
  Graph graph;
};

FlowTest::FlowTest(TickBudget budget) : own_(make_owner<Own>()), graph_(&own_->graph) {
  graph_->set_clock(own_->clock);
  graph_->set_budget(budget);
}

FlowTest::FlowTest(TestWorker& worker, TickBudget budget, void* flow, Install install)
    : worker_(&worker) {
  struct Installed {
    void* flow;
    Install function;
    void install(Graph& graph) && { function(flow, graph); }
  };
  FlowHandle handle = worker->add(Installed{flow, install});
  graph_ = &handle.graph();
  graph_->set_budget(budget);
}

FlowTest::~FlowTest() = default;

Status FlowTest::run_turn() {
  if (random_budgets_) {
    graph_->set_budget({.items = static_cast<std::int64_t>(1 + random_.below(9))});
  }
  Status const status = graph_->run_tick();
  if (worker_ != nullptr) (*worker_)->net().settle();
  return status;
}

void FlowTest::run_tick() {
  // Each turn uses up a budget; one that waits for the world is not waited for.
  for (int turns = 0; run_turn() == Status::yielded; ++turns) WEIR_ASSERT(turns < turns_max);
}

std::uint64_t FlowTest::run_available() {
  std::uint64_t const before = graph_->counters().ticks;
  do {
    WEIR_ASSERT(graph_->counters().ticks - before < turns_max);
    run_tick();
  } while (graph_->can_start());
  return graph_->counters().ticks - before;
}

void FlowTest::advance(Duration time) {
  if (worker_ != nullptr) {
    worker_->advance(time);
  } else {
    own_->clock.advance(time);
    if (graph_->can_start()) run_available();
  }
}

void FlowTest::randomise_budgets(std::uint64_t seed) {
  random_budgets_ = true;
  random_ = Random(seed);
}

std::string FlowTest::failed_node() const {
  return failure() == nullptr ? std::string() : failure()->node;
}

// ---- a script ----

struct FlowScript::Step {
  enum class Kind : std::uint8_t { one_tick, available, advance };
  Kind kind = Kind::one_tick;
  Duration time = 0;
  std::string failing_node{};
  std::vector<ScriptedInput> inputs{};
  std::vector<ScriptedOutput> outputs{};
};

// How a script is played.
struct FlowScript::Way {
  std::string_view title;
  TickBudget budget{};
  bool random = false;
};

FlowScript::FlowScript(Owner<Maker> maker) : maker_(std::move(maker)) {}
FlowScript::~FlowScript() = default;

void FlowScript::add(Step step, Inputs inputs, Outputs outputs) {
  step.inputs = inputs;
  step.outputs = outputs;
  for (ScriptedOutput const& output : outputs) {
    bool const known = std::any_of(outputs_.begin(), outputs_.end(), [&](auto const& other) {
      return other.output == output.output;
    });
    if (!known) outputs_.push_back(output);
  }
  steps_.push_back(std::move(step));
}

void FlowScript::tick(Inputs inputs, Outputs outputs) { add({}, inputs, outputs); }
void FlowScript::run_available(Inputs inputs, Outputs outputs) {
  add({.kind = Step::Kind::available}, inputs, outputs);
}
void FlowScript::advance(Duration time, Outputs outputs) {
  add({.kind = Step::Kind::advance, .time = time}, {}, outputs);
}
void FlowScript::fails(Inputs inputs, std::string node) {
  add({.failing_node = std::move(node)}, inputs, {});
}

std::string FlowScript::differences() {
  constexpr Way ways[] = {{""},
                          {"with a budget of 1 item, ", {.items = 1}},
                          {"with a budget of 2 items, ", {.items = 2}},
                          {"with a budget of 7 items, ", {.items = 7}},
                          {"with a budget of no time, ", {.time = 0}},
                          {"with random budgets, ", {}, true}};
  std::uint64_t const seed = seed_of_tests();
  for (Way const& way : ways) {
    std::string different = play(way, seed);
    if (different.empty()) continue;
    return different + "seed " + std::to_string(seed) + ": WEIR_SEED=" + std::to_string(seed) +
           " plays it again\n";
  }
  return {};
}

std::string FlowScript::play(Way const& way, std::uint64_t seed) {
  std::optional<TestWorker> worker;
  if (maker_->wants_worker()) worker.emplace(seed);
  Owner<FlowTest> const test = maker_->make(worker ? &*worker : nullptr, way.budget);
  if (way.random) test->randomise_budgets(seed);
  std::string different;
  for (Step const& step : steps_) {
    for (ScriptedInput const& input : step.inputs) input.give(input.input, input.batch);
    std::string const when = run(step, *test);
    different += compare(step, *test, std::string(way.title) + when);
    if (test->failure() != nullptr) break;
  }
  return different;
}

// Returns what to call it.
std::string FlowScript::run(Step const& step, FlowTest& test) {
  std::uint64_t const begin = test.current_tick();
  switch (step.kind) {
    case Step::Kind::one_tick:
      test.run_tick();
      break;
    case Step::Kind::available:
      test.run_available();
      break;
    case Step::Kind::advance:
      test.advance(step.time);
      return "when time advanced";
  }
  bool const several = test.current_tick() > begin + 1;
  return several
             ? "ticks " + std::to_string(begin) + " to " + std::to_string(test.current_tick() - 1)
             : "tick " + std::to_string(begin);
}

std::string FlowScript::compare(Step const& step, FlowTest const& test, std::string const& when) {
  if (test.failed_node() != step.failing_node) {
    std::string const got = test.failure() == nullptr ? "nothing was thrown"
                                                      : "node `" + test.failure()->node +
                                                            "` threw: " + test.failure()->what;
    if (step.failing_node.empty()) return when + ": the flow ended: " + got + "\n";
    return when + ": expected node `" + step.failing_node + "` to throw, but " + got + "\n";
  }
  std::string different;
  for (ScriptedOutput const& output : outputs_) {
    std::size_t expected = ScriptedOutput::nothing;
    for (ScriptedOutput const& mentioned : step.outputs) {
      if (mentioned.output == output.output) expected = mentioned.expected;
    }
    std::string const sentence = output.difference(output.output, expected);
    if (!sentence.empty() && test.failure() == nullptr) different += when + ", " + sentence + "\n";
  }
  return different;
}

}  // namespace weir
