// Where a message's head ends, and whether its bytes are in the shape that everybody reads alike.
//
//   GET / HTTP/1.1 CR LF
//   Host: a CR LF            a line ends with CR LF, and neither stands elsewhere;
//   Name: value CR LF        no line but the first begins with white space, none has a NUL, and no
//   CR LF                    white space stands before a field's colon
//
// Two parties that read the same bytes as different messages is what request smuggling lives on, so
// what the standard allows a recipient to repair (a bare LF, a folded line) is refused here. The
// fields themselves are the parser's (parser.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/http/counters.h"
#include "weir/http/limits.h"

namespace weir::http {

class HeadScanner {
 public:
  // `input` is all that came since the first byte of the head, and grows from call to call. The
  // size of the head, once it is whole; 0 if it is not yet, or is refused.
  std::uint32_t scan(std::string_view input, Limits const& limits);
  Refusal refusal() const { return refusal_; }
  void reset() { *this = {}; }

 private:
  Refusal check_line(std::string_view line, Limits const& limits);

  std::uint32_t line_begin_ = 0;
  std::uint32_t looked_at_ = 0;
  std::uint32_t line_count_ = 0;
  Refusal refusal_ = Refusal::none;
};

struct Target {
  std::string_view path;   // in the string that was given, or in the target
  std::string_view query;  // in the target
};

// Takes a target of any form apart ("/a?b", "http://host/a?b", "*"). The decoded path is in
// `decoded` if anything had to be decoded. False: no path, or one that is refused.
bool split_target(std::string_view target, std::string& decoded, Target& out);

}  // namespace weir::http
