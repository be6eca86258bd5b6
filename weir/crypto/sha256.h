// SHA-256 (FIPS 180-4): of bytes that are here, or of bytes that come piece by piece.
//
//   Digest const id = sha256(bytes);           // once in a while
//
//   Sha256 hasher;                             // often: what a hash needs is made once
//   for (View const& op : ops) ids.push_back(hasher.of(op.span()));
//
// The hash itself is as fast as the processor's instructions for it. Making a context for each
// input costs 20 ns beside it, a quarter of what 64 bytes take: so keep a Sha256 and reuse it where
// small inputs are many. One belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <span>

struct evp_md_ctx_st;

namespace weir {

// 32 bytes, the first first.
using Digest = std::array<std::byte, 32>;

Digest sha256(std::span<std::byte const> bytes);

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;
  ~Sha256();

  // Piece by piece; finish() gives the hash of all since the last one and begins anew.
  void update(std::span<std::byte const> bytes);
  Digest finish();
  // Of one whole input; nothing must have been begun.
  Digest of(std::span<std::byte const> bytes);

 private:
  void begin();

  evp_md_ctx_st* context_;
  bool begun_ = false;
};

}  // namespace weir
