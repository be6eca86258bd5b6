#include "weir/io/json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/io/test_worker.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir {
namespace {

struct Member {
  std::string name;
  int port_number = 0;
  friend bool operator==(Member const&, Member const&) = default;
};
void from_json(nlohmann::json const& value, Member& member) {
  value.at("name").get_to(member.name);
  value.at("port").get_to(member.port_number);
}

class JsonTest : public WorkerFixture {
 protected:
  template <class T>
  std::vector<T> read(std::string_view content, FileLimits const& limits = {}) {
    files_.put("in", content);
    std::vector<T> values;
    FlowHandle const handle =
        worker().add(flow(source_json<T>(worker(), files_.path("in"), limits) >>
                          for_each([&](T value) { values.push_back(std::move(value)); })));
    worker().run_to_end();
    failure_ = failure_in_files(handle);
    make_worker({});  // another one for the next file
    return values;
  }
  std::string failure_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, JsonTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(JsonTest, a_file_is_one_value_once) {
  using nlohmann::json;
  EXPECT_EQ(read<json>(R"({"a": [1, 2.5, null], "b": "\u00e9"})"),
            (std::vector<json>{{{"a", {1, 2.5, nullptr}}, {"b", "\xc3\xa9"}}}));
  EXPECT_EQ(read<json>(" 7\n\n"), std::vector<json>{7});
  EXPECT_EQ(failure_, "");
}

TEST_P(JsonTest, a_file_may_be_any_type_that_comes_from_json) {
  std::string const content = R"([{"name": "a", "port": 1},
                                  {"name": "b", "port": 2}])";
  EXPECT_EQ(read<std::vector<Member>>(content),
            (std::vector<std::vector<Member>>{{{"a", 1}, {"b", 2}}}));
}

TEST_P(JsonTest, a_large_file_is_read_whole) {
  std::vector<int> numbers(5'000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
  FileLimits limits;
  limits.chunk_bytes = 1000;
  EXPECT_EQ(read<std::vector<int>>(nlohmann::json(numbers).dump(), limits),
            std::vector<std::vector<int>>{numbers});
}

TEST_P(JsonTest, what_is_malformed_is_named_by_file_line_and_column) {
  EXPECT_TRUE(read<nlohmann::json>("{\n  \"a\": 1,\n  \"b\": ,\n}").empty());
  EXPECT_TRUE(failure_.starts_with(
      "source_json: in:3:8: syntax error while parsing value - unexpected ','"))
      << failure_;
  EXPECT_TRUE(read<nlohmann::json>("{\"a\": [1, 2").empty());
  EXPECT_TRUE(
      failure_.starts_with("source_json: in:1:12: syntax error while parsing array - "
                           "unexpected end of input"))
      << failure_;
  EXPECT_TRUE(read<nlohmann::json>("").empty());
  EXPECT_TRUE(
      failure_.starts_with("source_json: in:1:1: syntax error while parsing value - "
                           "unexpected end of input"))
      << failure_;
  EXPECT_EQ(failure_.find("json.exception"), std::string::npos);
}

TEST_P(JsonTest, what_has_another_shape_says_so) {
  EXPECT_TRUE(read<std::vector<Member>>(R"([{"name": "a", "port": "http"}])").empty());
  EXPECT_EQ(failure_,
            "source_json: in: its shape is not what this flow expects: "
            "type must be number, but is string");
  EXPECT_TRUE(read<std::vector<Member>>(R"([{"name": "a"}])").empty());
  EXPECT_EQ(failure_,
            "source_json: in: its shape is not what this flow expects: "
            "key 'port' not found");
}

TEST_P(JsonTest, a_file_that_is_too_long_ends_the_flow) {
  FileLimits limits;
  limits.whole_bytes_max = 10;
  EXPECT_TRUE(read<nlohmann::json>("[1, 2, 3, 4, 5, 6]", limits).empty());
  EXPECT_EQ(failure_, "source_json: read in: it is longer than 10 bytes");
}

TEST_P(JsonTest, a_missing_file_ends_the_flow) {
  FlowHandle const handle = worker().add(flow(source_json(worker(), files_.path("missing")) >>
                                              for_each([](nlohmann::json const&) {})));
  worker().run_to_end();
  EXPECT_EQ(failure_in_files(handle), "source_json: open missing: No such file or directory");
}

}  // namespace
}  // namespace weir
