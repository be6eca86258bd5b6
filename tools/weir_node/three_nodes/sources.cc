#include "tools/weir_node/three_nodes/sources.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "tools/weir_node/descriptor.h"
#include "tools/weir_node/source_files.h"

namespace weir::tool {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 1u << 18;

Result<void> copy_file(std::string const& from, fs::path const& to) {
  std::error_code failure;
  fs::create_directories(to.parent_path(), failure);
  // Permission bits are copied, too.
  if (!failure) fs::copy_file(from, to, failure);
  return failure ? Result<void>(system_error("cannot copy " + from, failure.value()))
                 : Result<void>();
}

// Whether two files are the same, bit by bit.
Result<bool> are_same(std::string const& a, std::string const& b) {
  Descriptor const first(::open(a.c_str(), O_RDONLY | O_CLOEXEC));
  Descriptor const second(::open(b.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat first_status, second_status;
  if (!first || ::fstat(first.number(), &first_status) != 0) return system_error(a, errno);
  if (!second || ::fstat(second.number(), &second_status) != 0) return system_error(b, errno);
  if (((first_status.st_mode ^ second_status.st_mode) & 0777) != 0) return false;
  std::vector<std::byte> first_block(block_bytes), second_block(block_bytes);
  while (true) {  // until one of them ends
    Result<std::size_t> first_size = read_some(first.number(), first_block, a);
    if (!first_size) return first_size.error();
    Result<std::size_t> second_size = read_some(second.number(), second_block, b);
    if (!second_size) return second_size.error();
    if (*first_size != *second_size || first_block != second_block) return false;
    if (*first_size < block_bytes) return true;
  }
}

}  // namespace

Result<Copied> copy_sources(std::vector<std::string> const& sources, std::string const& folder,
                            std::uint64_t bytes_max) {
  Copied copied;
  for (std::string const& source : sources) {
    std::error_code failure;
    fs::path const name = fs::path(source).filename();
    if (fs::is_regular_file(source, failure)) {
      std::uint64_t const size = fs::file_size(source, failure);
      if (failure || copied.bytes + size > bytes_max) continue;
      Result<void> const done = copy_file(source, fs::path(folder) / name);
      if (!done) return done.error();
      ++copied.files;
      copied.bytes += size;
      continue;
    }
    if (!fs::is_directory(source, failure)) continue;
    Result<SourceFiles> found = find_files(source, folder);
    if (!found) return found.error();
    for (SourceFile const& file : found->files) {
      if (copied.bytes + file.size > bytes_max) break;
      Result<void> const done =
          copy_file(source + "/" + file.name, fs::path(folder) / name / file.name);
      if (!done) return done.error();
      ++copied.files;
      copied.bytes += file.size;
    }
  }
  return copied;
}

Result<std::string> compare_directories(std::string const& a, std::string const& b) {
  Result<SourceFiles> first = find_files(a, "");
  if (!first) return first.error();
  Result<SourceFiles> second = find_files(b, "");
  if (!second) return second.error();
  if (first->files.size() != second->files.size()) {
    return a + " has " + std::to_string(first->files.size()) + " files, and " + b + " " +
           std::to_string(second->files.size());
  }
  for (std::size_t n = 0; n < first->files.size(); ++n) {
    std::string const& name = first->files[n].name;
    bool const is_there = second->files[n].name == name;
    Result<bool> same = is_there ? are_same(a + "/" + name, b + "/" + name) : Result<bool>(false);
    if (!same) return same.error();
    if (!*same) return name + " is another file in " + b + " than in " + a;
  }
  return std::string();
}

}  // namespace weir::tool
