// Fetching onto a disk. The limit is what one core can do with the same ops and as many batches;
// the peers are libtorrent (pieces of 1 MiB) and hypercore (blocks of 1 KiB), each at both ends. A
// rate counts from the first op to the last, so nobody's time to connect is in it. Weir's ops are
// durable then, each batch with a sync; what the peers do is said in bench/peers.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/fetch_runs.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

struct Load {
  char const* name;
  std::uint64_t ops;
  std::uint32_t size;
  double core_limit;  // how many times the time that a core needs
};
// 60 % and 70 % of the rate of a core.
constexpr Load small{"1KiB", 100'000, 1u << 10, 1 / 0.6};
constexpr Load large{"1MiB", 256, 1u << 20, 1 / 0.7};
// Weir is so many times as quick.
constexpr double hypercore_limit = 1.0 / 5;
constexpr double libtorrent_limit = 1.0 / 3;
constexpr char const* hypercore = "hypercore@11.20.0";

using Samples = std::vector<double>;

double us_of(nlohmann::json const& run, char const* rate = "rate") {
  return 1e6 / run.at(rate).get<double>();
}

Command pinned(int cpu, Command command) {
  Command all{"taskset", "-c", std::to_string(cpu)};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

bool runs(Command const& command) {
  try {
    Child(command).finish();
    return true;
  } catch (std::runtime_error const&) {
    return false;
  }
}

// A folder of its own beside the programs, empty, for as long as this lives.
class Folder {
 public:
  Folder(Options const& options, char const* name) : path_(options.programs / name) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string sub(char const* name) const { return (path_ / name).string(); }
  std::string text() const { return path_.string(); }

 private:
  std::filesystem::path const path_;
};

// What of a peer is always the same: how it is started, to give and to get.
struct Peer {
  Command command;   // before the role
  Command get_from;  // after the folder and the count, said by its giving side
  std::unique_ptr<Child> giving{};

  Peer(Options const& options, Command its_command, std::string const& folder, Load const& load)
      : command(std::move(its_command)) {
    Command give = command;
    for (std::string const& word :
         {std::string("seed"), folder, std::to_string(load.ops), std::to_string(load.size)})
      give.push_back(word);
    giving = std::make_unique<Child>(pinned(options.load_cpu, give));
    std::istringstream words(giving->read_line());
    std::string word;
    words >> word;  // listening
    while (words >> word) get_from.push_back(word);
  }
  nlohmann::json get(Options const& options, std::string const& folder, Load const& load) const {
    Command all = command;
    all.insert(all.end(), {"get", folder, std::to_string(load.ops)});
    all.insert(all.end(), get_from.begin(), get_from.end());
    return run_for_json(pinned(options.server_cpu, all));
  }
};

// Microseconds an op of each, in turns.
struct Turns {
  Samples weir;
  Samples core;
  std::vector<Samples> peers;
};

nlohmann::json run_weir(Options const& options, FetchHolder const& holder, Load const& load) {
  return run_fetcher(options, {&holder},
                     {"--ops", std::to_string(load.ops), "--size", std::to_string(load.size),
                      "--store", (options.programs / "fetch.store").string()});
}

// Of one core that has the ops already: writes as many batches as Weir did, or none.
double run_core(Options const& options, Load const& load, std::uint64_t batches) {
  Command command{options.program("fetch_limit")};
  if (batches > 0) command.push_back((options.programs / "fetch.limit").string());
  std::uint64_t const batch = load.ops / std::max<std::uint64_t>(1, batches);
  command.insert(command.end(), {"--cpu", std::to_string(options.server_cpu), "--ops",
                                 std::to_string(load.ops), "--size", std::to_string(load.size),
                                 "--batch", std::to_string(std::max<std::uint64_t>(1, batch))});
  return us_of(run_for_json(command));
}

void say(Report& report, Load const& load, nlohmann::json const& weir, Samples const& us) {
  double const rate = 1e6 / median(us);
  report.note(fmt::format("{}: {:.0f} ops/s, {:.0f} MiB/s, {} batches, first op after {:.1f} ms",
                          load.name, rate, rate * load.size / (1u << 20),
                          weir.at("batches").get<std::uint64_t>(),
                          weir.at("first_s").get<double>() * 1e3));
}

// `get(k)` is a run of the k-th peer.
template <class Get>
Turns take_turns(Options const& options, Report& report, Load const& load, std::size_t peer_count,
                 Get get) {
  FetchHolder const holder(
      options, {"--ops", std::to_string(load.ops), "--size", std::to_string(load.size)});
  Turns turns;
  turns.peers.resize(peer_count);
  nlohmann::json weir;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    weir = run_weir(options, holder, load);
    turns.weir.push_back(us_of(weir));
    turns.core.push_back(run_core(options, load, weir.at("batches")));
    nlohmann::json sample{
        {"section", "fetch"}, {"load", load.name}, {"weir", weir}, {"core_us", turns.core.back()}};
    for (std::size_t k = 0; k < peer_count; ++k) {
      nlohmann::json const run = get(k);
      turns.peers[k].push_back(us_of(run, run.contains("synced_rate") ? "synced_rate" : "rate"));
      sample["peers"].push_back(run);
    }
    report.add_sample(sample);
  }
  report.add(paired(fmt::format("fetch/{}/durable and one core", load.name), turns.weir, turns.core,
                    load.core_limit, "us/op"));
  say(report, load, weir, turns.weir);
  report.note(fmt::format("{}: to copy and to hash takes a core {:.2f} us/op, without any disk",
                          load.name, run_core(options, load, 0)));
  return turns;
}

std::string peer_file(Options const& options, char const* name) {
  return (options.source / "bench/peers" / name).string();
}

void measure_small(Options const& options, Report& report) {
  std::string const modules = (options.programs / "hypercore").string();
  std::filesystem::create_directories(modules);
  bool const is_here = std::filesystem::exists(modules + "/node_modules/hypercore/package.json") ||
                       runs({"npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix",
                             modules, hypercore});
  if (!is_here) report.note("NOT COMPARED with hypercore: npm cannot install it here");
  Folder const folder(options, "fetch.hypercore");
  std::optional<Peer> peer;
  if (is_here) {
    peer.emplace(options, Command{"node", peer_file(options, "hypercore_fetch.cjs"), modules},
                 folder.sub("seed"), small);
  }
  Turns const turns = take_turns(options, report, small, is_here ? 1 : 0, [&](std::size_t) {
    std::filesystem::remove_all(folder.sub("got"));
    return peer->get(options, folder.sub("got"), small);
  });
  if (is_here) {
    report.add(paired("fetch/1KiB/durable and hypercore, not synced", turns.weir, turns.peers[0],
                      hypercore_limit, "us/op"));
  }
}

void measure_large(Options const& options, Report& report) {
  bool const is_here = runs({"/usr/bin/python3", "-c", "import libtorrent"});
  if (!is_here) report.note("NOT COMPARED with libtorrent: python3-libtorrent is not installed");
  Folder const by_default(options, "fetch.libtorrent");
  Folder const tuned(options, "fetch.libtorrent.tuned");
  Folder const* const folders[] = {&by_default, &tuned};
  std::vector<Peer> peers;
  for (std::size_t k = 0; is_here && k < 2; ++k) {
    Command const python{"/usr/bin/python3", peer_file(options, "libtorrent_fetch.py"),
                         k == 0 ? "default" : "tuned"};
    peers.emplace_back(options, python, folders[k]->text(), large);
  }
  Turns const turns = take_turns(options, report, large, peers.size(), [&](std::size_t k) {
    std::filesystem::remove_all(folders[k]->sub("got"));
    return peers[k].get(options, folders[k]->text(), large);
  });
  for (std::size_t k = 0; k < peers.size(); ++k)
    report.add(paired(k == 0 ? "fetch/1MiB/durable and libtorrent, synced at its end"
                             : "fetch/1MiB/… and libtorrent tuned",
                      turns.weir, turns.peers[k], libtorrent_limit, "us/op"));
}

}  // namespace

void measure_durable_fetch(Options const& options, Report& report) {
  measure_small(options, report);
  measure_large(options, report);
}

}  // namespace weir::bench
