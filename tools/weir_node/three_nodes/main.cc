// three_nodes: what `make run` shows. Three nodes on this machine, in a chain, each with a store of
// its own on the disk and a key of its own; a directory is put into the first, the second is killed
// on the way and started again, and in the end all three hold the same.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/weir_node/progress.h"
#include "tools/weir_node/three_nodes/node_process.h"
#include "tools/weir_node/three_nodes/picture.h"
#include "tools/weir_node/three_nodes/sources.h"

namespace weir::tool {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t mebibyte = 1u << 20;
constexpr int look_milliseconds = 50;
// Nothing new anywhere for so long is a failure.
constexpr double patience_seconds = 60;
// What the second one holds when it is killed: enough to matter, and as much is left to come.
constexpr double killed_at_share = 0.4;
// So long it is away.
constexpr double away_seconds = 1;

volatile std::sig_atomic_t is_interrupted = 0;
void interrupt(int) { is_interrupted = 1; }

struct Options {
  std::string program = WEIR_NODE;
  std::vector<std::string> sources;
  std::uint64_t mebibytes_max = 100;
  bool keep = false;
};

// Gone with its content, unless it is kept.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "weir-nodes-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code failure;
    if (!is_kept_ && !path_.empty()) fs::remove_all(path_, failure);
  }
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;

  void keep() { is_kept_ = true; }
  std::string const& path() const { return path_; }

 private:
  std::string path_;
  bool is_kept_ = false;
};

class ThreeNodes {
 public:
  ThreeNodes(Options const& options, std::string folder)
      : options_(options),
        folder_(std::move(folder)),
        nodes_{NodeProcess(options.program, folder_, "first"),
               NodeProcess(options.program, folder_, "second"),
               NodeProcess(options.program, folder_, "third")} {
    for (NodeProcess const& node : nodes_) rows_.push_back({.name = node.name()});
  }

  // The table of contents.
  Result<void> run() {
    Result<void> done = copy();
    if (done) done = start();
    if (done) done = put_and_follow();
    if (done) done = compare_sets();
    if (done) done = verify();
    if (done) done = restore();
    if (done) done = stop();
    if (done) fmt::print("{}", table_of(rows_));
    return done;
  }

  std::string summary() const {
    return fmt::format(
        "weir: three nodes hold the same {} ops ({}), one of them killed and restarted, in {:.1f} "
        "s",
        with_commas(rows_[0].figures.ops),
        text_of_bytes(static_cast<double>(rows_[0].figures.bytes)), seconds_);
  }

 private:
  std::string source() const { return folder_ + "/source"; }

  Result<void> copy() {
    Result<Copied> copied =
        copy_sources(options_.sources, source(), options_.mebibytes_max * mebibyte);
    if (!copied) return copied.error();
    copied_ = *copied;
    if (copied_.files == 0) return Error{ENOENT, "none of the directories to be put is there"};
    picture_.say(fmt::format("{} files, {}, are put into the first of three nodes",
                             with_commas(copied_.files),
                             text_of_bytes(static_cast<double>(copied_.bytes))));
    return {};
  }

  // Each dials the one before it.
  Result<void> start() {
    for (NodeProcess& node : nodes_) {
      Result<void> const made = node.init();
      if (!made) return made;
    }
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      Result<void> const started = nodes_[n].start(n == 0 ? "" : nodes_[n - 1].url());
      if (!started) return started;
    }
    return {};
  }

  Result<void> put_and_follow() {
    Result<Child> putter = nodes_[0].begin({"put", source()});
    if (!putter) return putter.error();
    begin_ = clock_.now();
    last_news_ = 0;
    while (!all_hold_everything()) {  // ends: patience does
      if (is_interrupted != 0) return Error{EINTR, "interrupted"};
      if (std::optional<int> const status = putter->is_running() ? putter->poll() : std::nullopt) {
        Result<void> const noted = note_put(*status, putter->read_line());
        if (!noted) return noted;
      }
      Result<void> looked = look();
      if (looked) looked = kill_or_restart();
      if (!looked) return looked;
      picture_.show(rows_, copied_.bytes);
      if (seconds() - last_news_ > patience_seconds) {
        return Error{ETIMEDOUT, fmt::format("nothing has come for {} s", patience_seconds)};
      }
      ::poll(nullptr, 0, look_milliseconds);
    }
    seconds_ = seconds();
    return {};
  }

  Result<void> note_put(int status, std::string const& said) {
    Json const json = Json::parse(said, nullptr, false);
    if (status != 0 || !json.is_object()) return Error{EIO, "put has failed: " + said};
    id_ = json.value("id", "");
    ops_total_ = json["ops"].value("stored", std::uint64_t{0});
    rows_[0].seconds = seconds();
    picture_.say(fmt::format("all of it is in the first after {:.2f} s", seconds()));
    return {};
  }

  Result<void> look() {
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      NodeRow& row = rows_[n];
      row.is_running = nodes_[n].is_running();
      Result<NodeFigures> figures = nodes_[n].figures();
      if (!figures) return figures.error();
      if (figures->ops != row.figures.ops) last_news_ = seconds();
      row.figures = *figures;
      if (row.seconds == 0 && ops_total_ > 0 && row.figures.ops == ops_total_) {
        row.seconds = seconds();
      }
    }
    return {};
  }

  // In the middle of it the second one has its accident.
  Result<void> kill_or_restart() {
    double const share =
        static_cast<double>(rows_[1].figures.bytes) / static_cast<double>(copied_.bytes);
    if (killed_at_ == 0 && share >= killed_at_share) {
      nodes_[1].kill();
      killed_at_ = seconds();
      rows_[1].remark = fmt::format("killed after {:.2f} s with {} ops", killed_at_,
                                    with_commas(rows_[1].figures.ops));
      picture_.say("the second is " + rows_[1].remark);
    } else if (killed_at_ > 0 && !nodes_[1].is_running() &&
               seconds() - killed_at_ >= away_seconds) {
      Result<void> const started = nodes_[1].start(nodes_[0].url());
      if (!started) return started;
      picture_.say(fmt::format("it is started again after {:.2f} s", seconds()));
    }
    return {};
  }

  bool all_hold_everything() const {
    if (ops_total_ == 0 || !nodes_[1].is_running()) return false;
    for (NodeRow const& row : rows_) {
      if (row.figures.ops != ops_total_) return false;
    }
    return killed_at_ > 0;
  }

  Result<void> compare_sets() {
    Result<std::vector<OpId>> first = nodes_[0].ids();
    if (!first) return first.error();
    for (std::size_t n = 1; n < nodes_.size(); ++n) {
      Result<std::vector<OpId>> other = nodes_[n].ids();
      if (!other) return other.error();
      if (*other != *first) return Error{EBADMSG, nodes_[n].name() + " holds other ops"};
    }
    picture_.say("all three hold the same ids");
    return {};
  }

  Result<void> verify() {
    for (NodeProcess const& node : nodes_) {
      Result<std::string> said = node.command({"verify"});
      if (!said) return said.error();
      Json const json = Json::parse(*said, nullptr, false);
      bool const is_right = json.is_object() && json["damaged"].empty() &&
                            json.value("ops", std::uint64_t{0}) == ops_total_;
      if (!is_right) return Error{EBADMSG, node.name() + " has damaged ops: " + *said};
    }
    picture_.say("every op of each was read again and is what its id says");
    return {};
  }

  // From the last of the chain, which has never talked to the first.
  Result<void> restore() {
    std::string const back = folder_ + "/back";
    Result<std::string> said = nodes_[2].command({"get", id_, "-o", back});
    if (!said) return said.error();
    Result<std::string> difference = compare_directories(source(), back);
    if (!difference) return difference.error();
    if (!difference->empty()) return Error{EBADMSG, *difference};
    picture_.say("the third gives all files back, byte for byte");
    return {};
  }

  Result<void> stop() {
    for (NodeProcess& node : nodes_) {
      Result<void> const stopped = node.stop();
      if (!stopped) return stopped;
    }
    return {};
  }

  double seconds() const { return static_cast<double>(clock_.now() - begin_) / 1e9; }

  Options const& options_;
  MonotonicClock const clock_;
  std::string const folder_;
  std::array<NodeProcess, 3> nodes_;
  std::vector<NodeRow> rows_;
  LivePicture picture_;
  Copied copied_;
  std::string id_;
  std::uint64_t ops_total_ = 0;  // 0: not known yet
  Instant begin_ = 0;
  double seconds_ = 0;
  double last_news_ = 0;
  double killed_at_ = 0;
};

int run(Options const& options) {
  TemporaryFolder folder;
  if (folder.path().empty()) {
    fmt::print(stderr, "three_nodes: cannot make a temporary directory\n");
    return 1;
  }
  if (options.keep) folder.keep();
  ThreeNodes three(options, folder.path());
  Result<void> const done = three.run();
  if (!done) {
    if (is_interrupted == 0) folder.keep();
    fmt::print(stderr, "three_nodes: {}\n", done.error().message);
    if (is_interrupted == 0) fmt::print(stderr, "three_nodes: see {}\n", folder.path());
    return 1;
  }
  if (options.keep) fmt::print("kept in {}\n", folder.path());
  fmt::print("{}\n", three.summary());
  return 0;
}

}  // namespace

}  // namespace weir::tool

int main(int count, char** values) {
  using namespace weir::tool;
  Options options;
  std::string const root = WEIR_SOURCE_DIR;
  for (char const* part : {"weir", "tests", "examples", "tools", "bench", "fuzz", "docs"}) {
    options.sources.push_back(root + "/" + part);
  }
  options.sources.insert(options.sources.end(),
                         {WEIR_NODE, "/usr/share/dict", "/usr/share/man", "/usr/share/doc"});
  CLI::App app{"Three nodes get the same ops while one is killed and restarted."};
  app.add_option(
      "SOURCE", options.sources,
      "files and directories to put; Weir's sources, word lists and manuals unless said");
  app.add_option("--mib", options.mebibytes_max, "at most so much of them")->capture_default_str();
  app.add_option("--program", options.program, "weir-node")->capture_default_str();
  app.add_flag("--keep", options.keep, "keep stores and logs");
  CLI11_PARSE(app, count, values);
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  std::signal(SIGPIPE, SIG_IGN);
  return run(options);
}
