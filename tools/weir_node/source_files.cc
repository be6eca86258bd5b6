#include "tools/weir_node/source_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tools/weir_node/descriptor.h"
#include "weir/p2p/content.h"

namespace weir::tool {

namespace fs = std::filesystem;

Result<SourceFiles> find_files(std::string const& directory, std::string const& node_directory) {
  SourceFiles found;
  std::error_code failure;
  fs::recursive_directory_iterator at(directory, failure), end;
  if (failure) return system_error("cannot read " + directory, failure.value());
  for (; at != end; at.increment(failure)) {
    if (failure) break;
    fs::directory_entry const& entry = *at;
    fs::file_status const status = entry.symlink_status(failure);
    if (failure) return system_error("cannot read " + entry.path().string(), failure.value());
    if (fs::is_symlink(status)) {
      ++found.links;
    } else if (fs::is_directory(status)) {
      std::error_code other;  // there may be no node directory
      if (!fs::equivalent(entry.path(), node_directory, other)) continue;
      at.disable_recursion_pending();
      found.left_out_node = true;
    } else if (!fs::is_regular_file(status)) {
      ++found.specials;
    } else {
      SourceFile file;
      file.name = entry.path().lexically_relative(directory).string();
      file.size = entry.file_size(failure);
      if (failure) return system_error("cannot read " + entry.path().string(), failure.value());
      if (!is_safe_path(file.name)) {
        return Error{ENAMETOOLONG, "the name of " + entry.path().string() + " is too long"};
      }
      found.bytes += file.size;
      found.files.push_back(std::move(file));
    }
  }
  if (failure) return system_error("cannot read below " + directory, failure.value());
  std::sort(found.files.begin(), found.files.end(),
            [](SourceFile const& a, SourceFile const& b) { return a.name < b.name; });
  return found;
}

}  // namespace weir::tool
