// What a request for a file is answered with: the whole of it, a part, or that it has not changed.
// Pure: facts in, decision out (RFC 9110, 13.2.2 and 14.2).
#pragma once

#include <cstdint>
#include <string_view>

#include "weir/http/request.h"

namespace weir::http {

struct FileFacts {
  std::uint64_t size = 0;
  std::int64_t modified = 0;  // seconds since 1970
  std::string_view etag;      // with its quotes
};

struct FileAnswer {
  int status = 200;  // or 206, 304, 412, 416
  // Of 200 and 206: the bytes [begin, end).
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// One range is answered with a part; several, or one that nobody understands, with the whole.
FileAnswer answer_for(Request const& request, FileFacts const& facts);

}  // namespace weir::http
