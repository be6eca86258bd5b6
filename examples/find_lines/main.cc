// find_lines TEXT [FILE]: prints the lines of FILE, or of standard input, that contain TEXT, each
// with its number. A flow that ends with its input, or with SIGTERM or SIGINT: what has been read
// by then is searched and printed.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "weir/weir.h"

namespace {

using namespace weir;

struct Numbered {
  std::uint64_t number;
  std::string line;
};

auto find_in(auto source, Worker& worker, std::string text) {
  std::uint64_t count = 0;
  return flow(
      std::move(source) >> map([count](std::string line) mutable {
        return Numbered{++count, std::move(line)};
      }) >>
      filter([text](Numbered const& one) { return one.line.find(text) != text.npos; }) >>
      map([](Numbered const& one) { return std::to_string(one.number) + ":" + one.line; }) >>
      dest_stdout(worker));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2 && count != 3) {
    std::fprintf(stderr, "usage: find_lines TEXT [FILE]\n");
    return 2;
  }
  auto made = Worker::make();
  if (!made) {
    std::fprintf(stderr, "find_lines: %s\n", made.error().message.c_str());
    return 1;
  }
  std::unique_ptr<Worker> const worker = std::move(made).value();
  std::string const text = arguments[1];
  FlowHandle const handle =
      count == 3 ? worker->add(find_in(source_file(*worker, arguments[2]), *worker, text))
                 : worker->add(find_in(source_stdin(*worker), *worker, text));
  if (Result<void> const told = worker->stop_on_signals(); !told) {
    std::fprintf(stderr, "find_lines: %s\n", told.error().message.c_str());
    return 1;
  }
  worker->run_to_end();
  if (handle.failure() == nullptr) return 0;
  std::fprintf(stderr, "find_lines: %s\n", handle.failure()->what.c_str());
  return 1;
}
