// What is said, what is dropped, and that who logs never waits for who reads.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/base/log.h"
#include "weir/base/log_writer.h"

namespace weir {
namespace {

class HandClock final : public Clock {
 public:
  Instant now() const override { return time; }
  Instant time = 1;
};

// Keeps what it is given, as lines.
struct Lines {
  LogSink sink() {
    return {[](void* self, LogRecord const& record) {
              static_cast<Lines*>(self)->all.push_back(log_line(record));
            },
            this};
  }
  std::vector<std::string> all;
};

TEST(Log, says_level_message_and_fields_of_every_type) {
  Lines lines;
  HandClock const clock;
  Log log({.sink = lines.sink(), .level = LogLevel::debug}, clock);
  log.debug("one");
  log.info("two", {{"text", "x"}, {"owned", std::string("y z")}, {"none", ""}});
  log.warning("three", {{"minus", -5}, {"many", ~std::uint64_t{0}}, {"half", 0.5}});
  log.error("four", {{"yes", true}, {"no", false}, {"letter", std::int8_t{65}}});
  EXPECT_EQ(lines.all, (std::vector<std::string>{
                           "debug one",
                           "info two text=x owned=\"y z\" none=\"\"",
                           "warning three minus=-5 many=18446744073709551615 half=0.5",
                           "error four yes=true no=false letter=65",
                       }));
}

TEST(Log, says_nothing_below_its_level_and_nothing_without_a_sink) {
  Lines lines;
  HandClock const clock;
  Log log({.sink = lines.sink(), .level = LogLevel::warning}, clock);
  log.info("no");
  log.warning("yes");
  EXPECT_EQ(lines.all.size(), 1u);
  EXPECT_FALSE(log.enabled(LogLevel::info));
  Log silent;
  Log without_sink({}, clock);
  for (Log* const one : {&silent, &without_sink}) {
    EXPECT_FALSE(one->enabled(LogLevel::error));
    one->error("nobody hears this");
  }
}

TEST(Log, lets_nothing_a_peer_has_sent_begin_a_line_or_a_field) {
  Lines lines;
  HandClock const clock;
  Log log({.sink = lines.sink()}, clock);
  log.info("from\npeer", {{"name", "a\nerror b=\"c\\\x1b[2J\x7f"}, {"next", 1}});
  EXPECT_EQ(lines.all[0], "info from\\npeer name=\"a\\nerror b=\\\"c\\\\\\x1b[2J\\x7f\" next=1");
}

TEST(Log, cuts_what_is_too_long_for_a_line) {
  Lines lines;
  HandClock const clock;
  Log log({.sink = lines.sink()}, clock);
  log.info(std::string(1 << 20, 'm'), {{"a", std::string(1 << 20, 'x')}, {"b", "y"}});
  log.info("m", {{"a", std::string(1 << 20, '\n')}});
  for (std::string const& line : lines.all) EXPECT_LE(line.size(), log_line_bytes_max + 64u);
}

TEST(Log, drops_what_one_place_says_too_often_and_says_how_much_that_was) {
  Lines lines;
  HandClock clock;
  Log log({.sink = lines.sink(), .records_max = 3, .interval = 10}, clock);
  auto const complain = [&] { log.warning("again"); };
  for (int i = 0; i < 8; ++i) complain();
  EXPECT_EQ(lines.all, std::vector<std::string>(3, "warning again"));
  log.warning("somebody else");  // is not concerned
  clock.time += 10;
  complain();
  complain();
  ASSERT_EQ(lines.all.size(), 6u);
  EXPECT_EQ(lines.all[3], "warning somebody else");
  EXPECT_EQ(lines.all[4], "warning again dropped=5");
  EXPECT_EQ(lines.all[5], "warning again");
}

TEST(Log, says_at_its_end_what_was_dropped_and_not_said_yet) {
  Lines lines;
  HandClock const clock;
  {
    Log log({.sink = lines.sink(), .records_max = 1}, clock);
    for (int i = 0; i < 4; ++i) log.error("again");
  }
  ASSERT_EQ(lines.all.size(), 2u);
  EXPECT_NE(lines.all[1].find("log_test.cc"), std::string::npos) << lines.all[1];
  EXPECT_NE(lines.all[1].find("dropped=3"), std::string::npos) << lines.all[1];
}

TEST(Log, goes_where_it_is_moved) {
  Lines lines;
  HandClock const clock;
  Log from({.sink = lines.sink()}, clock);
  Log to;
  to = std::move(from);
  from.info("not here");
  to.info("here");
  EXPECT_EQ(lines.all, std::vector<std::string>{"info here"});
}

// ---- LogWriter ----------------------------------------------------------------------------------

class LogWriterTest : public testing::Test {
 protected:
  LogWriterTest() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
  ~LogWriterTest() override {
    for (int const end : ends_)
      if (end >= 0) ::close(end);
  }

  Owner<LogWriter> make(LogWriterOptions options) {
    options.descriptor = ends_[1];
    return LogWriter::make(options).value();
  }
  // All that is written until the end; the writer's end is closed first.
  std::string read_all() {
    ::close(std::exchange(ends_[1], -1));
    std::string all;
    char room[4096];
    for (ssize_t count = 0; (count = ::read(ends_[0], room, sizeof(room))) > 0;)
      all.append(room, static_cast<std::size_t>(count));
    return all;
  }
  static std::vector<std::string> lines_of(std::string const& all) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < all.size();) {
      std::size_t const end = std::min(all.find('\n', at), all.size());
      lines.push_back(all.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  }

  MonotonicClock const clock_;
  int ends_[2] = {-1, -1};
};

TEST_F(LogWriterTest, writes_each_record_as_a_line_with_its_time) {
  {
    auto const writer = make({});
    Log log({.sink = writer->sink()}, clock_);
    log.info("hello", {{"n", 1}});
  }
  std::string const line = read_all();
  EXPECT_EQ(line.find(" info hello n=1\n"), 27u) << line;
  EXPECT_EQ(line[10], 'T') << line;
  EXPECT_EQ(line[26], 'Z') << line;
}

TEST_F(LogWriterTest, writes_all_lines_of_several_threads_whole) {
  constexpr int each = 2000;
  std::string all;
  std::thread reader([&] {
    char room[4096];
    for (ssize_t count = 0; (count = ::read(ends_[0], room, sizeof(room))) > 0;)
      all.append(room, static_cast<std::size_t>(count));
  });
  {
    auto const writer = make({.waiting_bytes_max = 1u << 30});
    std::vector<std::thread> threads;
    for (int n = 0; n < 3; ++n) {
      threads.emplace_back([&, n] {
        Log log({.sink = writer->sink(), .records_max = each}, clock_);
        for (int i = 0; i < each; ++i) log.info("of", {{"thread", n}, {"number", i}});
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  ::close(std::exchange(ends_[1], -1));
  reader.join();
  std::vector<int> next(3, 0);
  for (std::string const& line : lines_of(all)) {
    int thread = -1;
    int number = -1;
    ASSERT_EQ(std::sscanf(line.c_str() + 28, "info of thread=%d number=%d", &thread, &number), 2)
        << line;
    EXPECT_EQ(number, next[static_cast<std::size_t>(thread)]++);
  }
  EXPECT_EQ(next, std::vector<int>(3, each));
}

// Nobody reads: logging goes on, what is kept is bounded, and the end comes all the same.
TEST_F(LogWriterTest, never_waits_for_a_reader_that_does_not_read) {
  constexpr int count = 5000;
  std::string const text(200, 'x');
  {
    auto const writer = make({.waiting_bytes_max = 8192, .end_time_max = 1 * milliseconds});
    Log log({.sink = writer->sink(), .records_max = count}, clock_);
    for (int i = 0; i < count; ++i) log.info("line", {{"number", i}, {"text", text}});
  }
  std::vector<std::string> const lines = lines_of(read_all());
  EXPECT_GT(lines.size(), 10u);
  EXPECT_LT(lines.size(), 1000u);  // a pipe full
}

TEST_F(LogWriterTest, says_how_many_lines_were_dropped) {
  constexpr int count = 5000;
  std::string const text(200, 'x');
  std::string all;
  std::thread reader;
  {
    auto const writer = make({.waiting_bytes_max = 8192});
    Log log({.sink = writer->sink(), .records_max = count}, clock_);
    for (int i = 0; i < count; ++i) log.info("line", {{"text", text}});
    reader = std::thread([&] {
      char room[4096];
      for (ssize_t size = 0; (size = ::read(ends_[0], room, sizeof(room))) > 0;)
        all.append(room, static_cast<std::size_t>(size));
    });
  }
  ::close(std::exchange(ends_[1], -1));
  reader.join();
  int written = 0;
  int dropped = 0;
  for (std::string const& line : lines_of(all)) {
    int some = 0;
    char const* const said = line.c_str() + 28;
    if (std::sscanf(said, "warning log records dropped count=%d", &some) == 1) dropped += some;
    else ++written;
  }
  EXPECT_GT(dropped, 0);
  EXPECT_EQ(written + dropped, count);
}

TEST_F(LogWriterTest, outlives_a_reader_that_is_gone) {
  auto const writer = make({});
  ::close(std::exchange(ends_[0], -1));
  Log log({.sink = writer->sink(), .records_max = 1000}, clock_);
  for (int i = 0; i < 1000; ++i) log.info("line");
}

}  // namespace
}  // namespace weir
