// The operations of io_uring made of plain calls: what kernel_epoll does with a submission.
//
// Each operation is tried at once with a call that does not wait. One that would block is kept, its
// descriptor is watched, and it is tried again when epoll reports an edge:
//
//     start ──try──▶ finished (a completion)
//              ├───▶ waiting   ◀──would block──┐
//              │        └── edge ──try─────────┤
//              └───▶ runnable  ──next enter, try┘   a multishot that used up its turn
//
// Edges are enough because a try always goes on until the call would block, and are never lost
// because watching a descriptor reports what it is ready for at that moment. Epoll is told only
// what somebody waits for; when an edge finds nobody, the interest is narrowed.
//
// As in io_uring a waiting operation keeps its file open: when its descriptor is closed meanwhile,
// the operation moves to a duplicate, which goes when the last operation on it has ended.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "weir/ring/epoll_buffers.h"
#include "weir/ring/epoll_queues.h"
#include "weir/ring/epoll_transfer.h"
#include "weir/ring/links.h"
#include "weir/ring/region_table.h"
#include "weir/ring/uapi.h"

namespace weir {

class EpollOperations {
 public:
  EpollOperations(EpollQueues& queues, Clock const& clock) : queues_(queues), links_(clock) {}
  ~EpollOperations();

  void watch_with(int epoll_descriptor) { epoll_descriptor_ = epoll_descriptor; }
  EpollBuffers& buffers() { return buffers_; }
  RegionTable& regions() { return regions_; }

  // Carries a submission out as far as that goes without waiting; of a chain, when its turn comes.
  void start(uapi::Sqe const& submission);
  // Nothing more is submitted for now; then, and after events, chains of links go on.
  void end_submission() { links_.end_submission(); }
  void run_links();
  // When run_links() is due although nothing has happened; never if no time-out runs.
  Instant nearest_timeout() const { return links_.empty() ? never : links_.nearest(); }
  // An edge on a descriptor.
  void on_event(int descriptor, std::uint32_t events);
  // Whether some operation can go on without an edge, and letting each have another turn.
  bool has_runnable() const { return !runnable_.empty(); }
  void run_runnable();

 private:
  // Results of one multishot in one turn, so that a fast sender does not keep the others waiting.
  static constexpr std::uint32_t results_per_turn_max = 32;

  // What an operation came to by trying.
  enum class Progress : std::uint8_t { finished, waiting, runnable };

  struct Operation {
    uapi::Sqe submission;
    int descriptor = -1;  // the submission's, or the duplicate that keeps its file open
    bool begun = false;   // a connect or an accept that was tried before
    bool runnable = false;
    Transfer transfer;  // of a send, or a receive into given memory
  };

  // What epoll watches, and for whom.
  struct Watched {
    std::vector<Operation*> operations;
    std::uint32_t events = 0;  // that epoll was told; 0: not watched
    bool duplicate = false;    // ours, and ours to close
  };

  Progress attempt(Operation& operation);
  Progress attempt_transfer(Operation& operation);
  Progress attempt_file(Operation& operation);
  Progress attempt_receives(Operation& operation);
  Progress attempt_accepts(Operation& operation);
  Progress attempt_connect(Operation& operation);
  // epoll_sockets.cc
  Progress attempt_datagrams(Operation& operation);
  Progress attempt_zero_copy(Operation& operation);
  Progress attempt_pooled_read(Operation& operation);
  // True if that was all of it.
  bool start_on_socket(uapi::Sqe const& submission);
  static bool is_zero_copy(uapi::Sqe const& submission);
  void finish_zero_copy(uapi::Sqe const& submission, std::int32_t result);

  // epoll_links.cc
  // One that is no part of a chain, or whose turn in it has come.
  void begin(uapi::Sqe const& submission);
  // True if that was all of it.
  bool start_on_file(uapi::Sqe const& submission);
  int resolve_region(uapi::Sqe& submission) const;
  void expire(Links::Step const& step);

  void close(uapi::Sqe const& submission);
  void keep_open(int descriptor);
  void cancel(uapi::Sqe const& submission);
  std::vector<Operation*> matching(uapi::Sqe const& submission);

  // Keeps an operation that is not finished.
  void keep(Operation const& started, Progress progress);
  // Where an attempt has left a kept operation.
  void settle(Operation& operation, Progress progress);
  void make_runnable(Operation& operation);
  // Ends a kept operation whose completion is posted.
  void forget(Operation& operation);
  // Ends a kept operation with -ECANCELED, or with what it has moved by then.
  void end_cancelled(Operation& operation);

  static std::uint32_t events_of(Operation const& operation);
  std::uint32_t wanted_events(Watched const& watched) const;
  // 0 or -errno.
  int watch(int descriptor);
  void narrow(int descriptor);
  void unwatch(int descriptor);
  Watched& watched(int descriptor);
  // Null if nobody ever waited on it.
  Watched* find(int descriptor);

  // A terminal completion, unless it is a success that nobody wants to hear of.
  void finish(uapi::Sqe const& submission, std::int32_t result, bool failed);
  void finish(uapi::Sqe const& submission, std::int32_t result) {
    finish(submission, result, result < 0);
  }
  void post_more(uapi::Sqe const& submission, std::int32_t result, std::uint32_t flags = 0);
  // A terminal completion is posted: a chain may go on.
  void ended(uapi::Sqe const& submission, bool failed) {
    if (!links_.empty()) links_.ended(submission.user_data, failed);
  }

  EpollQueues& queues_;
  EpollBuffers buffers_;
  RegionTable regions_;
  Links links_;
  int epoll_descriptor_ = -1;
  std::unordered_map<std::uint64_t, Operation> kept_;  // by user_data
  std::vector<Watched> watched_;                       // by descriptor
  std::vector<Operation*> runnable_;
  std::vector<Operation*> turn_;  // those being tried; kept for its memory
};

}  // namespace weir
