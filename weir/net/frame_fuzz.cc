// Any bytes, in any pieces: the decoder gives what the bytewise one gives, no more and no less. The
// input's first byte chooses the framing, the second the limit and the splits; the rest is the
// stream.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tests/net/frame_reference.h"
#include "tests/net/netstring.h"
#include "weir/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace weir;
  if (size < 2) return 0;
  // The lowest bit as ever, so that what was found before is still found.
  Framing framing = data[0] % 2 == 0 ? Framing::length_prefixed : Framing::lines;
  if (data[0] >= 0xc0) framing = Framing::custom;
  CustomFraming const& named =
      data[0] % 2 == 0 ? custom_framing<Netstring> : custom_framing<ZeroEnded>;
  CustomFraming const* const custom = framing == Framing::custom ? &named : nullptr;
  std::uint32_t const frame_bytes_max = 1 + data[1];
  std::string_view const stream(reinterpret_cast<char const*>(data + 2), size - 2);

  ReferenceFrames const expected = custom != nullptr
                                       ? decode_bytewise(*custom, frame_bytes_max, stream)
                                       : decode_bytewise(framing, frame_bytes_max, stream);
  Random random(std::uint64_t{data[0]} * 256 + data[1]);
  ReferenceFrames const found = decode_in_pieces(
      framing, frame_bytes_max, stream, [&](std::uint64_t bound) { return random.below(bound); },
      custom);

  WEIR_ASSERT(found.too_large == expected.too_large);
  WEIR_ASSERT(found.frames == expected.frames);
  if (!expected.too_large) WEIR_ASSERT(found.unfinished.size() == expected.unfinished.size());
  return 0;
}
