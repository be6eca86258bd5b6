// cat [FILE...]: copies files, or standard input, to standard output: a loop of a coroutine whose
// one buffer goes to the kernel and comes back with each result.
#include <poll.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "weir/ring/async.h"
#include "weir/ring/kernel.h"

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

// 0, or -errno. Where somebody has set a terminal not to wait, the ring waits for it.
task<std::int32_t> copy(Async ring, Descriptor const& from, Descriptor const& to) {
  for (Buffer buffer = Buffer::of_size(buffer_bytes);;) {
    auto [count, filled] = co_await ring.read(from, std::move(buffer));
    buffer = std::move(filled);
    if (count == -EAGAIN) count = co_await ring.poll(from, POLLIN);
    else if (count <= 0) co_return count;
    else count = co_await write_all(ring, to, buffer, static_cast<std::size_t>(count));
    if (count < 0) co_return count;
  }
}

task<int> copy_all(Async ring, std::vector<std::string> paths) {
  Descriptor const output = ring.borrow(1);
  int failures = 0;
  for (std::string const& path : paths) {
    bool const is_input = path == "-";
    Result<Descriptor> from =
        is_input ? Result<Descriptor>(ring.borrow(0)) : ring.open_file(path, FileUse::read);
    std::string error = from ? "" : from.error().message;
    if (from) {
      std::int32_t const result = co_await copy(ring, *from, output);
      if (result < 0) error = "copy " + path + ": " + std::strerror(-result);
    }
    if (error.empty()) continue;
    std::fprintf(stderr, "cat: %s\n", error.c_str());
    ++failures;
  }
  co_return failures;
}

}  // namespace

int main(int count, char** arguments) {
  Result<std::unique_ptr<Ring>> made = Ring::make(make_kernel());
  if (!made) {
    std::fprintf(stderr, "cat: %s\n", made.error().message.c_str());
    return 1;
  }
  std::unique_ptr<Ring> const ring = std::move(made).value();
  std::vector<std::string> paths(arguments + 1, arguments + count);
  if (paths.empty()) paths.emplace_back("-");
  return block_on(*ring, copy_all(Async(*ring), std::move(paths))) == 0 ? 0 : 1;
}
