// Any bytes as a message, and any message as bytes: what decodes encodes to the same bytes, and
// what is too short is refused.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "weir/base/assert.h"
#include "weir/base/bytes.h"
#include "weir/net/message.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace weir;
  Bytes const given(std::string_view(reinterpret_cast<char const*>(data), size));
  View const bytes = given.view();
  MessageCodec const codec;
  std::optional<Message> const message = codec.decode(bytes);
  WEIR_ASSERT(message.has_value() == (size >= MessageCodec::address_bytes));
  if (!message) return 0;

  WEIR_ASSERT(codec.size(*message) == size);
  Bytes again(size);
  codec.encode(*message, std::span(again.data(), size));
  WEIR_ASSERT(again.view() == bytes);

  MessageEncoder encoder;
  WEIR_ASSERT(encoder.encode(*message) == bytes);
  return 0;
}
