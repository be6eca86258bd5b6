// The files of a server: small ones in memory, large ones open.
//
//   find ─▶ known, and looked at less than file_check_time ago?  ──────────▶ here it is
//     │ no
//     ▼
//   open (below its folder, whatever links there are) ─▶ status ─▶ read, if small ─▶ here it is
//                                                          │ the same as the one that is known:
//                                                          └──▶ that one, for another while
//
// Who asks meanwhile waits for the same. A file that has changed takes the place of the known one,
// which lives as long as somebody still sends it. The ones that were not asked for longest leave
// when there are too many, or they are too large together.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/clock.h"
#include "weir/http/file_answer.h"
#include "weir/http/limits.h"
#include "weir/http/server.h"
#include "weir/net/list.h"
#include "weir/ring/completion.h"

namespace weir {
class Ring;
}

namespace weir::http {

enum class Files { all, used, waiting };

class FileCache;

// A file as it was when it was looked at.
class File final : public ListNode<Files::all>, public ListNode<Files::used> {
 public:
  FileFacts facts() const { return {size, modified, etag}; }

  std::uint64_t size = 0;
  std::int64_t modified = 0;
  std::string etag;
  std::string fields;   // Content-Type, Last-Modified, ...: lines as they are sent
  std::string content;  // if it is in memory
  bool in_memory = false;
  int descriptor = -1;  // if not

 private:
  friend class FileCache;
  friend class FileUser;

  FileCache* cache_ = nullptr;
  std::size_t folder_ = 0;
  std::string key_;   // folder and path
  std::string path_;  // from its folder, to be opened
  bool known_ = false;
  bool loading_ = false;
  bool index_tried_ = false;
  std::uint32_t users_ = 0;
  std::uint64_t number_ = 0;         // of its inode
  std::uint64_t modified_part_ = 0;  // nanoseconds
  Instant looked_at_ = 0;
  std::uint64_t read_bytes_ = 0;
  struct statx status_ {};
  Completion operation_;
  List<class FileWaiter, Files::waiting> waiting_;
};

// Keeps a file, whatever becomes of it in the cache.
class FileUser {
 public:
  FileUser() = default;
  explicit FileUser(File& file) : file_(&file) { ++file.users_; }
  FileUser(FileUser&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {}
  FileUser& operator=(FileUser&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~FileUser();

  File const& operator*() const { return *file_; }
  File const* operator->() const { return file_; }
  explicit operator bool() const { return file_ != nullptr; }

 private:
  File* file_ = nullptr;
};

// Who waits for a file; it may stop waiting at any time (List::remove).
class FileWaiter : public ListNode<Files::waiting> {
 public:
  // `error` is 0, or an errno: EISDIR is a folder that the path names without a slash.
  virtual void found(FileUser file, int error) = 0;

 protected:
  ~FileWaiter() = default;
};

class FileCache {
 public:
  FileCache(Ring& ring, Limits const& limits, ServerCounters& counters)
      : ring_(ring), limits_(limits), counters_(counters) {}
  // It is closed.
  ~FileCache();

  // `descriptor` is an open directory, from now on the cache's.
  std::size_t add_folder(int descriptor, FolderOptions const& options);
  // The file at `path` (without a leading slash) if it is known; else nothing, and the waiter is
  // told later.
  FileUser find(std::size_t folder, std::string_view path, FileWaiter& waiter);

  // Nobody asks any more.
  void terminate();
  bool is_closed() const;

 private:
  friend class FileUser;

  struct Folder {
    int descriptor = -1;
    FolderOptions options;
    std::unique_ptr<Completion> close = std::make_unique<Completion>();
  };

  void load(File& file);
  static void on_opened(Completion& completion, Outcome outcome);
  static void on_status(Completion& completion, Outcome outcome);
  static void on_read(Completion& completion, Outcome outcome);
  static void on_closed(Completion& completion, Outcome outcome);
  void opened(File& file, std::int32_t result);
  void read_status(File& file);
  void look_at(File& file);
  void open_index(File& file);
  void read(File& file);
  void finish(File& file);
  void describe(File& file) const;
  void fail(File& file, int error);
  void tell(File& from, File* file, int error);
  void forget(File& file);
  void shrink();
  void drop(File& file);

  Ring& ring_;
  Limits const& limits_;
  ServerCounters& counters_;
  bool terminated_ = false;
  std::vector<Folder> folders_;
  std::map<std::string, File*, std::less<>> known_;
  std::map<std::string, File*, std::less<>> loading_;
  List<File, Files::all> all_;
  List<File, Files::used> used_;  // of those known, who was asked for longest ago first
  std::uint64_t cached_bytes_ = 0;
};

}  // namespace weir::http
