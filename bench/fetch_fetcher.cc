// A node that wants ops of holders, each of all of them, until it has so many:
//
//   fetch_fetcher --holders PORT:PID,… [--cpu N] [--ops N] [--pending N] [--size BYTES]
//                 [--store DIR]
//
// With --pending so many ids are wanted at any time: as ops come, further ids are added, and the
// run ends when --ops of them have come. Otherwise all are wanted at once, and fetched. With
// --store they are stored when a RocksStore has them durable, otherwise when they are in memory.
//
// The last line is JSON. `seconds` are those from the first call to the last op stored, `first_s`
// those to the first; `rate` is ops per second in between those two, `cpu_us` and `holders_cpu_us`
// the time of processors that one took. `batches` are those of the store, each with one sync.
#include <malloc.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/arguments.h"
#include "bench/fetch_ops.h"
#include "bench/host.h"
#include "weir/p2p/fetch.h"
#include "weir/p2p/storage.h"
#include "weir/p2p/store_flow.h"
#include "weir/store/memory_store.h"
#include "weir/store/rocks_store.h"
#include "weir/worker/worker.h"

namespace weir::bench {
namespace {

constexpr std::uint64_t run_seconds_max = 120;

struct Holder {
  int port_number = 0;
  int pid = 0;
};

std::vector<Holder> holders_of(std::string const& text) {
  std::vector<Holder> holders;
  for (char const* at = text.c_str(); *at != '\0';) {
    Holder holder;
    int length = 0;
    if (std::sscanf(at, "%d:%d%n", &holder.port_number, &holder.pid, &length) != 2) break;
    holders.push_back(holder);
    at += length;
    if (*at == ',') ++at;
  }
  if (holders.empty()) fail("--holders", EINVAL);
  return holders;
}

std::uint64_t cpu_ns_of(std::vector<Holder> const& holders) {
  std::uint64_t sum = 0;
  for (Holder const& holder : holders) sum += bench::cpu_ns_of(holder.pid);
  return sum;
}

// Adds ids of all peers as they are needed.
class Wanting {
 public:
  Wanting(Fetch& fetch, std::vector<PeerNumber> peers, std::vector<OpId> ids, std::uint64_t most)
      : fetch_(fetch), peers_(std::move(peers)), ids_(std::move(ids)), most_(most) {}

  // So that as many are wanted as should be; a part at a time, as whoever finds out what is missing
  // would add them.
  void top_up(std::uint64_t stored) {
    std::uint64_t const part = std::max<std::uint64_t>(1, std::min<std::uint64_t>(most_ / 4, 1024));
    while (next_ < ids_.size() && next_ - stored + part <= most_) {
      std::size_t const count = std::min<std::size_t>(part, ids_.size() - next_);
      for (PeerNumber const peer : peers_) {
        if (fetch_.add_ops(std::span(ids_).subspan(next_, count), peer) != count)
          fail("add_ops", ENOBUFS);
      }
      next_ += count;
    }
  }

 private:
  Fetch& fetch_;
  std::vector<PeerNumber> const peers_;
  std::vector<OpId> const ids_;
  std::uint64_t const most_;
  std::size_t next_ = 0;
};

struct Setting {
  std::vector<Holder> holders;
  std::uint64_t ops;
  std::uint64_t pending;  // 0: all
  std::uint32_t size;
  std::string store;  // its folder; empty: in memory
};

// A store on a disk, and its thread.
class Disk {
 public:
  explicit Disk(std::string path) : path_(std::move(path)) {
    std::filesystem::remove_all(path_);
    auto opened = RocksStore::open(path_);
    if (!opened.ok()) fail(opened.error().message.c_str(), opened.error().code);
    storage_.emplace(std::move(opened).value());
    flow_.emplace(*storage_);
  }
  ~Disk() {
    flow_.reset();
    storage_.reset();
    std::filesystem::remove_all(path_);
  }

  void run(Fetch& fetch) {
    fetch.run(Fetch::Extend{[](void* flow, Graph& graph, FetchParts& parts) {
                              static_cast<StoreFlow*>(flow)->serve(graph, parts);
                            },
                            &*flow_});
  }
  std::uint64_t batches() const { return storage_->counters().batches; }

 private:
  std::string const path_;
  std::optional<StorageThread> storage_;
  std::optional<StoreFlow> flow_;
};

// So that what is measured is not how the machine gets hold of memory: the store finds it where the
// allocator has kept it.
void warm_up_memory(Setting const& setting) {
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_MMAP_MAX, 0);
  std::size_t const bytes = (setting.ops + setting.pending) * (setting.size + std::size_t{256});
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) fail("malloc");
  std::memset(memory, 1, bytes);
  std::free(memory);
}

struct Times {
  std::uint64_t begun = now_ns();
  std::uint64_t first = 0;
  std::uint64_t ended = 0;
  std::uint64_t first_ops = 0;
  std::uint64_t cpu_ns = 0;
  std::uint64_t holders_cpu_ns = 0;
};

void report(Setting const& setting, Times const& times, Fetch const& fetch, double pending_bytes,
            std::uint64_t batches) {
  FetchCounters const& counters = fetch.counters();
  double const ops = static_cast<double>(setting.ops - times.first_ops);
  auto const seconds = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e9; };
  std::printf(
      "{\"seconds\": %.6f, \"first_s\": %.6f, \"rate\": %.0f, \"cpu_us\": %.3f, "
      "\"holders_cpu_us\": %.3f, \"duplicate\": %.5f, \"requests\": %llu, \"timeouts\": %llu, "
      "\"hedged\": %llu, \"pending_bytes\": %.1f, \"batches\": %llu}\n",
      seconds(times.ended - times.begun), seconds(times.first - times.begun),
      ops / seconds(times.ended - times.first), static_cast<double>(times.cpu_ns) / 1e3 / ops,
      static_cast<double>(times.holders_cpu_ns) / 1e3 / ops,
      static_cast<double>(counters.bytes_duplicate) /
          static_cast<double>(counters.bytes_received - counters.bytes_duplicate),
      static_cast<unsigned long long>(counters.requests),
      static_cast<unsigned long long>(counters.timeouts),
      static_cast<unsigned long long>(counters.hedged), pending_bytes,
      static_cast<unsigned long long>(batches));
}

int fetch_all(Setting const& setting) {
  auto worker = Worker::make();
  if (!worker.ok()) fail(worker.error().message.c_str(), worker.error().code);
  MemoryStore memory(now_ns());
  PeerLinks links(nullptr, &(*worker)->make_dialer());
  Fetch fetch(**worker, links, {.space = "bench"});
  std::optional<Disk> disk;
  if (setting.store.empty()) fetch.run(memory);
  else disk.emplace(setting.store).run(fetch);
  std::vector<PeerNumber> peers;
  for (Holder const& holder : setting.holders)
    peers.push_back(
        links.peer_at(Address::loopback(static_cast<std::uint16_t>(holder.port_number))));
  std::uint64_t const most = setting.pending == 0 ? setting.ops : setting.pending;
  std::uint64_t const all = setting.pending == 0 ? setting.ops : setting.ops + setting.pending;
  Wanting wanting(fetch, peers, FetchOps(setting.size).ids(all), most);
  std::uint64_t const& stored = fetch.counters().ops_stored;

  warm_up_memory(setting);
  Times times;
  double pending_bytes = 0;
  while (stored < setting.ops) {
    wanting.top_up(stored);
    (*worker)->step();
    if (times.first == 0 && stored > 0) {
      times.first = now_ns();
      times.first_ops = stored;
      times.cpu_ns = bench::cpu_ns_of(getpid());
      times.holders_cpu_ns = cpu_ns_of(setting.holders);
      pending_bytes =
          static_cast<double>(fetch.pending_memory_bytes()) / std::max(1u, fetch.pending_count());
    }
    if (now_ns() - times.begun > run_seconds_max * 1'000'000'000) fail("fetching", ETIMEDOUT);
  }
  times.ended = now_ns();
  times.cpu_ns = bench::cpu_ns_of(getpid()) - times.cpu_ns;
  times.holders_cpu_ns = cpu_ns_of(setting.holders) - times.holders_cpu_ns;
  report(setting, times, fetch, pending_bytes, disk ? disk->batches() : 0);
  return 0;
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  pin_to(arguments.number("cpu", -1));
  Setting setting{};
  setting.holders = holders_of(arguments.text("holders", ""));
  setting.ops = arguments.number("ops", std::uint64_t{100'000});
  setting.pending = arguments.number("pending", std::uint64_t{0});
  setting.size = arguments.number("size", 1024u);
  setting.store = arguments.text("store", "");
  arguments.refuse_the_rest();
  return fetch_all(setting);
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
