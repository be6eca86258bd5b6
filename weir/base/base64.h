// Bytes as text that may stand in a URL or a file name: base64url (RFC 4648, section 5), without
// padding.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

std::string to_base64url(std::span<std::byte const> bytes);
// Nothing for text that to_base64url() would not have written: every text is of one value only.
std::optional<std::vector<std::byte>> from_base64url(std::string_view text);

}  // namespace weir
