// The ops that the benchmarks of fetch move: the n-th has the same bytes in every process, and its
// id is their SHA-256.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "weir/base/random.h"
#include "weir/crypto/sha256.h"
#include "weir/store/op.h"

namespace weir::bench {

class FetchOps {
 public:
  // Of `size` bytes each, 8 or more; all alike but for their number.
  explicit FetchOps(std::uint32_t size) : size_(size), bytes_(size) {
    Random random(size);
    for (std::byte& byte : bytes_) byte = static_cast<std::byte>(random.next() & 0xFF);
  }

  Op make(std::uint64_t number) {
    Op op{.id = id_of(number), .created_at = 1 + number, .bytes = Bytes(size_)};
    std::copy(bytes_.begin(), bytes_.end(), op.bytes.data());
    return op;
  }
  OpId id_of(std::uint64_t number) {
    std::memcpy(bytes_.data(), &number, sizeof number);
    return {hasher_.of(bytes_)};
  }
  std::vector<OpId> ids(std::uint64_t count) {
    std::vector<OpId> ids;
    ids.reserve(count);
    for (std::uint64_t number = 0; number < count; ++number) ids.push_back(id_of(number));
    return ids;
  }

 private:
  std::uint32_t const size_;
  std::vector<std::byte> bytes_;
  Sha256 hasher_;
};

}  // namespace weir::bench
