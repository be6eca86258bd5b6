// What a file holds, by the end of its name.
#pragma once

#include <string_view>

namespace weir::http {

// "text/html; charset=utf-8"; "application/octet-stream" if nobody knows.
std::string_view content_type_of(std::string_view path);

}  // namespace weir::http
