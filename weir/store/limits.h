// Every limit of the op stores.
//
//   memory store  bytes_max of ops, and about 100 bytes for each
//   RocksDB       write_buffers_bytes + block_cache_bytes + what its open files need
//   either        32 bytes, and as many for room to grow, for each want
#pragma once

#include <cstdint>

namespace weir {

// A want-list holds no more ids than that; further ones are refused.
inline constexpr std::uint64_t wants_default_max = 2u << 20;

struct MemoryStoreLimits {
  std::uint64_t bytes_max = ~std::uint64_t{0};  // of the ops themselves; further ones are refused
  std::uint64_t wants_max = wants_default_max;
};

struct RocksStoreLimits {
  std::uint64_t write_buffers_bytes = 192u << 20;  // what is durable in the log, and not sorted yet
  std::uint64_t block_cache_bytes = 64u << 20;
  int open_files_max = 512;
  // Ops at least as large lie in files of their own kind, where nothing ever sorts them again.
  std::uint32_t blob_bytes_min = 4096;
  std::uint64_t wants_max = wants_default_max;
};

}  // namespace weir
