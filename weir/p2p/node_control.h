// What programs ask of a running node, over HTTP (weir-node's commands, on a UNIX socket):
//
//   GET  /status                    a JSON object, as the command `status --json` shows it
//   GET  /peers                     a JSON array
//   POST /ops                       ops, each as u32 length (little-endian) and bytes that are
//                                   content (content.h): {"stored": n, "held": m}
//   GET  /ops/ID                    its bytes; 404 where it is not held
//   GET  /ops?after=BOOKMARK&max=N  {"entries": [{"id", "created_at", "size"}, ...], "next":
//   BOOKMARK} POST /want                      {"ids": ["64 hex digits", ...]}: {"wanted": n}
//
// What is refused is {"error": "one sentence"} with a status of 400, 404, 503 (too much at once) or
// 507 (no room). Whoever may connect may do all of it: so it listens where only its user may.
#pragma once

#include <cstdint>

#include "weir/base/owner.h"

namespace weir::http {
class Server;
}

namespace weir {

class Node;

// Of one POST /ops; a larger one is refused (413).
inline constexpr std::uint64_t control_body_bytes_max = 32u << 20;
inline constexpr std::uint32_t control_list_max = 65'536;

class NodeControl {
 public:
  // Both outlive it, and it outlives the server's last turn.
  NodeControl(Node& node, http::Server& server);
  ~NodeControl();
  NodeControl(NodeControl const&) = delete;
  NodeControl& operator=(NodeControl const&) = delete;

 private:
  struct Replies;
  Owner<Replies> replies_;
};

}  // namespace weir
