// Any bytes through every codec that operators come with: what decodes encodes to the same bytes.
// The first byte chooses the codec.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "weir/base/assert.h"
#include "weir/base/bytes.h"
#include "weir/pipes/codec.h"

namespace weir {
namespace {

template <class Codec>
void round_trip(Codec const& codec, View bytes, bool is_right_size) {
  auto const value = codec.decode(bytes);
  WEIR_ASSERT(value.has_value() == is_right_size);
  if (!value) return;
  WEIR_ASSERT(codec.size(*value) == bytes.size());
  Bytes again(bytes.size());
  codec.encode(*value, std::span(again.data(), again.size()));
  WEIR_ASSERT(again.view() == bytes);
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace weir;
  if (size == 0) return 0;
  Bytes const given(std::string_view(reinterpret_cast<char const*>(data + 1), size - 1));
  View const bytes = given.view();
  using Mixed = IntegersCodec<std::uint8_t, std::uint64_t, std::uint16_t, std::uint32_t>;
  switch (data[0] % 4) {
    case 0:
      round_trip(ViewCodec{}, bytes, true);
      break;
    case 1:
      round_trip(TextCodec{}, bytes, true);
      break;
    case 2:
      round_trip(IntegersCodec<std::uint64_t>{}, bytes, bytes.size() == 8);
      break;
    default:
      round_trip(Mixed{}, bytes, bytes.size() == 15);
  }
  return 0;
}
