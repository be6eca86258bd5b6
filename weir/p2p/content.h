// What a node puts into its ops: blobs, files and trees of files. An op's id is the SHA-256 of its
// bytes, so whoever has an id can check what he is given, and the id of a tree vouches for all of
// it.
//
//   blob    bytes
//   file    a name and its bytes; or, when it is longer than chunk_bytes, the ids of its chunks
//   chunk   a part of a file
//   tree    a name and the ids of files, whose names are their paths below it
//
// Every op says when it was made, inside its bytes: so it is the same everywhere, and nobody can
// claim another time for it. The format is a protobuf message:
//
//   kind=1 enum  created_at=2 fixed64 (microseconds since 1970)  name=3 string  mode=4 uint32
//   size=5 uint64 (of a file)  digest=6 bytes (SHA-256 of a file in chunks)  data=7 bytes
//   parts=8 repeated bytes (ids)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/crypto/sha256.h"
#include "weir/store/op.h"

namespace weir {

enum class ContentKind : std::uint8_t { blob = 1, chunk, file, tree };
std::string_view text(ContentKind kind);

inline constexpr std::uint32_t chunk_bytes = 1u << 20;
inline constexpr std::size_t content_name_bytes_max = 4096;
// Of a file or a tree: as many as one op of 34 bytes each holds.
inline constexpr std::size_t content_parts_max = 2'000'000;

struct Content {
  ContentKind kind = ContentKind::blob;
  std::uint64_t created_at = 0;
  std::string name;        // of a file or a tree: a relative path, safe to create (is_safe_path)
  std::uint32_t mode = 0;  // of a file: the permission bits
  std::uint64_t size = 0;  // of a file
  Digest digest{};         // of a file in chunks
  std::span<std::byte const> data{};  // borrowed
  std::vector<OpId> parts{};

  // What it shows of itself: bytes of a blob or a chunk, a file's size, a tree's files.
  std::uint64_t shown_size() const;
};

// Neither absolute nor empty, no part of it "", "." or "..", no byte 0; at most
// content_name_bytes_max.
bool is_safe_path(std::string_view path);

// The op of it, its id computed.
Op make_op(Content const& content, Sha256& hasher);
// Fails, in one sentence, for bytes that are no content; `data` looks into `bytes`.
Result<Content> read_content(std::span<std::byte const> bytes);
// When the op was made, if its bytes are content.
std::optional<std::uint64_t> created_at_of(std::span<std::byte const> bytes);

}  // namespace weir
