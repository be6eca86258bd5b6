#include "weir/store/store_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace weir {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view format_line = "weir op store 1\n";
constexpr std::string_view format_start = "weir op store ";

Error error_at(std::string const& path, int code, std::string const& what) {
  return {code, "op store " + path + ": " + what};
}
Error system_error_at(std::string const& path, int code, std::string const& what) {
  return error_at(path, code, what + ": " + std::strerror(code));
}

// What is written is on the disk when this returns.
int write_durably(std::string const& file, std::string_view text) {
  int const descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return errno;
  ssize_t const written = ::write(descriptor, text.data(), text.size());
  int failure = 0;
  if (written != static_cast<ssize_t>(text.size())) failure = written < 0 ? errno : ENOSPC;
  if (failure == 0 && ::fsync(descriptor) != 0) failure = errno;
  ::close(descriptor);
  return failure;
}

int sync_directory(std::string const& path) {
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  int const failure = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return failure;
}

Result<void> make_format_file(std::string const& path) {
  std::string const file = path + "/FORMAT";
  std::string const draft = file + ".new";
  int failure = write_durably(draft, format_line);
  if (failure == 0 && ::rename(draft.c_str(), file.c_str()) != 0) failure = errno;
  if (failure == 0) failure = sync_directory(path);
  if (failure != 0) return system_error_at(path, failure, "it cannot be made");
  return {};
}

Result<void> check_format_file(std::string const& path) {
  std::ifstream file(path + "/FORMAT");
  std::string line;
  std::getline(file, line);
  if (line + "\n" == format_line) return {};
  if (!std::string_view(line).starts_with(format_start)) {
    return error_at(path, EINVAL, "its file FORMAT does not say that it is one");
  }
  return error_at(path, EINVAL,
                  "its format is " + line.substr(format_start.size()) +
                      ", and this program knows only 1; use the version that made "
                      "it, or a later one");
}

// Without its file CURRENT RocksDB would take the store for a new one and delete what is there.
Result<void> check_nothing_lost(std::string const& path) {
  std::error_code failure;
  if (fs::exists(path + "/CURRENT", failure)) return {};
  for (fs::directory_iterator at(path, failure), end; !failure && at != end;
       at.increment(failure)) {
    std::string const kind = at->path().extension();
    if (kind != ".sst" && kind != ".blob" && kind != ".log") continue;
    return error_at(path, EIO, "its file CURRENT is missing though it holds data; restore it");
  }
  if (failure) return error_at(path, failure.value(), "it cannot be read: " + failure.message());
  return {};
}

}  // namespace

Result<void> prepare_store_directory(std::string const& path, bool creates) {
  std::error_code failure;
  bool const is_there = fs::exists(path + "/FORMAT", failure);
  if (failure) return error_at(path, failure.value(), "it cannot be read: " + failure.message());
  if (is_there) {
    Result<void> const checked = check_format_file(path);
    return checked ? check_nothing_lost(path) : checked;
  }
  if (!creates) return error_at(path, ENOENT, "there is none");
  fs::create_directories(path, failure);
  if (failure) return error_at(path, failure.value(), "it cannot be made: " + failure.message());
  for (fs::directory_iterator at(path, failure), end; !failure && at != end;
       at.increment(failure)) {
    if (at->path().filename() == "FORMAT.new") continue;  // as far as an earlier attempt came
    return error_at(path, ENOTEMPTY, "the directory holds other files; name a new or empty one");
  }
  if (failure) return error_at(path, failure.value(), "it cannot be read: " + failure.message());
  return make_format_file(path);
}

}  // namespace weir
