// What client and server say to each other, a frame each:
//
//   client   8 bytes: an edge, from and to
//            4 bytes: "what can be reached from this vertex?"
//            0 bytes: "that was all"; the server answers what is left and closes
//   server   4 bytes: a vertex that can be reached
//
// All integers are big-endian.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <variant>

#include "examples/reachability/dependency_graph.h"
#include "weir/pipes/codec.h"

namespace example {

struct Question {
  Vertex vertex;
};
struct Done {};
using Request = std::variant<Edge, Question, Done>;

using AnswerCodec = weir::IntegersCodec<Vertex>;

class RequestCodec {
 public:
  using value_type = Request;

  std::optional<Request> decode(weir::View bytes) const {
    if (auto const edge = edge_.decode(bytes)) {
      return Edge{std::get<0>(*edge), std::get<1>(*edge)};
    }
    if (auto const question = question_.decode(bytes)) return Question{std::get<0>(*question)};
    if (bytes.empty()) return Done{};
    return std::nullopt;
  }
  std::uint32_t size(Request const& request) const {
    if (std::holds_alternative<Edge>(request)) return edge_.encoded_size;
    return std::holds_alternative<Question>(request) ? question_.encoded_size : 0;
  }
  void encode(Request const& request, std::span<std::byte> to) const {
    if (auto const* const edge = std::get_if<Edge>(&request)) {
      edge_.encode({edge->first, edge->second}, to);
    } else if (auto const* const question = std::get_if<Question>(&request)) {
      question_.encode({question->vertex}, to);
    }
  }

 private:
  weir::IntegersCodec<Vertex, Vertex> edge_;
  weir::IntegersCodec<Vertex> question_;
};

}  // namespace example
