#include "tools/weir_node/restore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace weir::tool {

namespace {

constexpr std::uint32_t restored_bits = 0777;

Error exists(std::string const& path) {
  return {EEXIST, path + " is there already; --force replaces it"};
}

// Of a path without a slash at its end: what lies before its last part, and that part.
std::pair<std::string, std::string> split_path(std::string const& path) {
  std::size_t const slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// The directory in which the file of that name, below `root`, lies; it is made if it has to be.
Result<Descriptor> open_parent(int root, std::string const& name, std::string const& path) {
  Descriptor at(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::size_t begin = 0;
  while (at) {  // ends: a path has so many parts
    std::size_t const slash = name.find('/', begin);
    if (slash == std::string::npos) return at;
    std::string const part = name.substr(begin, slash - begin);
    if (::mkdirat(at.number(), part.c_str(), 0777) != 0 && errno != EEXIST) break;
    at = Descriptor(
        ::openat(at.number(), part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    begin = slash + 1;
  }
  return system_error("cannot make the directory of " + path + "/" + name, errno);
}

// A file under a name of its own, gone unless it is given another one.
class Draft {
 public:
  explicit Draft(int directory) : directory_(directory) {
    // What processes that were killed have left may be in the way.
    constexpr int tries = 100;
    for (int n = 0; n < tries && !file_; ++n) {
      name_ = ".weir-node-" + std::to_string(::getpid()) + "-" + std::to_string(n);
      file_ = Descriptor(::openat(directory_, name_.c_str(),
                                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
      if (!file_ && errno != EEXIST) return;
    }
  }
  Draft(Draft const&) = delete;
  Draft& operator=(Draft const&) = delete;
  ~Draft() {
    if (file_ && !is_named_) ::unlinkat(directory_, name_.c_str(), 0);
  }

  int file() const { return file_.number(); }
  explicit operator bool() const { return static_cast<bool>(file_); }
  // False, and errno, if there is one of that name that is not to be replaced.
  bool name(std::string const& name, bool replaces) {
    is_named_ = ::renameat2(directory_, name_.c_str(), directory_, name.c_str(),
                            replaces ? 0 : RENAME_NOREPLACE) == 0;
    return is_named_;
  }

 private:
  int const directory_;
  std::string name_;
  Descriptor file_;
  bool is_named_ = false;
};

}  // namespace

Result<void> Restorer::write(Content const& content, int descriptor, std::string const& name) {
  if (content.parts.empty()) {
    progress_.add(content.data.size());
    restored_.bytes += content.data.size();
    return write_all(descriptor, content.data, name);
  }
  Sha256 hasher;
  std::uint64_t size = 0;
  auto const write_chunk = [&](OpId const& id, Op const* op) -> Result<void> {
    if (op == nullptr) return not_held(id);
    Result<Content> chunk = read_content(op->bytes.view().span());
    if (!chunk) return chunk.error();
    bool const fits =
        chunk->kind == ContentKind::chunk && size + chunk->data.size() <= content.size;
    if (!fits) return Error{EBADMSG, "op " + id.hex() + " is no part of " + name};
    hasher.update(chunk->data);
    size += chunk->data.size();
    progress_.add(chunk->data.size());
    return write_all(descriptor, chunk->data, name);
  };
  Result<void> const written = access_.retrieve(content.parts, write_chunk);
  if (!written) return written;
  if (size != content.size || hasher.finish() != content.digest) {
    return Error{EBADMSG, "the parts of " + name + " do not make the file that its op describes"};
  }
  restored_.bytes += size;
  return {};
}

Result<void> Restorer::restore_at(Content const& content, int directory, std::string const& name,
                                  std::string const& path) {
  std::string const whole = path.empty() ? name : path + "/" + name;
  struct stat status;
  bool const is_there = ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (is_there && S_ISDIR(status.st_mode)) return Error{EISDIR, whole + " is a directory"};
  if (is_there && !force_) return exists(whole);
  Draft draft(directory);
  if (!draft) return system_error("cannot make " + whole, errno);
  Result<void> const written = write(content, draft.file(), whole);
  if (!written) return written;
  if (content.kind == ContentKind::file) {
    if (::fchmod(draft.file(), content.mode & restored_bits) != 0) {
      return system_error("cannot set the permissions of " + whole, errno);
    }
  }
  if (!draft.name(name, force_)) {
    return errno == EEXIST ? exists(whole) : system_error("cannot make " + whole, errno);
  }
  ++restored_.files;
  progress_.add(0, 1);
  return {};
}

Result<void> Restorer::restore_file(Content const& content, std::string const& path) {
  auto const [parent, name] = split_path(path);
  if (name.empty() || name == "." || name == "..") return Error{EISDIR, path + " is a directory"};
  Descriptor const directory(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return system_error("cannot open the directory " + parent, errno);
  return restore_at(content, directory.number(), name, parent == "." ? "" : parent);
}

Result<void> Restorer::restore_tree(Content const& tree, std::string const& path) {
  bool const is_new = ::mkdir(path.c_str(), 0777) == 0;
  if (!is_new && errno != EEXIST) return system_error("cannot make " + path, errno);
  if (!is_new && !force_) return exists(path);
  Descriptor const root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return system_error("cannot open " + path, errno);
  auto const restore_part = [&](OpId const& id, Op const* op) -> Result<void> {
    if (op == nullptr) return not_held(id);
    Result<Content> content = read_content(op->bytes.view().span());
    if (!content) return content.error();
    if (content->kind != ContentKind::file) {
      return Error{EBADMSG, "op " + id.hex() + " is in a tree and no file"};
    }
    Result<Descriptor> parent = open_parent(root.number(), content->name, path);
    if (!parent) return parent.error();
    std::size_t const slash = content->name.rfind('/');
    bool const is_below = slash != std::string::npos;
    std::string const name = is_below ? content->name.substr(slash + 1) : content->name;
    return restore_at(*content, parent->number(), name,
                      is_below ? path + "/" + content->name.substr(0, slash) : path);
  };
  return access_.retrieve(tree.parts, restore_part);
}

}  // namespace weir::tool
