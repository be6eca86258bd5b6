// What the commands do with a node's ops: through its control socket while it runs, on its store
// itself while it does not. A command sees no difference.
#pragma once

#include <cerrno>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tools/weir_node/node_directory.h"
#include "weir/base/result.h"
#include "weir/store/op_store.h"

namespace weir::tool {

struct PutCount {
  std::uint64_t stored = 0;
  std::uint64_t held = 0;  // it was there before
};

class OpsAccess {
 public:
  virtual ~OpsAccess() = default;

  // Whether it is a running node that answers.
  virtual bool is_running() const = 0;
  // All of them, durably, or an error.
  virtual Result<PutCount> put(std::vector<Op> ops) = 0;
  // Visits each of `ids`, in their order, with the op, or null if it is not held or damaged. Ends
  // with the first error. Few ops are in memory at a time.
  using Visit = std::function<Result<void>(OpId const& id, Op const* op)>;
  virtual Result<void> retrieve(std::span<OpId const> ids, Visit const& visit) = 0;
  // As OpStore::list_since(); at most `count_max`, which is at most list_count_max.
  virtual Result<Bookmark> list(Bookmark after, std::size_t count_max,
                                std::vector<OpEntry>& entries) = 0;
  // Durably, until they come.
  virtual Result<void> want(std::span<OpId const> ids) = 0;
  // JSON, as a running node says it (weir/p2p/node_control.h): an object, and an array.
  virtual Result<std::string> status() = 0;
  virtual Result<std::string> peers() = 0;
};

inline constexpr std::size_t list_count_max = 4096;

// What is not held is an error with this code.
inline constexpr int not_held_code = ENODATA;
Result<Op> retrieve_one(OpsAccess& access, OpId const& id);
Error not_held(OpId const& id);

// Calls visit(entries) for all that is held, page after page.
template <class F>
Result<void> for_each_page(OpsAccess& access, F visit) {
  std::vector<OpEntry> entries;
  Bookmark after = 0;
  while (true) {  // ends with the ops
    Result<Bookmark> next = access.list(after, list_count_max, entries);
    if (!next) return next.error();
    if (entries.empty()) return {};
    Result<void> const visited = visit(entries);
    if (!visited) return visited;
    after = *next;
  }
}

// That of the running node, or of its store.
Result<std::unique_ptr<OpsAccess>> open_access(NodeDirectory const& directory);

}  // namespace weir::tool
