#include "weir/base/bytes.h"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

namespace weir {

Storage& allocate_storage(std::size_t size) {
  void* memory = std::malloc(sizeof(Storage) + size);
  if (memory == nullptr) throw std::bad_alloc();
  auto* storage = new (memory) Storage;
  storage->references = 1;
  storage->give_back = [](Storage& given) { std::free(&given); };
  return *storage;
}

Bytes::Bytes(std::size_t size) {
  WEIR_ASSERT(size <= std::numeric_limits<std::uint32_t>::max());
  if (size == 0) return;
  storage_ = &allocate_storage(size);
  size_ = static_cast<std::uint32_t>(size);
}

Bytes::Bytes(std::string_view text) : Bytes(text.size()) {
  if (!text.empty()) std::memcpy(data(), text.data(), text.size());
}

}  // namespace weir
