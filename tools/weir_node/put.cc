// Files and directories to ops.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "tools/weir_node/commands.h"
#include "tools/weir_node/descriptor.h"
#include "tools/weir_node/progress.h"
#include "tools/weir_node/say.h"
#include "tools/weir_node/source_files.h"
#include "weir/p2p/bootstrap.h"
#include "weir/p2p/split.h"

namespace weir::tool {

namespace {

namespace fs = std::filesystem;

// Ops that go to the store together, with one sync.
constexpr std::uint64_t batch_bytes = 8u << 20;
constexpr std::size_t batch_ops = 4096;
constexpr std::uint32_t permissions = 07777;
constexpr std::uint32_t plain_file = 0644;

// Microseconds since 1970; what was before that is 1970.
std::uint64_t change_time(struct stat const& status) {
  if (status.st_mtim.tv_sec < 0) return 0;
  return static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(status.st_mtim.tv_nsec) / 1000;
}

class Putter {
 public:
  Putter(OpsAccess& access, bool keeps_times, Progress& progress)
      : access_(access), keeps_times_(keeps_times), now_(unix_time()), progress_(progress) {}

  struct Entry {
    OpId id;
    std::uint64_t created_at;
  };

  Result<Entry> put_file(std::string const& path, std::string name, int flags) {
    Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags));
    struct stat status;
    if (!file || ::fstat(file.number(), &status) != 0) {
      return system_error("cannot open " + path, errno);
    }
    if (!S_ISREG(status.st_mode)) return Error{EINVAL, path + " is no file any more"};
    return put_descriptor(file.number(), path, std::move(name), status.st_mode & permissions,
                          keeps_times_ ? change_time(status) : now_);
  }

  Result<Entry> put_descriptor(int file, std::string const& path, std::string name,
                               std::uint32_t mode, std::uint64_t created_at) {
    Splitter splitter(created_at);
    while (true) {  // until the file ends
      Result<std::size_t> size = read_some(file, block_, path);
      if (!size) return size.error();
      std::span const piece(block_.data(), *size);
      splitter.add(piece, waiting_);
      progress_.add(*size);
      bytes_ += *size;
      Result<void> const flushed = flush_if_full();
      if (!flushed) return flushed.error();
      if (*size < block_.size()) break;
    }
    OpId const id = splitter.finish(std::move(name), mode, waiting_);
    ++files_;
    Result<void> const flushed = flush_if_full();
    if (!flushed) return flushed.error();
    return Entry{id, created_at};
  }

  Result<OpId> put_tree(std::string const& directory, std::string name, SourceFiles const& found) {
    Content tree;
    tree.kind = ContentKind::tree;
    tree.name = std::move(name);
    tree.created_at = keeps_times_ ? 0 : now_;
    for (SourceFile const& file : found.files) {
      Result<Entry> entry = put_file(directory + "/" + file.name, file.name, O_NOFOLLOW);
      if (!entry) return entry.error();
      tree.parts.push_back(entry->id);
      tree.created_at = std::max(tree.created_at, entry->created_at);
    }
    waiting_.push_back(make_op(tree, hasher_));
    return waiting_.back().id;
  }

  // What still waits.
  Result<void> flush() {
    std::vector<Op> ops = std::exchange(waiting_, {});
    looked_at_ = 0;
    waiting_bytes_ = 0;
    if (ops.empty()) return {};
    Result<PutCount> count = access_.put(std::move(ops));
    if (!count) return count.error();
    count_.stored += count->stored;
    count_.held += count->held;
    return {};
  }

  std::uint64_t files() const { return files_; }
  std::uint64_t bytes() const { return bytes_; }
  PutCount const& count() const { return count_; }

 private:
  Result<void> flush_if_full() {
    for (; looked_at_ < waiting_.size(); ++looked_at_) {
      waiting_bytes_ += waiting_[looked_at_].bytes.size();
    }
    bool const is_full = waiting_bytes_ >= batch_bytes || waiting_.size() >= batch_ops;
    return is_full ? flush() : Result<void>();
  }

  OpsAccess& access_;
  bool const keeps_times_;
  std::uint64_t const now_;
  Progress& progress_;
  Sha256 hasher_;
  std::vector<std::byte> block_ = std::vector<std::byte>(chunk_bytes);
  std::vector<Op> waiting_;
  std::size_t looked_at_ = 0;  // of waiting_, are in
  std::uint64_t waiting_bytes_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
  PutCount count_;
};

Result<std::string> name_of(PutOptions const& options) {
  std::string name = options.name;
  std::error_code failure;
  if (name.empty() && options.source == "-") name = "stdin";
  if (name.empty()) name = fs::canonical(options.source, failure).filename().string();
  if (failure) return system_error("cannot find " + options.source, failure.value());
  if (is_safe_path(name)) return name;
  return Error{EINVAL, "\"" + harmless(name) + "\" cannot be its name; say another one: --name"};
}

struct Outcome {
  OpId id;
  ContentKind kind = ContentKind::file;
  SourceFiles found;
};

Result<Outcome> put_source(Putter& putter, NodeDirectory const& directory,
                           PutOptions const& options, Progress& progress) {
  Result<std::string> name = name_of(options);
  if (!name) return name.error();
  Outcome outcome;
  if (options.source == "-") {
    Result<Putter::Entry> entry =
        putter.put_descriptor(0, "standard input", *name, plain_file, unix_time());
    if (!entry) return entry.error();
    outcome.id = entry->id;
    return outcome;
  }
  std::error_code failure;
  if (fs::is_directory(options.source, failure)) {
    outcome.kind = ContentKind::tree;
    Result<SourceFiles> found = find_files(options.source, directory.path);
    if (!found) return found.error();
    outcome.found = std::move(found).value();
    progress.expect(outcome.found.bytes);
    Result<OpId> id = putter.put_tree(options.source, *name, outcome.found);
    if (!id) return id.error();
    outcome.id = *id;
    return outcome;
  }
  std::uint64_t const size = fs::file_size(options.source, failure);
  if (failure) return system_error("cannot put " + options.source, failure.value());
  progress.expect(size);
  Result<Putter::Entry> entry = putter.put_file(options.source, *name, 0);
  if (!entry) return entry.error();
  outcome.id = entry->id;
  return outcome;
}

void tell_left_out(SourceFiles const& found) {
  std::string what;
  if (found.links > 0) what += fmt::format(", {} symbolic links", found.links);
  if (found.specials > 0) what += fmt::format(", {} that are no files", found.specials);
  if (found.left_out_node) what += ", the node's own directory";
  if (!what.empty()) fmt::print(stderr, "weir-node: left out:{}\n", what.substr(1));
}

}  // namespace

Result<int> put(NodeDirectory const& directory, OpsAccess& access, PutOptions const& options,
                Style style) {
  Outcome outcome;
  double seconds = 0;
  auto progress = std::make_unique<Progress>("put", style.is_quiet);
  Putter putter(access, options.keeps_times, *progress);
  Result<Outcome> put = put_source(putter, directory, options, *progress);
  if (!put) return put.error();
  Result<void> const flushed = putter.flush();
  if (!flushed) return flushed.error();
  outcome = std::move(put).value();
  seconds = progress->seconds();
  progress.reset();

  if (!style.is_quiet) tell_left_out(outcome.found);
  if (style.json) {
    nlohmann::ordered_json const said = {
        {"id", outcome.id.hex()},
        {"kind", std::string(text(outcome.kind))},
        {"files", putter.files()},
        {"bytes", putter.bytes()},
        {"ops", {{"stored", putter.count().stored}, {"held", putter.count().held}}},
        {"left_out", {{"links", outcome.found.links}, {"specials", outcome.found.specials}}},
        {"seconds", seconds}};
    Result<void> const written = say(text_of(said) + "\n");
    return written ? Result<int>(exit_done) : written.error();
  }
  Result<void> const written = say(outcome.id.hex() + "\n");
  if (!written) return written.error();
  if (!style.is_quiet) {
    fmt::print(stderr, "{} {}: {} in {} new ops, {} held before\n", putter.files(),
               putter.files() == 1 ? "file" : "files",
               text_of_bytes(static_cast<double>(putter.bytes())), putter.count().stored,
               putter.count().held);
  }
  return exit_done;
}

}  // namespace weir::tool
