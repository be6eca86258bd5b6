// /graph, /trace and /healthz.

#include "weir/http/telemetry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/net/test_net.h"
#include "tools/weir_top/snapshot.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/http/open_metrics_page.h"
#include "weir/http/server.h"
#include "weir/io/tcp.h"
#include "weir/sched/input.h"
#include "weir/testing.h"

namespace weir::http {
namespace {

using Json = nlohmann::json;

constexpr node<"all"> all;

auto counting_flow(Input<int>& input) {
  return flow(all = source_stream(input) >> tee(),
              all >> filter([](int v) { return v > 0; }) >> handoff() >> null(), all >> null());
}

// What weir-top makes of it, too.
Json read(std::string const& text) {
  auto const snapshot = top::read_snapshot(text);
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  return Json::parse(text);
}

Json const& node_of(Json const& flow, std::string const& name) {
  for (Json const& one : flow.at("nodes"))
    if (one.at("operator") == name) return one;
  ADD_FAILURE() << "there is no " << name;
  return flow;
}

// ---- /graph -------------------------------------------------------------------------------------

TEST(GraphReport, TellsThePlanWithWhatIsKnownOfIt) {
  TestWorker worker;
  Input<int> input{"input"};
  worker->add(counting_flow(input), "counts");
  GraphReport report(*worker);
  for (int i = 0; i < 4; ++i) input.give(i);
  worker.advance(2 * seconds);
  Json const json = read(report.json());
  EXPECT_EQ(json.at("interval_seconds"), 2.0);
  Json const& told = json.at("flows").at(0);
  EXPECT_EQ(told.at("name"), "counts");
  EXPECT_EQ(told.at("state"), "running");
  EXPECT_EQ(told.at("held"), false);
  EXPECT_EQ(node_of(told, "source_stream").at("in"),
            (Json{{"items", 4}, {"rate", 2.0}, {"known", "counted"}}));
  EXPECT_EQ(node_of(told, "filter").at("in"),
            (Json{{"items", 4}, {"rate", 2.0}, {"known", "derived"}}));
  EXPECT_EQ(node_of(told, "filter").at("out"),
            (Json{{"items", 3}, {"rate", 1.5}, {"known", "counted"}}));
  EXPECT_EQ(told.at("subgraphs").size(), 2u);
  EXPECT_EQ(told.at("ticks").at("total"), 1);
  Json const& edges = told.at("edges");
  auto const handoff = std::find_if(edges.begin(), edges.end(),
                                    [](Json const& edge) { return edge.contains("depth"); });
  ASSERT_NE(handoff, edges.end());
  EXPECT_EQ(handoff->at("high_water"), 3);
  EXPECT_EQ(handoff->at("depth"), 0);
}

TEST(GraphReport, WhatNobodyCountsIsNull) {
  TestWorker worker;
  worker->add(flow(source_iter(std::vector{1}) >> null()));
  GraphReport report(*worker);
  worker.advance();
  Json const json = read(report.json());
  EXPECT_TRUE(node_of(json.at("flows").at(0), "null").at("in").is_null());
}

TEST(GraphReport, RatesAreThoseSinceTheQuestionBefore) {
  TestWorker worker;
  Input<int> input;
  worker->add(counting_flow(input));
  GraphReport report(*worker);
  auto const rate = [&] {
    Json const json = read(report.json());
    return node_of(json.at("flows").at(0), "source_stream").at("in").at("rate").get<double>();
  };
  for (int i = 0; i < 10; ++i) input.give(i);
  worker.advance(seconds);
  EXPECT_EQ(rate(), 10);
  for (int i = 0; i < 3; ++i) input.give(i);
  worker.advance(seconds);
  EXPECT_EQ(rate(), 3);
  worker.advance(seconds);
  EXPECT_EQ(rate(), 0);
}

TEST(GraphReport, WhoAsksAgainAtOnceGetsTheSameRates) {
  TestWorker worker;
  Input<int> input;
  worker->add(counting_flow(input));
  GraphReport report(*worker);
  for (int i = 0; i < 10; ++i) input.give(i);
  worker.advance(seconds);
  Json const first = read(report.json());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(read(report.json()).at("flows"), first.at("flows"));
  }
}

TEST(GraphReport, FollowsAGraphThatGrows) {
  TestWorker worker;
  Input<int> input;
  Input<int> later;
  FlowHandle handle = worker->add(counting_flow(input));
  GraphReport report(*worker);
  worker.advance(seconds);
  std::size_t const before = read(report.json()).at("flows").at(0).at("nodes").size();
  counting_flow(later).install(handle.graph());
  later.give(1);
  worker.advance(seconds);
  Json const json = read(report.json());
  EXPECT_EQ(json.at("flows").at(0).at("nodes").size(), 2 * before);
}

TEST(GraphReport, SaysWhereAFlowHasFailed) {
  TestWorker worker;
  worker->add(flow(source_iter(std::vector{1}) >>
                   for_each([](int) { throw std::runtime_error("bad \xFF text"); })));
  GraphReport report(*worker);
  worker.advance();
  Json const flow = read(report.json()).at("flows").at(0);
  EXPECT_EQ(flow.at("state"), "failed");
  EXPECT_EQ(flow.at("failure"), (Json{{"node", "for_each"}, {"what", "bad \uFFFD text"}}));
}

class NetReport : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetReport, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return choice.param.name; });

TEST_P(NetReport, TellsOfEndpointsAndWhatWentThroughThem) {
  TestNet test(GetParam());
  Worker& worker = test.worker();
  Endpoint& server = test.listen();
  worker.add(flow(source_tcp(server) >> dest_tcp(server)), "echo");
  GraphReport report(worker);
  Client& client = test.connect(server.address());
  client.send(framed("hello"));
  ASSERT_TRUE(test.run_until([&] { return client.received == framed("hello"); }));
  Json const json = read(report.json());
  EXPECT_EQ(json.at("slow_peers").size(), 0u);
  EXPECT_EQ(json.at("endpoints").at(0).at("address"), server.address().text());
  EXPECT_EQ(json.at("endpoints").at(0).at("flow"), 0);
  EXPECT_EQ(json.at("endpoints").at(0).at("connections"), 1);
  EXPECT_EQ(json.at("net").at("in_bytes").at("total"), 9);
}

TEST_P(NetReport, NamesPeersThatDoNotRead) {
  weir::Limits limits = tiny_limits(4, 4096);
  limits.egress_connection_mark_bytes = 20'000;
  TestNet test(GetParam(), limits);
  Worker& worker = test.worker();
  Endpoint& server = test.listen();
  worker.add(flow(source_tcp(server) >> dest_tcp(server)), "echo");
  GraphReport report(worker);
  Client& client = test.connect(server.address(), 4096);
  client.reads = false;
  std::string const frame = framed(std::string(1000, 'x'));
  std::string stream;
  while (stream.size() < 12u << 20) stream += frame;
  client.send(stream);
  ASSERT_TRUE(test.run_until([&] { return worker.net().suspended_count() > 0; }));
  Json const json = read(report.json());
  EXPECT_EQ(json.at("net").at("suspended"), 1);
  ASSERT_EQ(json.at("slow_peers").size(), 1u);
  EXPECT_GT(json.at("slow_peers").at(0).at("waiting_bytes"), 0);
  EXPECT_NE(json.at("slow_peers").at(0).at("address"), "");
}

// ---- /trace -------------------------------------------------------------------------------------

struct Traced {
  TestWorker worker;
  Input<int> input{"input"};

  explicit Traced(std::uint32_t activations_max = 1000) {
    worker->keep_trace(activations_max);
    worker->add(counting_flow(input), "counts");
  }
  void run_ticks(int count) {
    for (int i = 0; i < count; ++i) {
      input.give(1);
      worker.advance(seconds);
    }
  }
  Json events(std::uint32_t ticks_max = 1000) const {
    return Json::parse(trace_json(*worker, ticks_max)).at("traceEvents");
  }
};

// "tick 1, all, handoff": the names of those that last, in order.
std::vector<std::string> spans(Json const& events) {
  std::vector<std::string> names;
  for (Json const& event : events)
    if (event.at("ph") == "X" && event.at("tid") != 0) names.push_back(event.at("name"));
  return names;
}

TEST(TraceReport, ShowsTheActivationsOfEachTick) {
  Traced test;
  test.worker.advance();
  test.run_ticks(1);
  std::vector<std::string> const names = spans(test.events());
  EXPECT_EQ(names,
            (std::vector<std::string>{"tick 0", "all", "handoff", "tick 1", "all", "handoff"}));
}

TEST(TraceReport, AnActivationLiesInItsTick) {
  Traced test;
  test.run_ticks(20);
  Json const events = test.events();
  double begin = 0;
  double end = 0;
  int inside = 0;
  for (Json const& event : events) {
    if (event.at("ph") != "X" || event.at("tid") == 0) continue;
    double const first = event.at("ts");
    double const last = first + event.at("dur").get<double>();
    if (event.at("name").get<std::string>().starts_with("tick ")) {
      EXPECT_GE(first, end - 1e-3);
      begin = first;
      end = last;
    } else {
      EXPECT_GE(first, begin - 1e-3);
      EXPECT_LE(last, end + 1e-3);
      ++inside;
    }
  }
  EXPECT_GE(inside, 20);
}

TEST(TraceReport, OfTheLastSoManyTicks) {
  Traced test;
  test.worker.advance();
  test.run_ticks(9);
  std::vector<std::string> const names = spans(test.events(2));
  EXPECT_EQ(names,
            (std::vector<std::string>{"tick 8", "all", "handoff", "tick 9", "all", "handoff"}));
}

TEST(TraceReport, LeavesOutATickWhoseBeginningIsForgotten) {
  Traced test(5);  // two ticks and a half
  test.worker.advance();
  test.run_ticks(9);
  std::vector<std::string> const names = spans(test.events());
  EXPECT_EQ(names,
            (std::vector<std::string>{"tick 8", "all", "handoff", "tick 9", "all", "handoff"}));
}

TEST(TraceReport, ShowsThatTheWorkerMayHaveSlept) {
  Traced test;
  test.worker.advance();
  test.run_ticks(2);
  int asleep = 0;
  for (Json const& event : test.events()) asleep += event.at("name") == "asleep" ? 1 : 0;
  EXPECT_EQ(asleep, 2);
}

TEST(TraceReport, SaysWhatYielded) {
  TestWorker worker;
  Input<int> input;
  worker->keep_trace(100);
  FlowHandle handle = worker->add(counting_flow(input));
  worker.advance();
  handle.graph().set_budget({.items = 2});
  for (int i = 0; i < 3; ++i) input.give(1);
  worker.advance();
  Json const events = Json::parse(trace_json(*worker)).at("traceEvents");
  auto const yielded = std::count_if(events.begin(), events.end(), [](Json const& event) {
    return event.contains("args") && event.at("args").contains("yielded");
  });
  EXPECT_GE(yielded, 1);
}

TEST(TraceReport, WithoutATraceThereIsNothing) {
  TestWorker worker;
  EXPECT_EQ(Json::parse(trace_json(*worker)).at("traceEvents").size(), 0u);
  worker->keep_trace(10);
  worker->add(flow(source_iter(std::vector{1}) >> null()));
  worker.advance();
  EXPECT_GT(Json::parse(trace_json(*worker)).at("traceEvents").size(), 0u);
  worker->keep_trace(0);
  worker.advance();
  EXPECT_EQ(Json::parse(trace_json(*worker)).at("traceEvents").size(), 0u);
}

// ---- /healthz -----------------------------------------------------------------------------------

TEST(HealthReport, SaysWhatIsWrong) {
  TestWorker worker;
  worker->add(flow(source_iter(std::vector{1}) >> null()), "good");
  EXPECT_TRUE(health(*worker).ok);
  EXPECT_EQ(health(*worker).text, "ok");
  worker->add(flow(source_iter(std::vector{1}) >>
                   for_each([](int) { throw std::runtime_error("no way"); })),
              "bad");
  worker.advance();
  EXPECT_FALSE(health(*worker).ok);
  EXPECT_EQ(health(*worker).text, "flow bad has failed at for_each: no way");
  worker->stop();
  worker.advance();
  EXPECT_EQ(health(*worker).text,
            "the worker is being stopped\nflow bad has failed at for_each: no way");
}

// ---- all of it, served --------------------------------------------------------------------------

class ServedTelemetry : public testing::TestWithParam<KernelChoice> {
 protected:
  // The whole answer.
  std::string get(std::string const& path) {
    weir::Client& client = test_.connect(where_);
    client.send("GET " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(test_.run_until([&] { return client.saw_end; })) << path;
    return client.received;
  }
  static std::string body_of(std::string const& answer) {
    std::size_t const head_end = answer.find("\r\n\r\n");
    return head_end == answer.npos ? "" : answer.substr(head_end + 4);
  }

  TestNet test_{GetParam()};
  Server server_{test_.worker()};
  Address where_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, ServedTelemetry, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return choice.param.name; });

TEST_P(ServedTelemetry, AnswersOnFourPaths) {
  serve_telemetry(server_, test_.worker(), {.trace_activations_max = 100});
  where_ = server_.listen(Address::loopback(0)).value();
  test_.worker().add(flow(source_iter(std::vector{1, 2}) >> handoff() >> null()), "numbers");

  std::string const metrics = get("/metrics");
  EXPECT_TRUE(metrics.starts_with("HTTP/1.1 200")) << metrics;
  EXPECT_NE(metrics.find("application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"),
            metrics.npos);
  MetricsPage const page = read_metrics(body_of(metrics));
  EXPECT_EQ(page.problems, std::vector<std::string>());
  EXPECT_EQ(page.value("weir_handoff_items_total", {{"flow", "numbers"}}), 2);
  EXPECT_EQ(page.value("weir_http_requests_total"), 1);

  Json const graph = read(body_of(get("/graph")));
  EXPECT_EQ(graph.at("flows").size(), 2u) << "the server is one, too";
  EXPECT_EQ(body_of(get("/healthz")), "ok\n");
  Json const trace = Json::parse(body_of(get("/trace?ticks=5")));
  EXPECT_EQ(spans(trace.at("traceEvents")).size(), 3u);
}

TEST_P(ServedTelemetry, SaysWhatIsWrong) {
  serve_telemetry(server_, test_.worker());
  where_ = server_.listen(Address::loopback(0)).value();
  test_.worker().add(flow(source_iter(std::vector{1}) >>
                          for_each([](int) { throw std::runtime_error("no way"); })),
                     "bad");
  std::string const answer = get("/healthz");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
  EXPECT_EQ(body_of(answer), "flow bad has failed at for_each: no way\n");
  EXPECT_TRUE(get("/trace").starts_with("HTTP/1.1 404"));
  test_.worker().keep_trace(10);
  for (char const* path : {"/trace?", "/trace?ticks=7"})
    EXPECT_TRUE(get(path).starts_with("HTTP/1.1 200")) << path;
  for (char const* path : {"/trace?ticks=", "/trace?ticks=0", "/trace?ticks=-1",
                           "/trace?ticks=99999999999", "/trace?ticks=7x", "/trace?other"})
    EXPECT_TRUE(get(path).starts_with("HTTP/1.1 400")) << path;
}

}  // namespace
}  // namespace weir::http
