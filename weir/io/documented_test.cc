// The flows of docs/io.md, as they stand there.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/io/test_worker.h"
#include "weir/io/json.h"
#include "weir/ring/async.h"
#include "weir/weir.h"

namespace weir {
namespace {

struct Member {
  std::string name;
  int port_number = 0;
};
void from_json(nlohmann::json const& value, Member& member) {
  value.at("name").get_to(member.name);
  value.at("port").get_to(member.port_number);
}

class DocumentedTest : public WorkerFixture {
 protected:
  std::string path(std::string_view name) const { return files_.path(name); }
};
INSTANTIATE_TEST_SUITE_P(Kernels, DocumentedTest,
                         testing::ValuesIn(test_kernels_not_named("sim_h")), name_of);

TEST_P(DocumentedTest, source_file_and_dest_file) {
  files_.put("access.log", "a 200 b\na 500 b\n");
  FlowHandle handle = worker().add(
      flow(source_file(worker(), path("access.log")) >>
           filter([](std::string const& line) { return line.find(" 500 ") != line.npos; }) >>
           dest_file(worker(), path("errors.log"))));
  worker().run_to_end();
  EXPECT_EQ(handle.failure(), nullptr);
  EXPECT_EQ(files_.content("errors.log"), "a 500 b\n");
}

TEST_P(DocumentedTest, source_file_of_views) {
  files_.put("words.txt", "one\nthree\nsix\n");
  std::uint32_t result = 0;
  worker().add(
      flow(source_file<View>(worker(), path("words.txt")) >>
           map([](View line) { return line.size(); }) >>
           fold([] { return 0u; }, [](std::uint32_t& longest,
                                      std::uint32_t size) { longest = std::max(longest, size); }) >>
           for_each([&](std::uint32_t longest) { result = std::max(result, longest); })));
  worker().run_to_end();
  EXPECT_EQ(result, 5u);
}

TEST_P(DocumentedTest, source_json) {
  files_.put("members.json", R"([{"name": "a", "port": 1}, {"name": "b", "port": 2}])");
  std::string names;
  worker().add(flow(source_json<std::vector<Member>>(worker(), path("members.json")) >> flatten() >>
                    for_each([&](Member const& member) { names += member.name; })));
  worker().run_to_end();
  EXPECT_EQ(names, "ab");
}

TEST_P(DocumentedTest, source_interval) {
  int count = 0;
  worker().add(
      flow(source_interval(worker(), 1 * milliseconds) >> for_each([&](Instant) { ++count; })));
  EXPECT_TRUE(until([&] { return count >= 3; }));
}

TEST_P(DocumentedTest, dest_sink) {
  BoundedSink<int> sink(5);
  WorkerEnd const end{worker_};
  worker().add(flow(source_iter(std::vector{1, 2, 3}) >> dest_sink(sink)));
  worker().run_to_end();
  EXPECT_EQ(sink.take_all(), (std::vector{1, 2, 3}));
}

task<std::string> look_up(Async ring, std::string name) {
  co_await ring.sleep(name.size() * milliseconds);
  co_return "found " + name;
}

TEST_P(DocumentedTest, resolve_futures) {
  files_.put("names", "a\nb\n");
  Async ring(worker().ring());
  std::string text;
  worker().add(flow(source_file(worker(), path("names")) >>
                    map([ring](std::string name) { return look_up(ring, std::move(name)); }) >>
                    resolve_futures() >>
                    for_each([&](std::string const& found) { text += found + "\n"; })));
  worker().run_to_end();
  EXPECT_EQ(text, "found a\nfound b\n");
}

struct Pages {
  Async ring;
  int page = 0;
  task<std::optional<int>> next() { return fetch_page(ring, page++); }
  static task<std::optional<int>> fetch_page(Async ring, int page) {
    co_await ring.sleep(milliseconds);
    if (page == 3) co_return std::nullopt;
    co_return page;
  }
};

TEST_P(DocumentedTest, source_stream) {
  Async ring(worker().ring());
  std::vector<int> pages;
  worker().add(flow(source_stream(worker(), Pages{ring}) >>
                    for_each([&](int page) { pages.push_back(page); })));
  worker().run_to_end();
  EXPECT_EQ(pages, (std::vector{0, 1, 2}));
}

}  // namespace
}  // namespace weir
