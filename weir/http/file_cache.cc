#include "weir/http/file_cache.h"

#include <fcntl.h>

#include <cerrno>
#include <charconv>

#include "weir/http/content_type.h"
#include "weir/http/date.h"
#include "weir/ring/ring.h"

namespace weir::http {

namespace {

File& self(Completion& completion) { return *static_cast<File*>(completion.context); }

std::string key_of(std::size_t folder, std::string_view path) {
  std::string key = std::to_string(folder);
  key += '/';
  key += path;
  return key;
}

void append_hex(std::string& out, std::uint64_t value) {
  char digits[16];
  auto const [end, error] = std::to_chars(digits, digits + sizeof(digits), value, 16);
  out.append(digits, end);
}

}  // namespace

FileUser::~FileUser() {
  if (file_ == nullptr) return;
  WEIR_ASSERT(file_->users_ > 0);
  --file_->users_;
  file_->cache_->drop(*file_);
}

FileCache::~FileCache() { WEIR_ASSERT(is_closed()); }

std::size_t FileCache::add_folder(int descriptor, FolderOptions const& options) {
  WEIR_ASSERT(descriptor >= 0);
  Folder& folder = folders_.emplace_back();
  folder.descriptor = descriptor;
  folder.options = options;
  folder.close->callback = [](Completion&, Outcome) {};
  return folders_.size() - 1;
}

FileUser FileCache::find(std::size_t folder, std::string_view path, FileWaiter& waiter) {
  WEIR_ASSERT(folder < folders_.size());
  WEIR_ASSERT(!terminated_);
  std::string key = key_of(folder, path);
  auto const known = known_.find(key);
  if (known != known_.end()) {
    File& file = *known->second;
    used_.remove(file);
    used_.push_back(file);
    if (ring_.clock().now() - file.looked_at_ < limits_.file_check_time) return FileUser(file);
  }
  auto const loading = loading_.find(key);
  if (loading != loading_.end()) {
    loading->second->waiting_.push_back(waiter);
    return {};
  }
  File& file = *new File;
  all_.push_back(file);
  file.cache_ = this;
  file.folder_ = folder;
  file.path_ = path.empty() ? "." : path;
  file.key_ = std::move(key);
  file.loading_ = true;
  file.operation_.context = &file;
  loading_[file.key_] = &file;
  file.waiting_.push_back(waiter);
  load(file);
  return {};
}

// ---- loading ------------------------------------------------------------------------------------

void FileCache::load(File& file) {
  file.operation_.callback = on_opened;
  ring_.open_beneath(file.operation_, file.path_.c_str(), folders_[file.folder_].descriptor);
}

void FileCache::on_opened(Completion& completion, Outcome outcome) {
  self(completion).cache_->opened(self(completion), outcome.result);
}

void FileCache::opened(File& file, std::int32_t result) {
  if (result < 0) {
    if (result == -EXDEV || result == -ELOOP) ++counters_.files_refused;
    return fail(file, -result);
  }
  file.descriptor = result;
  read_status(file);
}

void FileCache::read_status(File& file) {
  if (terminated_) return fail(file, ECANCELED);
  file.operation_.callback = on_status;
  ring_.statx(file.operation_, "", file.status_, STATX_BASIC_STATS, AT_EMPTY_PATH, file.descriptor);
}

void FileCache::on_status(Completion& completion, Outcome outcome) {
  File& file = self(completion);
  if (outcome.result < 0) file.cache_->fail(file, -outcome.result);
  else file.cache_->look_at(file);
}

void FileCache::look_at(File& file) {
  if (terminated_) return fail(file, ECANCELED);
  struct statx const& status = file.status_;
  if (S_ISDIR(status.stx_mode)) return open_index(file);
  if (!S_ISREG(status.stx_mode)) return fail(file, EACCES);
  file.size = status.stx_size;
  file.modified = status.stx_mtime.tv_sec;
  file.modified_part_ = status.stx_mtime.tv_nsec;
  file.number_ = status.stx_ino;
  auto const known = known_.find(file.key_);
  if (known != known_.end()) {
    File& old = *known->second;
    bool const same = old.number_ == file.number_ && old.size == file.size &&
                      old.modified == file.modified && old.modified_part_ == file.modified_part_;
    if (same) {
      old.looked_at_ = ring_.clock().now();
      FileUser const keep(old);
      tell(file, &old, 0);
      return fail(file, 0);
    }
  }
  file.in_memory = file.size <= limits_.cached_file_bytes_max;
  if (!file.in_memory) return finish(file);
  file.content.resize(file.size);
  read(file);
}

// A folder's path ends with a slash, or the links in its index would lead elsewhere.
void FileCache::open_index(File& file) {
  std::string const& index = folders_[file.folder_].options.index;
  bool const slash = file.path_ == "." || file.path_.ends_with('/');
  if (!slash) return fail(file, EISDIR);
  if (index.empty() || file.index_tried_) return fail(file, ENOENT);
  file.index_tried_ = true;
  file.path_ = file.path_ == "." ? index : file.path_ + index;
  file.operation_.callback = [](Completion& completion, Outcome) {
    File& closed = self(completion);
    if (closed.cache_->terminated_) closed.cache_->fail(closed, ECANCELED);
    else closed.cache_->load(closed);
  };
  ring_.close(file.operation_, std::exchange(file.descriptor, -1));
}

void FileCache::read(File& file) {
  if (terminated_) return fail(file, ECANCELED);
  std::uint64_t const left = file.size - file.read_bytes_;
  if (left == 0) return finish(file);
  file.operation_.callback = on_read;
  ring_.read(file.operation_, file.descriptor,
             reinterpret_cast<std::byte*>(file.content.data()) + file.read_bytes_,
             static_cast<std::uint32_t>(left), file.read_bytes_);
}

void FileCache::on_read(Completion& completion, Outcome outcome) {
  File& file = self(completion);
  FileCache& cache = *file.cache_;
  if (outcome.result < 0) return cache.fail(file, -outcome.result);
  file.read_bytes_ += static_cast<std::uint32_t>(outcome.result);
  if (outcome.result == 0) {  // it has become shorter meanwhile
    file.size = file.read_bytes_;
    file.content.resize(file.size);
  }
  cache.read(file);
}

void FileCache::finish(File& file) {
  ++counters_.files_loaded;
  describe(file);
  auto const old = known_.find(file.key_);
  if (old != known_.end()) forget(*old->second);
  known_[file.key_] = &file;
  file.known_ = true;
  file.looked_at_ = ring_.clock().now();
  used_.push_back(file);
  cached_bytes_ += file.content.size();
  file.loading_ = false;
  loading_.erase(file.key_);
  FileUser const keep(file);
  // What is in memory needs to be open no longer.
  if (file.in_memory) {
    file.operation_.callback = on_closed;
    ring_.close(file.operation_, std::exchange(file.descriptor, -1));
  }
  tell(file, &file, 0);
  shrink();
}

void FileCache::describe(File& file) const {
  file.etag = "\"";
  append_hex(file.etag, static_cast<std::uint64_t>(file.modified));
  file.etag += '.';
  append_hex(file.etag, file.modified_part_);
  file.etag += '-';
  append_hex(file.etag, file.size);
  file.etag += '"';
  FolderOptions const& options = folders_[file.folder_].options;
  std::string& fields = file.fields;
  fields.append("Content-Type: ").append(content_type_of(file.path_));
  fields.append("\r\nLast-Modified: ").append(make_date(file.modified).text());
  fields.append("\r\nETag: ").append(file.etag).append("\r\nAccept-Ranges: bytes\r\n");
  fields.append("X-Content-Type-Options: nosniff\r\n");
  if (!options.cache_control.empty())
    fields.append("Cache-Control: ").append(options.cache_control).append("\r\n");
}

// Nothing becomes of it; 0: it is not needed.
void FileCache::fail(File& file, int error) {
  // What is there no more must not be found for another while.
  auto const old = known_.find(file.key_);
  if (error != 0 && error != ECANCELED && old != known_.end()) forget(*old->second);
  file.loading_ = false;
  loading_.erase(file.key_);
  FileUser const keep(file);
  tell(file, nullptr, error);
}

void FileCache::tell(File& from, File* file, int error) {
  while (FileWaiter* const waiter = from.waiting_.front()) {
    from.waiting_.remove(*waiter);
    waiter->found(file != nullptr ? FileUser(*file) : FileUser(), error);
  }
}

// ---- leaving ------------------------------------------------------------------------------------

void FileCache::forget(File& file) {
  WEIR_ASSERT(file.known_);
  file.known_ = false;
  known_.erase(file.key_);
  used_.remove(file);
  cached_bytes_ -= file.content.size();
  drop(file);
}

void FileCache::shrink() {
  while (known_.size() > limits_.open_file_count_max ||
         cached_bytes_ > limits_.cached_total_bytes_max) {
    WEIR_ASSERT(used_.front() != nullptr);
    forget(*used_.front());
  }
}

// It goes when nobody knows, loads or uses it.
void FileCache::drop(File& file) {
  if (file.known_ || file.loading_ || file.users_ > 0 || !file.operation_.idle()) return;
  if (file.descriptor >= 0) {
    file.operation_.callback = on_closed;
    return ring_.close(file.operation_, std::exchange(file.descriptor, -1));
  }
  all_.remove(file);
  delete &file;
}

void FileCache::on_closed(Completion& completion, Outcome) {
  self(completion).cache_->drop(self(completion));
}

void FileCache::terminate() {
  if (terminated_) return;
  terminated_ = true;
  while (File* const file = used_.front()) forget(*file);
  for (auto const& [key, file] : loading_)
    if (!file->operation_.idle()) ring_.cancel_quietly(file->operation_);
  for (Folder& folder : folders_) ring_.close(*folder.close, std::exchange(folder.descriptor, -1));
}

bool FileCache::is_closed() const {
  if (!all_.empty()) return false;
  for (Folder const& folder : folders_)
    if (folder.descriptor >= 0 || !folder.close->idle()) return false;
  return true;
}

}  // namespace weir::http
