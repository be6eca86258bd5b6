// A node that holds ops in memory and gives them to whoever asks:
//
//   fetch_holder [--cpu N] [--ops N] [--size BYTES] [--slow BYTES_PER_SECOND] [--silent]
//
// It says `listening PORT` once it holds the ops 0 to N - 1, and serves until it is told to stop. A
// slow one rests after each of its turns, so that it gives no more than that; a silent one takes
// connections and reads, and never answers.
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

#include "bench/arguments.h"
#include "bench/fetch_ops.h"
#include "bench/host.h"
#include "weir/p2p/fetch.h"
#include "weir/store/memory_store.h"
#include "weir/worker/worker.h"

namespace weir::bench {
namespace {

// What a slow holder gives in one of its turns.
constexpr std::uint32_t slow_turn_bytes = 16u << 10;

void announce(int port_number) {
  std::printf("listening %d\n", port_number);
  std::fflush(stdout);
}

int be_silent() {
  int const listener = listen_on_loopback(0, 0);
  announce(port_number_of(listener));
  std::vector<pollfd> watched{{listener, POLLIN, 0}};
  std::vector<char> unread(1u << 16);
  for (;;) {  // until it is killed
    if (poll(watched.data(), watched.size(), -1) < 0) fail("poll");
    std::size_t const count = watched.size();
    for (std::size_t i = 1; i < count; ++i) {
      if (watched[i].revents == 0) continue;
      if (read(watched[i].fd, unread.data(), unread.size()) <= 0) watched[i].fd = -1;
    }
    if ((watched[0].revents & POLLIN) != 0) {
      int const taken = accept(listener, nullptr, nullptr);
      if (taken >= 0) watched.push_back({taken, POLLIN, 0});
    }
  }
}

void fill(MemoryStore& store, std::uint64_t count, std::uint32_t size) {
  FetchOps ops(size);
  Committed committed;
  for (std::uint64_t number = 0; number < count; ++number) {
    Op op = ops.make(number);
    if (!store.process_incoming({&op, 1}, committed).ok()) fail("the store", ENOMEM);
  }
}

struct Setting {
  std::uint64_t ops;
  std::uint32_t size;
  std::uint64_t slow;  // bytes per second; 0: as quick as it can
};

int serve(Setting const& setting) {
  auto worker = Worker::make();
  if (!worker.ok()) fail(worker.error().message.c_str(), worker.error().code);
  auto listener = (*worker)->listen(Address::loopback(0));
  if (!listener.ok()) fail(listener.error().message.c_str(), listener.error().code);
  MemoryStore store(now_ns());
  fill(store, setting.ops, setting.size);
  FetchOptions options{.space = "bench"};
  if (setting.slow > 0) {
    options.policy.response_bytes_max = slow_turn_bytes;
    options.policy.serve_bytes_per_tick = slow_turn_bytes;
  }
  PeerLinks links(*listener, nullptr);
  Fetch fetch(**worker, links, options);
  fetch.run(store);
  if (Result<void> const done = (*worker)->stop_on_signals(); !done.ok())
    fail(done.error().message.c_str(), done.error().code);
  announce((*listener)->address().port_number());
  if (setting.slow == 0) (*worker)->run();
  for (std::uint64_t served = 0; !(*worker)->stopped();) {
    (*worker)->step();
    std::uint64_t const bytes = fetch.serve_counters().bytes_served - served;
    served += bytes;
    usleep(static_cast<useconds_t>(bytes * 1'000'000 / setting.slow));
  }
  return 0;
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  pin_to(arguments.number("cpu", -1));
  Setting setting{};
  setting.ops = arguments.number("ops", std::uint64_t{100'000});
  setting.size = arguments.number("size", 1024u);
  setting.slow = arguments.number("slow", std::uint64_t{0});
  bool const silent = arguments.flag("silent");
  arguments.refuse_the_rest();
  return silent ? be_silent() : serve(setting);
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
