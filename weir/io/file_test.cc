#include "weir/io/file.h"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/io/test_worker.h"
#include "weir/base/random.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir {
namespace {

using Lines = std::vector<std::string>;

class FileTest : public WorkerFixture {
 protected:
  // What source_file gives for this content, when it is read to its end.
  Lines lines_of(std::string_view content, FileLimits const& limits = {}) {
    files_.put("in", content);
    Lines lines;
    FlowHandle const handle =
        worker().add(flow(source_file(worker(), files_.path("in"), limits) >>
                          for_each([&](std::string line) { lines.push_back(std::move(line)); })));
    worker().run_to_end();
    EXPECT_TRUE(handle.ended());
    failure_ = failure_in_files(handle);
    make_worker({});  // another one for the next file
    return lines;
  }
  std::string failure_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, FileTest, testing::ValuesIn(test_kernels()), name_of);

// ---- source_file --------------------------------------------------------------------------------

TEST_P(FileTest, lines_end_as_users_expect) {
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("\n"), Lines{""});
  EXPECT_EQ(lines_of("one"), Lines{"one"});
  EXPECT_EQ(lines_of("one\n"), Lines{"one"});
  EXPECT_EQ(lines_of("one\ntwo"), (Lines{"one", "two"}));
  EXPECT_EQ(lines_of("\n\nx\n\n"), (Lines{"", "", "x", ""}));
  EXPECT_EQ(lines_of("dos\r\nunix\n\r\n"), (Lines{"dos", "unix", ""}));
  // Only one, only before the end of a line.
  EXPECT_EQ(lines_of("a\r\r\nb\rc\nlast\r"), (Lines{"a\r", "b\rc", "last\r"}));
  EXPECT_EQ(lines_of(std::string_view("nul\0in\n\xff\xfe", 9)),
            (Lines{std::string("nul\0in", 6), "\xff\xfe"}));
  EXPECT_EQ(failure_, "");
}

TEST_P(FileTest, lines_cross_chunks_of_any_size) {
  Random random(test_seed(7));
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(test_seed(7)));
  Lines expected;
  std::string content;
  for (int i = 0; i < 200; ++i) {
    std::string line(random.below(random.once_in(10) ? 300 : 20), ' ');
    for (char& letter : line) letter = static_cast<char>('a' + random.below(26));
    content += line + (random.once_in(3) ? "\r\n" : "\n");
    expected.push_back(std::move(line));
  }
  for (std::uint32_t const chunk_bytes : {1u, 7u, 64u, 4096u}) {
    FileLimits limits;
    limits.chunk_bytes = chunk_bytes;
    EXPECT_EQ(lines_of(content, limits), expected) << chunk_bytes;
  }
}

TEST_P(FileTest, a_tick_is_given_a_chunk_at_most) {
  std::string content;
  for (int i = 0; i < 1000; ++i) content += "line " + std::to_string(i) + "\n";
  files_.put("in", content);
  FileLimits limits;
  limits.chunk_bytes = 100;
  std::vector<std::size_t> bytes_of_tick;
  worker().add(flow(source_file<View>(worker(), files_.path("in"), limits) >>
                    for_each([&](Context const& context, View line) {
                      bytes_of_tick.resize(context.current_tick + 1);
                      bytes_of_tick.back() += line.size() + 1;
                    })));
  worker().run_to_end();
  EXPECT_LE(*std::max_element(bytes_of_tick.begin(), bytes_of_tick.end()), 200u);
  EXPECT_GE(bytes_of_tick.size(), content.size() / 200);
}

TEST_P(FileTest, views_are_valid_until_their_tick_ends) {
  std::string content;
  for (int i = 0; i < 500; ++i) content += std::to_string(i) + ",";
  std::string file = content;
  std::replace(file.begin(), file.end(), ',', '\n');
  files_.put("in", file);
  FileLimits limits;
  limits.chunk_bytes = 64;
  make_worker({.items = 3});  // a tick goes on for many turns, while the next chunk is read
  std::string joined;
  worker().add(flow(source_file<View>(worker(), files_.path("in"), limits) >>
                    fold([] { return std::vector<View>{}; },
                         [](std::vector<View>& all, View line) { all.push_back(line); }) >>
                    for_each([&](std::vector<View> const& all) {
                      for (View const& line : all) joined += std::string(line.text()) + ",";
                    })));
  worker().run_to_end();
  EXPECT_EQ(joined, content);
}

TEST_P(FileTest, a_missing_file_ends_the_flow_by_name) {
  int count = 0;
  static constexpr node<"words"> words;
  FlowHandle const handle =
      worker().add(flow(words = source_file(worker(), files_.path("missing")),
                        words >> for_each([&](std::string const&) { ++count; })));
  ASSERT_TRUE(until([&] { return handle.failure() != nullptr; }));
  EXPECT_EQ(failure_in_files(handle), "words: open missing: No such file or directory");
  EXPECT_EQ(count, 0);
}

TEST_P(FileTest, a_missing_file_is_data_if_asked_for) {
  Lines seen;
  FlowHandle const handle = worker().add(
      flow(source_file<Result<std::string>>(worker(), files_.path("missing")) >>
           for_each([&](Result<std::string> const& line) {
             seen.push_back(line ? line.value() : "error " + std::to_string(line.error().code));
           })));
  worker().run_to_end();
  EXPECT_EQ(seen, Lines{"error 2"});
  EXPECT_EQ(failure_of(handle), "");
}

TEST_P(FileTest, a_line_that_is_too_long_ends_the_flow_after_those_before_it) {
  FileLimits limits;
  limits.line_bytes_max = 10;
  for (std::uint32_t const chunk_bytes : {4u, 4096u}) {
    limits.chunk_bytes = chunk_bytes;
    EXPECT_EQ(lines_of("short\n0123456789\n0123456789\r\n01234567890\nmore\n", limits),
              (Lines{"short", "0123456789", "0123456789"}))
        << chunk_bytes;
    EXPECT_EQ(failure_, "source_file: read in: line 4 is longer than 10 bytes");
    EXPECT_EQ(lines_of("0123456789012345678901234567890", limits), Lines{}) << chunk_bytes;
    EXPECT_EQ(failure_, "source_file: read in: line 1 is longer than 10 bytes");
  }
}

TEST_P(FileTest, what_a_pipe_brings_comes_as_it_comes) {
  files_.make_pipe("pipe");
  Lines lines;
  FlowHandle const handle =
      worker().add(flow(source_file(worker(), files_.path("pipe")) >>
                        for_each([&](std::string line) { lines.push_back(std::move(line)); })));
  run_for(2 * milliseconds);
  files_.feed("pipe", "one\ntw");
  ASSERT_TRUE(until([&] { return lines.size() == 1; }));
  run_for(2 * milliseconds);
  EXPECT_EQ(lines, Lines{"one"});
  files_.feed("pipe", "o\nthree");
  ASSERT_TRUE(until([&] { return lines.size() == 2; }));
  files_.end("pipe");
  worker().run_to_end();
  EXPECT_EQ(lines, (Lines{"one", "two", "three"}));
  EXPECT_TRUE(handle.ended());
}

TEST_P(FileTest, stop_does_not_wait_for_a_pipe) {
  files_.make_pipe("pipe");
  Lines lines;
  FlowHandle handle =
      worker().add(flow(source_file(worker(), files_.path("pipe")) >>
                        for_each([&](std::string line) { lines.push_back(std::move(line)); })));
  files_.feed("pipe", "read\nunfinished");
  ASSERT_TRUE(until([&] { return lines.size() == 1; }));
  worker().stop();
  Instant const before = worker().clock().now();
  worker().run();
  EXPECT_TRUE(handle.ended());
  EXPECT_EQ(lines, Lines{"read"});
  EXPECT_LT(worker().clock().now() - before, 4 * seconds);
}

TEST_P(FileTest, a_worker_may_die_with_a_read_in_flight) {
  files_.make_pipe("pipe");
  worker().add(flow(source_file(worker(), files_.path("pipe")) >> for_each([](std::string) {})));
  run_for(1 * milliseconds);
  worker_.reset();
}

TEST_P(FileTest, a_flow_that_throws_stops_reading) {
  files_.make_pipe("pipe");
  FlowHandle handle = worker().add(flow(source_file(worker(), files_.path("pipe")) >>
                                        for_each([](std::string const&) { throw "no"; })));
  files_.feed("pipe", "line\n");
  ASSERT_TRUE(until([&] { return handle.failure() != nullptr; }));
  ASSERT_TRUE(until([&] { return worker().ring().pending_count() == 0; }));
  worker().stop();
  worker().run();
  EXPECT_TRUE(handle.ended());
}

// While a sink downstream is full the tick goes on for long; meanwhile one chunk is read, no more.
TEST_P(FileTest, reads_no_further_than_a_chunk_ahead_of_a_tick_that_stands_still) {
  files_.make_pipe("pipe");
  FileLimits limits;
  limits.chunk_bytes = 16;
  Hold* held = nullptr;
  FlowHandle handle = worker().add(flow(source_file(worker(), files_.path("pipe"), limits) >>
                                        for_each([&](std::string const&) { held->set(); })));
  Hold hold(handle.graph());
  held = &hold;
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += "0123456\n";
  files_.feed("pipe", bytes);
  ASSERT_TRUE(until([&] { return hold.is_set(); }));
  run_for(5 * milliseconds);
  std::uint64_t const enters = worker().ring().counters().enters;
  run_for(5 * milliseconds);
  EXPECT_LT(worker().ring().counters().enters - enters, 20u) << "it sleeps";
  if (simulated()) {
    EXPECT_GE(test_.world()->files().content("pipe").size(), bytes.size() - 3 * 16);
  }
  hold.release();
}

// ---- source_stdin -------------------------------------------------------------------------------

TEST_P(FileTest, standard_input_is_lines_until_it_ends) {
  files_.replace_input();
  Lines lines;
  FlowHandle const handle =
      worker().add(flow(source_stdin(worker()) >>
                        for_each([&](std::string line) { lines.push_back(std::move(line)); })));
  files_.feed(TestFiles::input, "hello\nwor");
  ASSERT_TRUE(until([&] { return lines.size() == 1; }));
  files_.feed(TestFiles::input, "ld");
  files_.end(TestFiles::input);
  worker().run_to_end();
  EXPECT_EQ(lines, (Lines{"hello", "world"}));
  EXPECT_TRUE(handle.ended());
}

TEST_P(FileTest, standard_input_may_be_a_file) {
  files_.replace_input("one\ntwo\n");
  Lines lines;
  worker().add(flow(source_stdin(worker()) >>
                    for_each([&](std::string line) { lines.push_back(std::move(line)); })));
  worker().run_to_end();
  EXPECT_EQ(lines, (Lines{"one", "two"}));
}

class RealFileTest : public FileTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, RealFileTest, testing::ValuesIn(test_kernels_not_named("sim")),
                         name_of);

// Whoever shares a terminal may have set it not to wait.
TEST_P(RealFileTest, standard_input_may_be_a_terminal_that_waits_or_not) {
  for (bool const waits : {true, false}) {
    files_.replace_input_by_terminal(waits);
    Lines lines;
    FlowHandle const handle =
        worker().add(flow(source_stdin(worker()) >>
                          for_each([&](std::string line) { lines.push_back(std::move(line)); })));
    run_for(1 * milliseconds);
    files_.feed(TestFiles::input, "typed\n");
    ASSERT_TRUE(until([&] { return lines.size() == 1; }));
    std::uint64_t const enters = worker().ring().counters().enters;
    run_for(5 * milliseconds);
    EXPECT_LT(worker().ring().counters().enters - enters, 20u) << "it sleeps";
    files_.feed(TestFiles::input, "and\nmore\n");
    ASSERT_TRUE(until([&] { return lines.size() == 3; }));
    EXPECT_EQ(lines, (Lines{"typed", "and", "more"}));
    worker().stop();  // with a read in flight
    worker().run();
    EXPECT_TRUE(handle.ended());
    EXPECT_EQ(worker().ring().pending_count(), 0u);
    make_worker({});
  }
}

TEST_P(RealFileTest, a_folder_cannot_be_read) {
  FlowHandle const handle = worker().add(
      flow(source_file(worker(), files_.path("")) >> for_each([](std::string const&) {})));
  ASSERT_TRUE(until([&] { return handle.failure() != nullptr; }));
  EXPECT_TRUE(failure_of(handle).ends_with(": Is a directory")) << failure_of(handle);
}

TEST_P(RealFileTest, a_full_disk_ends_the_flow_and_says_so) {
  std::vector<int> const numbers(1000);
  FlowHandle const handle =
      worker().add(flow(source_iter(numbers) >> dest_file(worker(), "/dev/full")));
  worker().run_to_end();
  EXPECT_EQ(failure_of(handle), "dest_file: write /dev/full: No space left on device");
  EXPECT_EQ(worker().ring().pending_count(), 0u);
}

// ---- dest_file ----------------------------------------------------------------------------------

TEST_P(FileTest, a_line_is_written_for_each_item) {
  worker().add(flow(source_iter(std::vector<std::string>{"one", "", "three"}) >>
                    dest_file(worker(), files_.path("out"))));
  worker().run_to_end();
  EXPECT_EQ(files_.content("out"), "one\n\nthree\n");
}

TEST_P(FileTest, numbers_and_views_are_written_as_text) {
  files_.put("in", "1\n22\n");
  worker().add(flow(
      source_iter(std::vector<int>{-7, 0, 2'000'000'000}) >>
          dest_file(worker(), files_.path("int")),
      source_iter(std::vector<std::uint64_t>{~0ull}) >>
          dest_file(worker(), files_.path("unsigned")),
      source_iter(std::vector<float>{0.1f}) >> dest_file(worker(), files_.path("float")),
      source_iter(std::vector<double>{0.1, 1e300}) >> dest_file(worker(), files_.path("double")),
      source_iter(std::vector<char const*>{"c"}) >> dest_file(worker(), files_.path("c"))));
  worker().add(flow(source_file<View>(worker(), files_.path("in")) >>
                    dest_file(worker(), files_.path("views"))));
  worker().run_to_end();
  EXPECT_EQ(files_.content("int"), "-7\n0\n2000000000\n");
  EXPECT_EQ(files_.content("unsigned"), "18446744073709551615\n");
  EXPECT_EQ(files_.content("float"), "0.1\n");
  EXPECT_EQ(files_.content("double"), "0.1\n1e+300\n");
  EXPECT_EQ(files_.content("c"), "c\n");
  EXPECT_EQ(files_.content("views"), "1\n22\n");
}

TEST_P(FileTest, lines_go_to_standard_output) {
  files_.replace_output();
  worker().add(flow(source_iter(std::vector<int>{1, 2}) >> dest_stdout(worker())));
  worker().run_to_end();
  files_.restore_output();
  EXPECT_EQ(files_.content(TestFiles::output), "1\n2\n");
}

TEST_P(FileTest, a_file_is_replaced_or_appended_to) {
  files_.put("old", "much longer than what comes\n");
  files_.put("log", "before\n");
  worker().add(flow(source_iter(std::vector<std::string>{"new"}) >>
                    dest_file(worker(), files_.path("old"))));
  worker().add(flow(source_iter(std::vector<std::string>{"after"}) >>
                    dest_file(worker(), files_.path("log"), FileUse::append)));
  worker().run_to_end();
  EXPECT_EQ(files_.content("old"), "new\n");
  EXPECT_EQ(files_.content("log"), "before\nafter\n");
}

TEST_P(FileTest, a_file_is_copied_whole_however_small_the_chunks) {
  std::string content;
  for (int i = 0; i < 3000; ++i) content += "line number " + std::to_string(i * i) + "\n";
  files_.put("in", content);
  FileLimits limits;
  limits.chunk_bytes = 500;
  limits.unwritten_mark_bytes = 700;
  make_worker({.items = 7});
  worker().add(flow(source_file(worker(), files_.path("in"), limits) >>
                    dest_file(worker(), files_.path("out"), FileUse::write, limits)));
  worker().run_to_end();
  EXPECT_TRUE(files_.content("out") == content);
}

TEST_P(FileTest, stop_writes_what_ended_ticks_gave) {
  Channel<std::string> channel;
  FlowHandle handle =
      worker().add(flow(source_stream(channel) >> dest_file(worker(), files_.path("out"))));
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    channel.send(std::to_string(i));
    expected += std::to_string(i) + "\n";
  }
  worker().stop();
  worker().run();
  EXPECT_TRUE(handle.ended());
  EXPECT_EQ(files_.content("out"), expected);
}

TEST_P(FileTest, nothing_is_written_of_a_tick_that_fails) {
  Channel<int> channel;
  FlowHandle handle = worker().add(flow(source_stream(channel) >> map([](int number) {
                                          if (number == 3) throw std::runtime_error("three");
                                          return number;
                                        }) >>
                                        dest_file(worker(), files_.path("out"))));
  channel.send(1);
  handle.run_tick();
  channel.send(2);
  channel.send(3);
  ASSERT_TRUE(until([&] { return handle.failure() != nullptr; }));
  worker().stop();
  worker().run();
  EXPECT_EQ(failure_of(handle), "map: three");
  EXPECT_EQ(files_.content("out"), "1\n");
}

TEST_P(FileTest, what_cannot_be_opened_for_writing_ends_the_flow_by_name) {
  static constexpr node<"report"> report;
  std::string const path = simulated() ? "" : files_.path("no/such/folder");
  FlowHandle handle = worker().add(
      flow(report = dest_file(worker(), path), source_iter(std::vector<int>{1}) >> report));
  ASSERT_TRUE(until([&] { return handle.failure() != nullptr; }));
  EXPECT_EQ(failure_of(handle), "report: open " + path + ": No such file or directory");
}

TEST_P(FileTest, a_tick_is_held_while_a_pipe_is_full_and_goes_on) {
  files_.make_pipe("pipe");
  FileLimits limits;
  limits.unwritten_mark_bytes = 1000;
  Channel<int> channel;
  FlowHandle handle = worker().add(
      flow(source_stream(channel) >>
           map([](int number) { return std::to_string(number) + std::string(100'000, '.'); }) >>
           dest_file(worker(), files_.path("pipe"), FileUse::write, limits)));
  run_for(1 * milliseconds);
  for (int i = 1; i <= 3; ++i) {
    channel.send(i);
    run_for(1 * milliseconds);
  }
  EXPECT_TRUE(handle.graph().held());
  EXPECT_TRUE(handle.graph().mid_tick());
  std::uint64_t const enters = worker().ring().counters().enters;
  run_for(3 * milliseconds);
  EXPECT_LT(worker().ring().counters().enters - enters, 20u) << "it sleeps";
  std::string received;
  ASSERT_TRUE(until([&] {
    received += files_.take("pipe");
    return received.size() == 3 * 100'002;
  }));
  EXPECT_EQ(received[0], '1');
  EXPECT_EQ(received[100'002], '2');
  EXPECT_EQ(received[200'004], '3');
  EXPECT_FALSE(handle.graph().held());
}

TEST_P(FileTest, a_pipe_that_nobody_reads_any_more_ends_the_flow) {
  auto const before = std::signal(SIGPIPE, SIG_IGN);
  files_.make_pipe("pipe");
  Channel<int> channel;
  FlowHandle handle =
      worker().add(flow(source_stream(channel) >> dest_file(worker(), files_.path("pipe"))));
  run_for(1 * milliseconds);
  files_.abandon("pipe");
  channel.send(1);
  ASSERT_TRUE(until([&] { return handle.failure() != nullptr; }));
  EXPECT_EQ(failure_in_files(handle), "dest_file: write pipe: Broken pipe");
  std::signal(SIGPIPE, before);
}

TEST_P(FileTest, a_stop_in_time_gives_up_what_a_full_pipe_does_not_take) {
  files_.make_pipe("pipe");
  make_worker({}, 50 * milliseconds);
  FlowHandle handle =
      worker().add(flow(source_iter(std::vector<std::string>{std::string(1'000'000, 'x')}) >>
                        dest_file(worker(), files_.path("pipe"))));
  run_for(1 * milliseconds);
  worker().stop();
  worker().run();
  EXPECT_TRUE(handle.ended());
  EXPECT_EQ(worker().ring().pending_count(), 0u);
}

// ---- a disk with faults -------------------------------------------------------------------------

class SimulatedFileTest : public FileTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, SimulatedFileTest, testing::ValuesIn(sim_kernels()), name_of);

TEST_P(SimulatedFileTest, an_error_of_the_disk_ends_the_flow_after_the_lines_before_it) {
  std::string content;
  for (int i = 0; i < 200; ++i) content += std::to_string(i) + "\n";
  files_.put("in", content);
  SimOptions options = test_.world()->options();
  options.file_error_once_in = 20;
  test_.world()->set_options(options);
  FileLimits limits;
  limits.chunk_bytes = 8;
  Lines lines;
  FlowHandle handle =
      worker().add(flow(source_file(worker(), files_.path("in"), limits) >>
                        for_each([&](std::string line) { lines.push_back(std::move(line)); })));
  worker().run_to_end();
  EXPECT_EQ(failure_of(handle), "source_file: read in: Input/output error");
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i], std::to_string(i));
  EXPECT_LT(lines.size(), 200u);
}

TEST_P(SimulatedFileTest, a_full_disk_ends_the_flow) {
  SimOptions options = test_.world()->options();
  options.disk_bytes_max = 1000;
  test_.world()->set_options(options);
  std::vector<int> numbers(1000);
  FlowHandle handle =
      worker().add(flow(source_iter(numbers) >> dest_file(worker(), files_.path("out"))));
  worker().run_to_end();
  EXPECT_EQ(failure_of(handle), "dest_file: write out: No space left on device");
  EXPECT_EQ(files_.content("out").size(), 1000u);
}

}  // namespace
}  // namespace weir
