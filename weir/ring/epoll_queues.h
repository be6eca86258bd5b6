// The two rings of kernel_epoll, in ordinary memory. A completion that finds no room waits in a
// list behind the ring, as it does in io_uring, and comes with a later enter: none is ever lost.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "weir/ring/kernel.h"

namespace weir {

class EpollQueues {
 public:
  // Rounds the counts up to powers of two and shows the rings to `kernel`.
  void set_up(Setup const& setup, Kernel& kernel);

  // Takes the next submission out. There must be one.
  uapi::Sqe take();
  // Neither allocates nor fails, unless the ring is full.
  void post(uapi::Cqe const& completion);
  // Moves what waits for room into the ring, as far as it goes.
  void flush();

  bool has_completions() const { return completion_tail_ != completion_head_; }
  bool overflowed() const { return !waiting_.empty(); }

 private:
  bool is_full() const { return completion_tail_ - completion_head_ == completions_.size(); }
  void append(uapi::Cqe const& completion);

  std::vector<uapi::Sqe> submissions_;
  std::vector<uapi::Cqe> completions_;
  std::uint32_t submission_head_ = 0;
  std::uint32_t submission_tail_ = 0;
  std::uint32_t completion_head_ = 0;
  std::uint32_t completion_tail_ = 0;
  std::deque<uapi::Cqe> waiting_;
};

}  // namespace weir
