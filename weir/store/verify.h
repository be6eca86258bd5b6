// Reads ops again and compares them with their ids: what a disk has lost in silence is found before
// a peer asks for it.
//
//   Bookmark at = 0;
//   do at = verify_some(store, at, sha256_id, {}, verified).value(); while (!verified.at_end);
//
// A part at a time, so that whoever calls it can do other things between, and go on later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/result.h"
#include "weir/store/op_store.h"

namespace weir {

// The id that bytes must have; null where ids say nothing of the bytes: then only what the store
// itself can see is found.
using IdOfBytes = OpId (*)(std::span<std::byte const> bytes);

struct VerifyLimits {
  std::uint64_t bytes_max = 4u << 20;
  std::size_t ops_max = 1024;
};

struct Verified {
  std::vector<OpId> damaged;  // listed, but their bytes are not theirs, or cannot be read
  std::uint64_t ops = 0;      // looked at
  std::uint64_t bytes = 0;
  bool at_end = false;
};

// What came after `after`, as much as the limits allow. Returns where to go on.
Result<Bookmark> verify_some(OpStore& store, Bookmark after, IdOfBytes id_of, VerifyLimits limits,
                             Verified& verified);

}  // namespace weir
