// Completions that have not reached the completion queue yet, and the orders in which they may.
//
// io_uring promises little about order, and a program must not rely on more. What it does promise,
// and what is therefore kept when completions change places:
//
//   of one operation        its results, and those of a later one with the same user_data
//   of one descriptor       what was received, in the order of its bytes; closing it
//   of a descriptor number  closing it, and its next use: an accept that returns the number again
//   of one incremental ring of buffers: completions do not say where in a buffer their bytes lie
#pragma once

#include <cstdint>
#include <deque>

#include "weir/ring/kernel.h"
#include "weir/sim/chance.h"

namespace weir {

struct PostedCompletion {
  uapi::Cqe cqe{};
  int descriptor = -1;    // that the operation was for
  int opened = -1;        // that an accept made
  int buffer_group = -1;  // of an incremental ring
};

class CompletionOrder {
 public:
  void post(PostedCompletion const& posted) { posted_.push_back(posted); }

  // Moves what there is room for to the queue.
  void flush(CompletionQueue& queue, Chance& chance);

  bool empty() const { return posted_.empty(); }
  std::size_t size() const { return posted_.size(); }

 private:
  void permute(Chance& chance);

  std::deque<PostedCompletion> posted_;
};

// Whether the two may change places.
bool independent(PostedCompletion const& a, PostedCompletion const& b);

}  // namespace weir
