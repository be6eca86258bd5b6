// cat [FILE...]: copies files, or standard input, to standard output: a loop of a coroutine whose
// one buffer goes to the kernel and comes back with each result. SIGTERM and SIGINT end the
// reading: what was read is written.
#include <poll.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "weir/ring/async.h"
#include "weir/ring/kernel.h"
#include "weir/ring/scope.h"
#include "weir/ring/stop_on_signals.h"
#include "weir/ring/when.h"

namespace {

using namespace weir;

constexpr std::uint32_t buffer_bytes = 64 * 1024;

// The first bytes of `buffer`, as many calls as that takes.
task<std::int32_t> write_all(Async ring, Descriptor const& to, Buffer& buffer, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    auto [count, part] = co_await ring.write(to, Part<Buffer>(std::move(buffer), done, size));
    buffer = std::move(part.whole);
    if (count > 0) done += static_cast<std::size_t>(count);
    else if (count == -EAGAIN) count = co_await ring.poll(to, POLLOUT);
    if (count < 0) co_return count;
  }
  co_return 0;
}

// How many bytes there are, at the end 0, or -errno. Where somebody has set a terminal not to wait,
// the ring waits for it.
task<std::int32_t> read_some(Async ring, Descriptor const& from, Buffer& buffer) {
  for (;;) {
    auto [count, filled] = co_await ring.read(from, std::move(buffer));
    buffer = std::move(filled);
    if (count == -EAGAIN) count = co_await ring.poll(from, POLLIN);
    else co_return count;
    if (count < 0) co_return count;
  }
}

// 0, or -errno. A stop ends it between two reads.
task<std::int32_t> copy(Async ring, Descriptor const& from, Descriptor const& to, Stop& stop) {
  for (Buffer buffer = Buffer::of_size(buffer_bytes);;) {
    std::int32_t count = co_await with_stop(stop, read_some(ring, from, buffer));
    if (count == -ECANCELED) co_return 0;
    if (count > 0) count = co_await write_all(ring, to, buffer, static_cast<std::size_t>(count));
    else co_return count;
    if (count < 0) co_return count;
  }
}

task<int> copy_all(Async ring, std::vector<std::string> const& paths, Stop& stop) {
  Descriptor const output = ring.borrow(1);
  int failures = 0;
  for (std::string const& path : paths) {
    if (stop.requested()) break;
    bool const is_input = path == "-";
    Result<Descriptor> from =
        is_input ? Result<Descriptor>(ring.borrow(0)) : ring.open_file(path, FileUse::read);
    std::string error = from ? "" : from.error().message;
    if (from) {
      std::int32_t const result = co_await copy(ring, *from, output, stop);
      if (result < 0) error = "copy " + path + ": " + std::strerror(-result);
    }
    if (error.empty()) continue;
    std::fprintf(stderr, "cat: %s\n", error.c_str());
    ++failures;
  }
  co_return failures;
}

task<int> run(Async ring, Signals& signals, std::vector<std::string> const& paths) {
  Stop stop;
  Stop hurry;
  Scope watch;
  static_cast<void>(watch.spawn(stop_on_signals(ring, signals, stop, hurry)));
  int const failures = co_await with_stop(hurry, copy_all(ring, paths, stop));
  watch.stop();
  co_await watch.join();
  co_return failures;
}

}  // namespace

int main(int count, char** arguments) {
  Signals signals;  // outlives the ring, which may still read into it
  Result<std::unique_ptr<Ring>> made = Ring::make(make_kernel());
  Result<void> const opened =
      made ? signals.open(**made, std::array{SIGINT, SIGTERM}) : Result<void>(made.error());
  if (!opened) {
    std::fprintf(stderr, "cat: %s\n", opened.error().message.c_str());
    return 1;
  }
  std::unique_ptr<Ring> const ring = std::move(made).value();
  std::vector<std::string> paths(arguments + 1, arguments + count);
  if (paths.empty()) paths.emplace_back("-");
  return block_on(*ring, run(Async(*ring), signals, paths)) == 0 ? 0 : 1;
}
