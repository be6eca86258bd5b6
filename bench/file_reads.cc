// Weir's side of the file benchmark: random reads of 4 KiB, so many at a time, past the page cache
// and into registered memory. Prints what one of them costs in CPU time.
//
//   file_reads --file PATH [--depth N] [--seconds S] [--warmup S] [--cpu N] [--seed N]

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "weir/base/random.h"
#include "weir/ring/region.h"
#include "weir/ring/ring.h"

namespace weir::bench {
namespace {

constexpr std::uint32_t block_bytes = 4096;
// The disk works on these while the next ones are being made. With a queue for all of them it would
// stand still meanwhile: 66,000 reads a second instead of 74,000 to 79,000, for the same CPU time.
constexpr std::uint32_t handed_over_at_once = 8;

struct Reader {
  Ring& ring;
  Region const& region;
  int descriptor = -1;
  std::uint64_t block_count = 0;
  Random random;
  std::vector<Completion> reads;
  std::uint64_t read_count = 0;
  bool stopping = false;

  void start() {
    for (Completion& read : reads) {
      read.context = this;
      read.callback = [](Completion& self, Outcome outcome) {
        static_cast<Reader*>(self.context)->on_read(self, outcome.result);
      };
      next(read);
    }
  }
  void next(Completion& read) {
    auto const index = static_cast<std::size_t>(&read - reads.data());
    ring.read(read, descriptor, region, region.memory().data() + index * block_bytes, block_bytes,
              random.below(block_count) * block_bytes);
  }
  void on_read(Completion& read, std::int32_t result) {
    if (result < 0) fail("read", -result);
    if (result != static_cast<std::int32_t>(block_bytes)) fail("read a whole block", EIO);
    ++read_count;
    if (!stopping) next(read);
  }
};

std::uint64_t run_for(Reader& reader, double seconds_to_run) {
  std::uint64_t const before = reader.read_count;
  std::uint64_t const end = now_ns() + static_cast<std::uint64_t>(seconds_to_run * 1e9);
  while (now_ns() < end) {
    for (int i = 0; i < 64; ++i) reader.ring.step(Wait::park);
  }
  return reader.read_count - before;
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  std::string const path = arguments.text("file", "");
  auto const depth = arguments.number("depth", 32u);
  double const measured_s = arguments.number("seconds", 2.0);
  double const warmup_s = arguments.number("warmup", 0.5);
  pin_to(static_cast<int>(arguments.number("cpu", -1)));
  auto const seed = arguments.number("seed", std::uint64_t{1});
  arguments.refuse_the_rest();

  int const descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC);
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) fail(path.c_str());
  auto const block_count = static_cast<std::uint64_t>(status.st_size) / block_bytes;
  if (block_count == 0) fail(path.c_str(), ENODATA);

  Setup setup;
  setup.submission_count = handed_over_at_once;
  auto made = Ring::make(make_uring_kernel(), setup);
  if (!made) fail(made.error().message.c_str(), made.error().code);
  Ring& ring = **made;
  void* memory = nullptr;
  std::size_t const memory_bytes = std::size_t{depth} * block_bytes;
  if (::posix_memalign(&memory, block_bytes, memory_bytes) != 0) fail("posix_memalign", ENOMEM);
  {
    Region const region(ring, {static_cast<std::byte*>(memory), memory_bytes});
    if (!region.pinned()) fail("register memory", ENOMEM);
    Reader reader{ring,        region,       descriptor,
                  block_count, Random(seed), std::vector<Completion>(depth)};
    reader.start();
    run_for(reader, warmup_s);
    std::uint64_t const cpu_before = cpu_ns_of(::getpid());
    std::uint64_t const begin = now_ns();
    std::uint64_t const reads = run_for(reader, measured_s);
    std::uint64_t const cpu_ns = cpu_ns_of(::getpid()) - cpu_before;
    double const elapsed_s = static_cast<double>(now_ns() - begin) / 1e9;
    reader.stopping = true;
    ring.finish();
    std::printf("{\"reads\": %llu, \"cpu_ns_per_read\": %.1f, \"reads_per_s\": %.0f}\n",
                static_cast<unsigned long long>(reads),
                static_cast<double>(cpu_ns) / static_cast<double>(reads),
                static_cast<double>(reads) / elapsed_s);
  }
  std::free(memory);
  ::close(descriptor);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
