#include "weir/base/entry_list.h"

#include <algorithm>

namespace weir {

EntryChunks::~EntryChunks() {
  for (std::uint32_t n = 0; n < count_; ++n) give_back(chunks_[n]);
  delete[] chunks_;
}

void EntryChunks::add(std::size_t bytes) {
  if (std::has_single_bit(count_) || count_ == 0) {
    auto** const more = new void*[std::max(1u, 2 * count_)];
    std::copy_n(chunks_, count_, more);
    delete[] std::exchange(chunks_, more);
  }
  chunks_[count_] = allocate(bytes);
  ++count_;
}

void* EntryChunks::exchange_first(std::size_t bytes) {
  return std::exchange(chunks_[0], allocate(bytes));
}

void* EntryChunks::allocate(std::size_t bytes) const {
  return ::operator new (bytes, std::align_val_t{alignment_});
}

void EntryChunks::give_back(void* chunk) const {
  ::operator delete (chunk, std::align_val_t{alignment_});
}

}  // namespace weir
