#include "weir/store/op_store.h"

namespace weir {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

// -1 for what is no digit.
int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<OpId> OpId::of_hex(std::string_view digits) {
  if (digits.size() != 2 * op_id_bytes) return std::nullopt;
  OpId id;
  for (std::size_t n = 0; n < op_id_bytes; ++n) {
    int const high = digit_value(digits[2 * n]);
    int const low = digit_value(digits[2 * n + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[n] = static_cast<std::byte>(high * 16 + low);
  }
  return id;
}

std::string OpId::hex() const {
  std::string digits(2 * op_id_bytes, '0');
  for (std::size_t n = 0; n < op_id_bytes; ++n) {
    auto const byte = std::to_integer<unsigned>(bytes[n]);
    digits[2 * n] = hex_digits[byte / 16];
    digits[2 * n + 1] = hex_digits[byte % 16];
  }
  return digits;
}

void Committed::clear() {
  ops.clear();
  stored_count = 0;
  stored_bytes = 0;
  discarded_count = 0;
  wants_refused = 0;
}

void Retrieved::clear() {
  ops.clear();
  damaged.clear();
  answered = 0;
}

}  // namespace weir
