// Any text as an address: it is refused with a sentence, or says the same when it is printed.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/base/assert.h"
#include "weir/ring/address.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace weir;
  Result<Address> const parsed =
      Address::parse(std::string_view(reinterpret_cast<char const*>(data), size));
  if (!parsed) {
    WEIR_ASSERT(!parsed.error().message.empty());
    return 0;
  }
  Result<Address> const again = Address::parse(parsed.value().text());
  WEIR_ASSERT(again.ok() && again.value() == parsed.value());
  return 0;
}
