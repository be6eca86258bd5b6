// What the runtime itself says to a log: little, and each thing once.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/net/test_net.h"
#include "weir/base/log.h"
#include "weir/worker/worker.h"

namespace weir {
namespace {

struct Lines {
  LogOptions options(LogLevel level = LogLevel::info) {
    LogSink const sink{[](void* self, LogRecord const& record) {
                         static_cast<Lines*>(self)->all.push_back(log_line(record));
                       },
                       this};
    return {.sink = sink, .level = level};
  }
  // The lines that begin so.
  std::size_t count(std::string const& beginning) const {
    std::size_t found = 0;
    for (std::string const& line : all) found += line.rfind(beginning, 0) == 0 ? 1u : 0u;
    return found;
  }
  std::string text() const {
    std::string text;
    for (std::string const& line : all) text += line + "\n";
    return text;
  }

  std::vector<std::string> all;
};

class WorkerLog : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, WorkerLog, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });
class WorkerLogInSimulation : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, WorkerLogInSimulation, testing::ValuesIn(sim_kernels()),
                         [](auto const& choice) { return name_of(choice); });

TEST_P(WorkerLog, tells_once_that_a_flow_has_failed_and_where) {
  Lines lines;
  TestNet test(GetParam(), {}, {}, 5 * seconds, lines.options());
  Endpoint& server = test.listen();
  test.worker().add(
      Custom{server, [](Frame const&, auto&) { throw std::runtime_error("no"); }, {}});
  Client& client = test.connect(server.address());
  client.send(framed("hello"));
  ASSERT_TRUE(test.run_until([&] { return client.saw_end; }));
  test.run_for(5 * milliseconds);
  EXPECT_EQ(lines.count("error a flow has failed flow=unnamed node=custom what=no"), 1u)
      << lines.text();
}

TEST_P(WorkerLog, tells_whom_it_has_refused_and_says_nothing_of_those_who_left) {
  Lines lines;
  EndpointOptions options;
  TestNet test(GetParam(), tiny_limits(4, 4096), {}, 5 * seconds, lines.options());
  Endpoint& server = test.listen(options);
  test.worker().add(Echo{server});
  Client& leaves = test.connect(server.address());
  leaves.send(framed("hello"));
  leaves.finishes = true;
  ASSERT_TRUE(test.run_until([&] { return leaves.saw_end; }));
  EXPECT_TRUE(lines.all.empty()) << lines.text();
  Client& wrong = test.connect(server.address());
  wrong.send("\x7f\xff\xff\xff");  // announces more than may be
  ASSERT_TRUE(test.run_until([&] { return wrong.saw_end; }));
  ASSERT_TRUE(test.run_until([&] { return test.net().connection_count() == 0; }));
  ASSERT_EQ(lines.all.size(), 1u) << lines.text();
  std::string const why = " why=\"" + std::string(text(CloseReason::frame_too_large)) + "\"";
  EXPECT_EQ(lines.count("info connection closed place="), 1u) << lines.text();
  EXPECT_NE(lines.all[0].find(why), std::string::npos) << lines.text();
}

TEST_P(WorkerLogInSimulation, tells_that_accepting_pauses) {
  KernelChoice choice = GetParam();
  choice.options.descriptor_count_max = 3;  // the listener and two connections
  Lines lines;
  TestNet test(choice, {}, {}, 5 * seconds, lines.options());
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  for (int i = 0; i < 4; ++i) test.connect(server.address());
  ASSERT_TRUE(test.run_until([&] { return test.counters().accept_failures > 0; }));
  EXPECT_EQ(lines.count("warning accepting pauses at=" + server.address().text() + " error="), 1u)
      << lines.text();
}

// A peer that does not read keeps its flow from draining.
TEST_P(WorkerLogInSimulation, tells_that_it_stops_and_whom_that_cut_off) {
  Lines lines;
  Limits limits;
  limits.egress_connection_mark_bytes = 1u << 20;
  TestNet test(GetParam(), limits, {}, 2 * seconds, lines.options());
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Client& client = test.connect(server.address(), 4096);
  client.reads = false;
  client.send(framed(std::string(512 * 1024, 'x')));
  ASSERT_TRUE(test.run_until([&] { return test.net().pressure() > 0; }));
  test.worker().stop();
  ASSERT_TRUE(test.run_until([&] { return test.worker().stopped(); }));
  EXPECT_EQ(lines.count("info stopping flows=1 connections=1"), 1u) << lines.text();
}

TEST_P(WorkerLog, is_there_for_the_flows_too_and_silent_unless_given_a_sink) {
  TestNet silent(GetParam());
  silent.worker().log().error("nobody hears this");
  EXPECT_FALSE(silent.worker().log().enabled(LogLevel::error));
  Lines lines;
  TestNet test(GetParam(), {}, {}, 5 * seconds, lines.options(LogLevel::error));
  test.worker().log().error("mine", {{"n", 1}});
  EXPECT_EQ(lines.text(), "error mine n=1\n");
}

}  // namespace
}  // namespace weir
