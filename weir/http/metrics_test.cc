// /metrics, read back by a reader that forgives nothing.

#include <gtest/gtest.h>

#include <fstream>
#include <numeric>
#include <regex>
#include <sstream>
#include <string>

#include "tests/io/test_group.h"
#include "tests/net/test_net.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/http/client.h"
#include "weir/http/metric_families.h"
#include "weir/http/open_metrics_page.h"
#include "weir/http/process.h"
#include "weir/http/server.h"
#include "weir/http/telemetry.h"
#include "weir/io/exchange.h"
#include "weir/io/tcp.h"
#include "weir/io/udp.h"
#include "weir/sched/ends.h"
#include "weir/sched/input.h"
#include "weir/sched/tee.h"
#include "weir/testing.h"

namespace weir::http {
namespace {

using Lines = std::vector<std::string>;

// ---- the text -----------------------------------------------------------------------------------

TEST(OpenMetrics, IsAsItIsDefined) {
  OpenMetrics page;
  page.begin(counter("weir_waits_seconds", "time, \\ and \"more\"\nof it", "seconds"));
  page.add("", 0.25);
  page.begin(gauge("weir_depth", "items"));
  page.add(Labels().add("flow", "a").add("n", 7).text(), std::uint64_t{3});
  EXPECT_EQ(std::move(page).finish(), R"(# TYPE weir_waits_seconds counter
# UNIT weir_waits_seconds seconds
# HELP weir_waits_seconds time, \\ and \"more\"\nof it
weir_waits_seconds_total 0.25
# TYPE weir_depth gauge
# HELP weir_depth items
weir_depth{flow="a",n="7"} 3
# EOF
)");
}

TEST(OpenMetrics, LabelsMayHoldAnyText) {
  OpenMetrics page;
  page.begin(gauge("weir_depth", "items"));
  std::string const any = "a\"b\\c\nd}e,f=g\xC3\xA4 \xFF!";
  page.add(Labels().add("name", any).text(), std::uint64_t{1});
  MetricsPage const read = read_metrics(std::move(page).finish());
  EXPECT_EQ(read.problems, Lines());
  EXPECT_EQ(read.value("weir_depth", {{"name", "a\"b\\c\nd}e,f=g\xC3\xA4 \xEF\xBF\xBD!"}}), 1);
}

TEST(OpenMetrics, NumbersAreReadBackAsTheyWere) {
  OpenMetrics page;
  page.begin(gauge("weir_number", "a number"));
  page.add(Labels().add("n", 1).text(), ~std::uint64_t{0});
  page.add(Labels().add("n", 2).text(), 1e-9);
  page.add(Labels().add("n", 3).text(), 1.0 / 0.0);
  std::string const text = std::move(page).finish();
  EXPECT_NE(text.find("{n=\"1\"} 18446744073709551615\n"), text.npos);
  EXPECT_NE(text.find("{n=\"3\"} +Inf\n"), text.npos);
  MetricsPage const read = read_metrics(text);
  EXPECT_EQ(read.problems, Lines());
  EXPECT_EQ(read.value("weir_number", {{"n", "2"}}), 1e-9);
}

// The reader above is only worth something if it refuses what is wrong.
TEST(OpenMetrics, TheReaderOfTheseTestsIsStrict) {
  auto const problems = [](std::string const& text) { return read_metrics(text).problems; };
  std::string const type = "# TYPE a counter\n";
  EXPECT_EQ(problems(type + "a_total 1\n# EOF\n"), Lines());
  EXPECT_EQ(problems(type + "a_total 1\n"), Lines{"line 2: # EOF is missing"});
  EXPECT_EQ(problems(type + "# EOF\na_total 1\n"), Lines{"line 3: stands behind # EOF"});
  EXPECT_EQ(problems(type + "a 1\n# EOF\n"), Lines{"line 2: is no sample of its family"});
  EXPECT_EQ(problems(type + "a_total x\n# EOF\n"), Lines{"line 2: has no number"});
  EXPECT_EQ(problems(type + "a_total  1\n# EOF\n"), Lines{"line 2: has no number"});
  EXPECT_EQ(problems(type + "a_total -1\n# EOF\n"), Lines{"line 2: counts below zero"});
  EXPECT_EQ(problems(type + "a_total 1\na_total 1\n# EOF\n"),
            Lines{"line 3: is a sample told twice"});
  EXPECT_EQ(problems(type + "a_total{b=\"\\x\"} 1\n# EOF\n"),
            Lines{"line 2: escapes what needs none"});
  EXPECT_EQ(problems(type + "a_total{b=\"1\",b=\"2\"} 1\n# EOF\n"),
            Lines{"line 2: has a label twice"});
  EXPECT_EQ(problems(type + "a_total{0b=\"1\"} 1\n# EOF\n"),
            Lines{"line 2: has a label without a name"});
  EXPECT_EQ(problems(type + "# UNIT a seconds\n# EOF\n"),
            Lines{"line 2: does not end with its unit"});
  EXPECT_EQ(problems(type + type + "# EOF\n"), Lines{"line 2: says something twice"});
  EXPECT_EQ(problems(type + "# TYPE b gauge\n" + type + "# EOF\n"),
            Lines{"line 3: comes back to an earlier family"});
}

// ---- the page -----------------------------------------------------------------------------------

struct Telemetry {
  TestWorker worker;
  Metrics metrics{*worker};

  MetricsPage read() {
    MetricsPage page = read_metrics(metrics.text());
    EXPECT_EQ(page.problems, Lines());
    return page;
  }
};

TEST(Metrics, OfAFlowByTheNamesOfItsNodes) {
  static constexpr node<"numbers"> numbers;
  static constexpr node<"odd"> odd;
  Telemetry test;
  Input<int> input{"input"};
  std::vector<int> seen;
  test.worker->add(flow(numbers = source_stream(input) >> tee(),
                        numbers >> filter([](int v) { return v % 2 != 0; }) >> odd,
                        odd = map([](int v) { return v; }) >> handoff() >>
                              for_each([&](int v) { seen.push_back(v); }),
                        numbers >> null()),
                   "split");
  for (int i = 0; i < 5; ++i) input.give(i);
  test.worker.advance();
  EXPECT_EQ(seen, (std::vector{1, 3}));

  MetricsPage const page = test.read();
  auto const value = [&](std::string const& name, std::string const& node) {
    return page.value(name, {{"flow", "split"}, {"worker", "0"}, {"name", node}});
  };
  EXPECT_EQ(value("weir_node_in_items_total", "source_stream"), 5);
  EXPECT_EQ(value("weir_node_in_items_total", "numbers"), 5);
  EXPECT_EQ(value("weir_node_in_items_total", "filter"), 5);
  EXPECT_EQ(value("weir_node_out_items_total", "filter"), 2) << "a map takes what comes";
  EXPECT_EQ(value("weir_node_out_items_total", "map"), 2);
  EXPECT_EQ(value("weir_node_in_items_total", "handoff"), 2);
  EXPECT_EQ(page.value("weir_node_in_items_total", {{"name", "handoff"}, {"known", "counted"}}), 2);
  EXPECT_EQ(page.value("weir_node_in_items_total", {{"name", "filter"}, {"known", "derived"}}), 5);
  EXPECT_EQ(page.value("weir_node_in_items_total", {{"operator", "tee"}}), 5);
  EXPECT_EQ(page.value("weir_handoff_items_total", {{"name", "input"}}), 5);
  EXPECT_EQ(page.value("weir_handoff_high_water_items", {{"name", "input"}}), 5);
  EXPECT_EQ(page.value("weir_handoff_depth_items", {{"name", "input"}}), 0);
  EXPECT_EQ(page.value("weir_flow_ticks_total", {{"flow", "split"}}), 1);
  EXPECT_EQ(page.count("weir_subgraph_runs_total", {{"flow", "split"}}), 2u);
  EXPECT_EQ(page.value("weir_flow_failed"), 0);
}

TEST(Metrics, OfLoopsAndWhatIsWrittenByHand) {
  struct Hand {
    void install(Graph& graph) && {
      Loop& loop = graph.make_loop("rounds", 1, 1, {.iterations_max = 3});
      auto& begin = graph.make_handoff<int>("begin");
      graph.make_subgraph("give", 0, from(), to(begin), [](auto& out) { out.push(1); });
      graph.make_subgraph("round", loop.at(0), from(begin), to(), [](Activation& a, auto& in) {
        in.drain([](int) {});
        a.repeat();
      });
    }
  };
  Telemetry test;
  test.worker->add(Hand{});
  test.worker.advance();
  MetricsPage const page = test.read();
  EXPECT_EQ(page.value("weir_loop_iterations_total", {{"flow", "0"}, {"name", "rounds"}}), 3);
  EXPECT_EQ(page.value("weir_loop_cut_short_total"), 1);
  EXPECT_EQ(page.value("weir_node_out_items_total", {{"name", "give"}, {"known", "counted"}}), 1);
  EXPECT_EQ(page.value("weir_node_in_items_total", {{"name", "round"}}), 1);
}

TEST(Metrics, NoTwoSamplesHaveTheSameLabels) {
  struct Alike {
    void install(Graph& graph) && {
      auto& tee = graph.make_tee<int>("tee");
      auto& one = graph.make_handoff<int>("same");
      auto& two = graph.make_handoff<int>("same");
      graph.make_subgraph("a", 0, from(), to(one, two, tee), [](auto&, auto&, auto&) {});
      graph.make_subgraph("b", 0, from(), to(one), [](auto&) {});
      graph.make_subgraph("c", 0, from(one, two, tee.add_reader(), tee.add_reader()), to(),
                          [](auto&, auto&, auto&, auto&) {});
    }
  };
  Telemetry test;
  test.worker->add(Alike{}, "twin");
  test.worker->add(Alike{}, "twin");
  test.worker->add(Alike{}, "2");
  test.worker->add(Alike{});
  test.worker->add(Alike{}, "2");
  test.worker.advance();
  MetricsPage const page = test.read();
  EXPECT_EQ(page.count("weir_flow_ticks_total"), 5u);
  EXPECT_EQ(page.value("weir_flow_ticks_total", {{"flow", "twin (1)"}}), 1);
  EXPECT_EQ(page.value("weir_flow_ticks_total", {{"flow", "3"}}), 1);
  EXPECT_EQ(page.value("weir_flow_ticks_total", {{"flow", "2 (4)"}}), 1);
  EXPECT_EQ(page.count("weir_handoff_items_total", {{"flow", "twin"}}), 4u);
}

TEST(Metrics, NodesKeepTheirLabelsWhenAGraphGrows) {
  struct Hand {
    void install(Graph& graph) && {
      graph.make_subgraph("first", 0, from(), to(graph.make_handoff<int>("out")),
                          [](auto& out) { out.push(1); });
    }
  };
  Telemetry test;
  FlowHandle handle = test.worker->add(Hand{}, "grows");
  test.worker.advance();
  MetricsPage::Labels const labels{{"name", "first"}, {"node", "0.0"}};
  EXPECT_EQ(test.read().value("weir_node_out_items_total", labels), 1);
  Input<int> input;
  flow(source_stream(input) >> null()).install(handle.graph());
  input.give(1);
  test.worker.advance();
  EXPECT_EQ(test.read().value("weir_node_out_items_total", labels), 1);
  EXPECT_EQ(test.read().value("weir_node_in_items_total", {{"name", "null"}, {"node", "1.1"}}), 1);
}

TEST(Metrics, OfAllServersOfTheWorker) {
  Telemetry test;
  Server files(*test.worker, {.name = "files"});
  Server told(*test.worker, {.name = "telemetry"});
  Server twin(*test.worker, {.name = "telemetry"});
  files.get("/x", [](Request const&) { return text("x"); });
  Address const where = files.listen("127.0.0.1:0").value();
  Client client(*test.worker);
  for (char const* const path : {"/x", "/y", "/x"})
    client.get("http://" + where.text() + path, [](Result<Answer> answer) { answer.value(); });
  test.worker.advance(seconds);

  MetricsPage const page = test.read();
  EXPECT_EQ(page.value("weir_http_requests_total", {{"flow", "files"}}), 3);
  EXPECT_EQ(page.value("weir_http_responses_total", {{"flow", "files"}, {"class", "2xx"}}), 2);
  EXPECT_EQ(page.value("weir_http_responses_total", {{"flow", "files"}, {"class", "4xx"}}), 1);
  EXPECT_EQ(page.value("weir_http_requests_total", {{"flow", "telemetry"}}), 0);
  EXPECT_EQ(page.count("weir_http_requests_total"), 3u);
  EXPECT_EQ(page.count("weir_http_refused_total"), 3u * (refusal_count - 1));
}

TEST(Metrics, SayThatAFlowHasFailed) {
  Telemetry test;
  test.worker->add(
      flow(source_iter(std::vector{1}) >> for_each([](int) { throw std::runtime_error("no"); })));
  test.worker.advance();
  EXPECT_EQ(test.read().value("weir_flow_failed"), 1);
}

TEST(Metrics, OfTheProcessAreWhatTheSystemSays) {
  Telemetry test;
  ProcessFigures process;
  process.cpu_seconds = 1.5;
  process.resident_bytes = 4096;
  process.descriptors_max = 1024;
  MetricsPage page = read_metrics(test.metrics.text(process));
  EXPECT_EQ(page.problems, Lines());
  EXPECT_EQ(page.value("process_cpu_seconds_total"), 1.5);
  EXPECT_EQ(page.value("process_resident_memory_bytes"), 4096);
  EXPECT_EQ(page.count("process_open_fds"), 0u) << "not known";
  page = test.read();
  EXPECT_GT(page.value("process_resident_memory_bytes"), 1e5);
  EXPECT_GT(page.value("process_cpu_seconds_total"), 0);
  EXPECT_GT(page.value("process_start_time_seconds"), 1.7e9);
}

// ---- of the network, on every kernel ------------------------------------------------------------

class NetMetrics : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetMetrics, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return choice.param.name; });

TEST_P(NetMetrics, SayWhatCameAndWent) {
  TestNet test(GetParam());
  Worker& worker = test.worker();
  Endpoint& server = test.listen();
  worker.add(flow(source_tcp(server) >> dest_tcp(server)), "echo");
  worker.net().open_datagrams(Address::loopback(0)).value();
  Metrics metrics(worker);
  weir::Client& client = test.connect(server.address());
  client.send(framed("hello"));
  ASSERT_TRUE(test.run_until([&] { return client.received == framed("hello"); }));

  MetricsPage const page = read_metrics(metrics.text());
  EXPECT_EQ(page.problems, Lines());
  EXPECT_EQ(page.value("weir_net_frames_in_total"), 1);
  EXPECT_EQ(page.value("weir_net_in_bytes_total"), 9);
  EXPECT_EQ(page.value("weir_net_out_bytes_total"), 9);
  EXPECT_EQ(page.value("weir_net_connections"), 1);
  EXPECT_EQ(page.count("weir_net_closed_total"), close_reason_count);
  EXPECT_EQ(page.value("weir_endpoint_connections", {{"address", server.address().text()}}), 1);
  EXPECT_EQ(page.value("weir_node_in_items_total", {{"name", "source_tcp"}}), 1);
  EXPECT_EQ(page.value("weir_node_in_items_total", {{"name", "dest_tcp"}}), 1);
  EXPECT_GT(page.value("weir_pool_buffers", {{"flow", "echo"}}), 0);
  EXPECT_EQ(page.value("weir_datagrams_dropped_total", {{"reason", "full"}}), 0);
  EXPECT_GT(page.value("weir_ring_completions_total"), 0);
}

TEST_P(NetMetrics, OfBothEndsOfAnExchange) {
  static constexpr node<"spread"> spread;
  std::vector<int> numbers(100);
  std::iota(numbers.begin(), numbers.end(), 0);
  std::size_t seen = 0;
  Exchange<int> items(2, {.mailbox_items = 8, .late_mark_items = 4});
  TestGroup group(GetParam(), 2);
  group.add([&](Worker& worker, std::uint32_t index) {
    return worker.add(flow(spread = exchange(worker, items, [](int v) { return v; }),
                           source_iter(index == 0 ? numbers : std::vector<int>()) >> spread,
                           spread >> for_each([&](int) { ++seen; })),
                      "split");
  });
  ASSERT_TRUE(group.until([&] { return seen == numbers.size(); }));
  double received = 0;
  for (std::uint32_t i = 0; i < 2; ++i) {
    MetricsPage const page = read_metrics(Metrics(group[i]).text());
    EXPECT_EQ(page.problems, Lines());
    MetricsPage::Labels const labels{{"flow", "split"}, {"exchange", "0"}, {"name", "spread"}};
    EXPECT_EQ(page.value("weir_exchange_sent_items_total", labels), i == 0 ? 100 : 0);
    EXPECT_EQ(page.value("weir_exchange_late_items_total", labels) > 4, i == 0);
    EXPECT_EQ(page.value("weir_exchange_suspensions_total", labels), i == 0 ? 1 : 0);
    EXPECT_EQ(page.value("weir_exchange_dropped_items_total", labels), 0);
    received += page.value("weir_exchange_received_items_total", labels);
  }
  EXPECT_EQ(received, 100);
}

TEST_P(NetMetrics, CountersOnlyGrow) {
  TestNet test(GetParam());
  Worker& worker = test.worker();
  Endpoint& server = test.listen();
  worker.add(flow(source_tcp(server) >> dest_tcp(server)), "echo");
  Metrics metrics(worker);
  weir::Client& client = test.connect(server.address());
  MetricsPage before = read_metrics(metrics.text());
  for (int round = 0; round < 5; ++round) {
    client.send(framed("hello"));
    ASSERT_TRUE(test.run_until([&] { return client.received.size() == 9u * (round + 1u); }));
    MetricsPage const after = read_metrics(metrics.text());
    EXPECT_EQ(after.problems, Lines());
    for (auto const& [name, samples] : before.samples) {
      if (!name.ends_with("_total")) continue;
      for (auto const& [labels, value] : samples)
        EXPECT_LE(value, after.samples.at(name).at(labels));
    }
    before = after;
  }
}

// ---- what is documented -------------------------------------------------------------------------

// Every number of a struct of counters has a row in metric_families.h, or is told beside them.
template <class Counters>
constexpr bool has_numbers(std::size_t count) {
  return sizeof(Counters) == count * sizeof(std::uint64_t);
}
static_assert(has_numbers<RingCounters>(std::size(ring_rows)));
static_assert(has_numbers<NetCounters>(std::size(net_rows) + close_reason_count));
static_assert(has_numbers<DatagramCounters>(std::size(datagram_rows) + std::size(dropped_rows)));
static_assert(has_numbers<GraphCounters>(std::size(flow_rows)));
static_assert(has_numbers<SubgraphCounters>(std::size(subgraph_rows) + 1));
static_assert(has_numbers<LoopCounters>(std::size(loop_rows)));
static_assert(has_numbers<ExchangeCounters>(std::size(exchange_rows) + 1));
static_assert(has_numbers<ServerCounters>(std::size(server_rows) + 6 + refusal_count));

// Rows of the tables of docs/metrics.md: | `name` | type | unit | what |
std::map<std::string, MetricsPage::Family> documented() {
  std::ifstream file(WEIR_SOURCE_DIR "/docs/metrics.md");
  std::map<std::string, MetricsPage::Family> families;
  std::regex const row(R"(\| `([a-z_]+)` \| (counter|gauge) \| ([a-z]*) ?\| (.*) \|)");
  for (std::string line; std::getline(file, line);) {
    std::smatch parts;
    if (!std::regex_match(line, parts, row)) continue;
    families[parts[1]] = {parts[2], parts[3], parts[4]};
  }
  return families;
}

TEST(Metrics, AreThoseOfTheirPage) {
  TestWorker worker;
  Server server(*worker);
  Metrics metrics(*worker);
  MetricsPage const page = read_metrics(metrics.text());
  EXPECT_EQ(page.problems, Lines());
  auto const told = documented();
  for (auto const& [name, family] : page.families) {
    auto const found = told.find(name);
    if (found == told.end()) {
      ADD_FAILURE() << "docs/metrics.md lacks | `" << name << "` | " << family.type << " | "
                    << family.unit << " | " << family.help << " |";
      continue;
    }
    EXPECT_EQ(found->second.type, family.type) << name;
    EXPECT_EQ(found->second.unit, family.unit) << name;
    EXPECT_EQ(found->second.help, family.help) << name;
  }
  for (auto const& [name, family] : told)
    EXPECT_TRUE(page.families.contains(name)) << "docs/metrics.md tells of " << name;
}

}  // namespace
}  // namespace weir::http
