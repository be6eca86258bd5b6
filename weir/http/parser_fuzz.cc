// Any bytes, in any pieces: a parser makes the same of them as when they come at once, and a target
// that it lets through leads nowhere but down. The input's first two bytes choose limits and
// pieces.
#include <cstddef>
#include <cstdint>

#include "tests/http/read_all.h"
#include "weir/base/assert.h"
#include "weir/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace weir::http;
  if (size < 2) return 0;
  Limits limits;
  limits.line_bytes_max = 16u + data[0];
  limits.head_bytes_max = limits.line_bytes_max * 2;
  limits.field_count_max = 1 + data[0] % 8;
  limits.body_bytes_max = data[1];
  limits.chunk_line_bytes_max = 32;
  std::string_view const stream(reinterpret_cast<char const*>(data + 2), size - 2);
  weir::Random random(std::uint64_t{data[0]} * 256 + data[1]);
  std::string const bytewise = read_all(stream, limits, [] { return 1; });
  std::string const piecewise = read_all(stream, limits, [&] { return 1 + random.below(8); });
  WEIR_ASSERT(bytewise == piecewise);
  WEIR_ASSERT(bytewise == read_all(stream, limits, [&] { return stream.size(); }));

  std::string decoded;
  Target target;
  if (split_target(stream, decoded, target) && target.path != "*") {
    WEIR_ASSERT(target.path.starts_with('/'));
    WEIR_ASSERT(target.path.find("/../") == target.path.npos && !target.path.ends_with("/.."));
    WEIR_ASSERT(target.path.find('\0') == target.path.npos);
  }
  return 0;
}
