// What the three programs do with Weir: a line that comes on a connection goes back in capitals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "weir/weir.h"

namespace example {

inline std::string in_capitals(std::string_view line) {
  std::string text(line);
  for (char& letter : text)
    if ('a' <= letter && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return text;
}

// `connections` has line_frames; `count` counts the lines.
inline auto shouting(weir::Endpoint& connections, std::uint64_t& count) {
  using namespace weir;
  return flow(source_tcp(connections) >> map([&count](ConnectionId who, View line) {
                ++count;
                return std::pair{who, in_capitals(line.text())};
              }) >>
              encode(TextCodec{}) >> dest_tcp(connections));
}

}  // namespace example
