#include "tools/weir_node/descriptor.h"

#include <cerrno>
#include <cstring>

namespace weir::tool {

Error system_error(std::string const& what, int code) {
  return {code, what + ": " + std::strerror(code)};
}

Result<std::size_t> read_some(int descriptor, std::span<std::byte> bytes, std::string const& name) {
  std::size_t size = 0;
  while (size < bytes.size()) {  // ends with the file
    ssize_t const count = ::read(descriptor, bytes.data() + size, bytes.size() - size);
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("cannot read " + name, errno);
    size += static_cast<std::size_t>(count);
  }
  return size;
}

Result<void> write_all(int descriptor, std::span<std::byte const> bytes, std::string const& name) {
  while (!bytes.empty()) {
    ssize_t const count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("cannot write " + name, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace weir::tool
