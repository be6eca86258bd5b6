#include "tools/weir_node/node_directory.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tools/weir_node/descriptor.h"
#include "weir/base/clock.h"

namespace weir::tool {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_bytes_max = 4096;
constexpr mode_t private_file = 0600;
constexpr mode_t readable_file = 0644;
constexpr mode_t others = 077;

// A new file with that content, on the disk when this returns.
Result<void> write_new_file(std::string const& path, std::string_view text, mode_t mode) {
  Descriptor const file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return system_error("cannot make " + path, errno);
  Result<void> const written = write_all(file.number(), std::as_bytes(std::span(text)), path);
  if (!written) return written;
  if (::fsync(file.number()) != 0) return system_error("cannot write " + path, errno);
  return {};
}

Result<void> sync_directory(std::string const& path) {
  Descriptor const directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.number()) != 0) {
    return system_error("cannot write " + path, errno);
  }
  return {};
}

// New or empty.
Result<void> make_empty_directory(std::string const& path) {
  std::error_code failure;
  fs::path const parent = fs::path(path).parent_path();
  if (!parent.empty()) fs::create_directories(parent, failure);
  if (failure) return system_error("cannot make " + parent.string(), failure.value());
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return system_error("cannot make " + path, errno);
  bool const empty = fs::is_empty(path, failure);
  if (failure) return system_error("cannot read " + path, failure.value());
  if (empty) return {};
  bool const is_node = fs::exists(NodeDirectory{path}.config_file(), failure);
  return Error{EEXIST, path + (is_node ? " is a node's already; nothing was changed"
                                       : " is not empty; name a new or an empty directory")};
}

// Of the tables that strangers' ids go into.
std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  if (::getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = cycles();
  return seed;
}

}  // namespace

Result<std::string> read_file(std::string const& path, std::size_t bytes_max) {
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error("cannot open " + path, errno);
  std::string text(bytes_max + 1, '\0');
  Result<std::size_t> size =
      read_some(file.number(), std::as_writable_bytes(std::span(text)), path);
  if (!size) return size.error();
  if (*size > bytes_max) {
    return Error{EFBIG, path + " is longer than " + std::to_string(bytes_max) + " bytes"};
  }
  text.resize(*size);
  return text;
}

Result<Ed25519Key> make_node(NodeDirectory const& directory, std::string_view config) {
  Result<void> made = make_empty_directory(directory.path);
  if (!made) return made.error();
  Ed25519Key key = Ed25519Key::generate();
  Result<void> const kept = write_new_file(directory.key_file(), key.to_pem(), private_file);
  if (!kept) return kept.error();
  Result<Owner<RocksStore>> store = RocksStore::open(directory.ops());
  if (!store) return store.error();
  Result<void> const written = write_new_file(directory.config_file(), config, readable_file);
  if (!written) return written.error();
  Result<void> const synced = sync_directory(directory.path);
  if (!synced) return synced.error();
  return key;
}

Result<void> check_node(NodeDirectory const& directory) {
  struct stat status;
  if (::stat(directory.config_file().c_str(), &status) == 0) return {};
  if (errno != ENOENT && errno != ENOTDIR) {
    return system_error("cannot read " + directory.config_file(), errno);
  }
  return Error{ENOENT, directory.path + " is no node's directory; `weir-node init --store " +
                           directory.path + "` makes one"};
}

Result<Ed25519Key> load_key(NodeDirectory const& directory) {
  std::string const path = directory.key_file();
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return system_error("cannot read " + path, errno);
  if ((status.st_mode & others) != 0) {
    return Error{EPERM, path + " can be read by others; `chmod 600 " + path +
                            "`, or begin anew if they may have done so"};
  }
  Result<std::string> pem = read_file(path, key_bytes_max);
  if (!pem) return pem.error();
  Result<Ed25519Key> key = Ed25519Key::from_pem(*pem);
  if (!key) return Error{EINVAL, path + ": " + key.error().message};
  return key;
}

Result<Owner<RocksStore>> open_store(NodeDirectory const& directory,
                                     RocksStoreLimits const& limits) {
  return RocksStore::open(directory.ops(),
                          {.limits = limits, .creates = false, .seed = random_seed()});
}

}  // namespace weir::tool
