// A node that keeps in step with another one over loopback, both with stores in memory:
//
//   sync_node hold [--cpu N] [--ops N] [--size BYTES]
//   sync_node join --port N [--cpu N] [--ops N] [--size BYTES] [--differ N] [--where WHERE]
//
// The first holds the ops 0 to N - 1, says `listening PORT`, and serves until it is told to stop.
// The second knows nothing of it but that. It holds nothing; or, with --differ, all of these ops
// but half as many as differ, and as many others: the newest, or `scattered` among all.
//
// Its last line is JSON: `seconds` from the first call to the last op stored and told of, the ops
// that it has stored, and what has been said beside them: `round_trips` of the session, `bytes`.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "bench/arguments.h"
#include "bench/fetch_ops.h"
#include "bench/host.h"
#include "weir/p2p/fetch.h"
#include "weir/p2p/sync.h"
#include "weir/store/memory_store.h"
#include "weir/worker/worker.h"

namespace weir::bench {
namespace {

constexpr std::uint64_t run_seconds_max = 120;

struct Setting {
  std::uint64_t ops;
  std::uint32_t size;
  std::uint64_t differ;  // 0: this node holds nothing
  bool newest;
  int port_number;
};

template <class T>
T checked(Result<T> result) {
  if (!result.ok()) fail(result.error().message.c_str(), result.error().code);
  return std::move(result).value();
}

void put(MemoryStore& store, Op op) {
  Committed committed;
  if (!store.process_incoming({&op, 1}, committed).ok()) fail("the store", ENOMEM);
}

void hold(MemoryStore& store, std::uint64_t count, std::uint32_t size) {
  FetchOps ops(size);
  for (std::uint64_t number = 0; number < count; ++number) put(store, ops.make(number));
}

void hold_others(MemoryStore& store, Setting const& setting) {
  FetchOps ops(setting.size);
  std::uint64_t const half = setting.differ / 2;
  std::uint64_t const step = setting.newest ? 1 : setting.ops / half;
  std::uint64_t const first = setting.newest ? setting.ops - half : 0;
  for (std::uint64_t number = 0; number < setting.ops; ++number) {
    bool const lacks =
        number >= first && (number - first) % step == 0 && (number - first) / step < half;
    if (!lacks) put(store, ops.make(number));
  }
  for (std::uint64_t n = 0; n < half; ++n) {
    Op op = ops.make(setting.ops + n);
    if (!setting.newest) op.created_at = 1 + n * step + step / 2;
    put(store, std::move(op));
  }
}

int be_held(Setting const& setting) {
  std::unique_ptr<Worker> const worker = checked(Worker::make());
  Endpoint& listener = *checked(worker->listen(Address::loopback(0)));
  MemoryStore store(now_ns());
  hold(store, setting.ops, setting.size);
  PeerLinks links(&listener, &worker->make_dialer());
  Fetch fetch(*worker, links, {.space = "bench"});
  Sync sync(fetch);
  if (!sync.run(store).ok()) fail("the store");
  if (Result<void> const done = worker->stop_on_signals(); !done.ok())
    fail(done.error().message.c_str(), done.error().code);
  std::printf("listening %d\n", listener.address().port_number());
  std::fflush(stdout);
  worker->run();
  return 0;
}

int join(Setting const& setting) {
  std::unique_ptr<Worker> const worker = checked(Worker::make());
  MemoryStore store(now_ns());
  if (setting.differ > 0) hold_others(store, setting);
  PeerLinks links(nullptr, &worker->make_dialer());
  Fetch fetch(*worker, links, {.space = "bench"});
  Sync sync(fetch);
  if (!sync.run(store).ok()) fail("the store");
  worker->step();
  std::uint64_t const lacked = setting.differ > 0 ? setting.differ / 2 : setting.ops;
  std::uint64_t const given = setting.differ / 2;

  std::uint64_t const begun = now_ns();
  sync.keep_link(links.peer_at(Address::loopback(static_cast<std::uint16_t>(setting.port_number))));
  while (fetch.counters().ops_stored < lacked || fetch.serve_counters().ops_served < given ||
         sync.counters().sessions_done == 0) {
    worker->step();
    if (now_ns() - begun > run_seconds_max * 1'000'000'000) fail("syncing", ETIMEDOUT);
  }
  std::uint64_t const ended = now_ns();
  SyncCounters const& counters = sync.counters();
  std::printf("{\"seconds\": %.6f, \"ops\": %llu, \"round_trips\": %llu, \"bytes\": %llu}\n",
              static_cast<double>(ended - begun) / 1e9,
              static_cast<unsigned long long>(fetch.counters().ops_stored),
              static_cast<unsigned long long>(counters.messages_sent),
              static_cast<unsigned long long>(counters.bytes_sent + counters.bytes_received));
  return 0;
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  pin_to(arguments.number("cpu", -1));
  Setting setting{};
  setting.ops = arguments.number("ops", std::uint64_t{10'000});
  setting.size = arguments.number("size", 1024u);
  setting.differ = arguments.number("differ", std::uint64_t{0});
  setting.newest = arguments.text("where", "scattered") == "newest";
  setting.port_number = arguments.number("port", 0);
  std::string const what = arguments.word();
  arguments.refuse_the_rest();
  if (what == "hold") return be_held(setting);
  if (what == "join") return join(setting);
  std::fprintf(stderr, "sync_node: say hold or join\n");
  return 2;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
