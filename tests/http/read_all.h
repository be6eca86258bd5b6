// For the tests of the parser: what it makes of a stream that comes in pieces.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "weir/http/parser.h"

namespace weir::http {

struct Collected final : BodySink {
  void take(std::string_view part) override { body += part; }
  std::string body;
};

// Each request as "METHOD target [body];", then what the stream was refused for, or "..." if a
// request has begun and not ended. `next_piece()` says how much comes next, at least 1.
template <class NextPiece>
std::string read_all(std::string_view stream, Limits const& limits, NextPiece&& next_piece) {
  RequestParser parser(limits);
  Collected sink;
  std::string seen;
  std::string input;
  bool in_body = false;
  while (true) {  // ends: each turn takes something, or gets something
    Progress const progress = in_body ? parser.read_body(input, sink) : parser.read_head(input);
    input.erase(0, progress.taken);
    if (progress.parsed == Parsed::refused) return seen + std::string(name_of(parser.refusal()));
    if (progress.parsed == Parsed::done && !in_body) {
      seen.append(parser.head().method).append(" ").append(parser.head().target);
      in_body = parser.has_body();
      if (in_body) parser.limit_body(limits.body_bytes_max);
      if (in_body) continue;
    }
    if (progress.parsed == Parsed::done) {
      seen += sink.body.empty() ? ";" : " [" + sink.body + "];";
      sink.body.clear();
      in_body = false;
      parser.reset();
      continue;
    }
    if (progress.taken > 0) continue;
    if (stream.empty()) return seen + (parser.is_fresh() ? "" : "...");
    std::size_t const piece = std::min<std::size_t>(next_piece(), stream.size());
    input += stream.substr(0, piece);
    stream.remove_prefix(piece);
  }
}

}  // namespace weir::http
