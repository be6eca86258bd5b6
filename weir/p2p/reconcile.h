// Two nodes find out what each lacks, in a few messages, however much they hold in common.
//
// Both look at their ops in one order, by (time, id). The initiator cuts its own into ranges and
// sends of each a fingerprint: a hash of how many there are and of the sum of their ids. Where the
// responder's fingerprint of the same range is another one it cuts that range into 16 and sends
// theirs; and so on in turns, until few ops are left of a range. Of these short ids are sent, 8
// bytes that depend on a number of the session, and the answer is the difference.
//
//   fingerprint   16 bytes                   if mine differs: 16 smaller ones, or my short ids
//   shorts        8 bytes for each op        answered by what the sender lacks, and what I lack
//   answer        ops the receiver lacks, and short ids of those that the sender lacks
//   give          ops the receiver lacks: they had been asked for
//   skip          nothing has to be said of that range (any more)
//
// The newest ops are where nodes differ, so the first message cuts them finer: the last 64, 256,
// 1024, ... A message that would become too long ends with one fingerprint of all that was not
// said, which then is talked about next. What had been settled there is looked at again, so some
// ops are sent twice; none is reported twice, for a session remembers what it found. Beside that
// only the tree is remembered between messages, and it may change: an op that comes meanwhile is
// found, or is left for the next time. A node that holds nothing is sent everything, in full
// messages.
//
// This is a value: bytes in, bytes out. Method: A. Meyer, Range-Based Set Reconciliation (2022).
// Two ops of a range whose short ids agree by chance (1 in 2^64 for each pair) are found the next
// time, when the session's number is another one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/crypto/sha256.h"
#include "weir/p2p/op_tree.h"
#include "weir/p2p/reconcile_message.h"

namespace weir {

struct ReconcileLimits {
  std::uint32_t message_bytes_max = 256u << 10;  // at least 4096
  // Of a range that has no more, short ids are sent rather than fingerprints of its parts.
  std::uint32_t list_max = 32;
  // A session has no more messages, of both sides together.
  std::uint32_t messages_max = 8192;
  // … and no more in a row that bring neither side an op.
  std::uint32_t idle_messages_max = 64;
  // What one side is told that it lacks.
  std::uint64_t needed_max = 1u << 26;
};

constexpr bool consistent(ReconcileLimits const& limits) {
  return limits.message_bytes_max >= 4096 && limits.list_max >= 2 && limits.list_max <= 64;
}
static_assert(consistent(ReconcileLimits{}));

struct ReconcileCounters {
  std::uint32_t messages_sent = 0;
  std::uint32_t messages_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t needed = 0;  // ops that the other side has and this one lacks
  std::uint64_t given = 0;   // ops that it was told of, some twice
};

// One side of one session.
class Reconciliation {
 public:
  // The tree outlives it.
  explicit Reconciliation(OpTree const& ops, ReconcileLimits limits = {});

  // As the initiator: the first message. `salt` is a random number.
  std::string initiate(std::uint64_t salt);

  // What came, and what to answer: nothing, if that is empty. What the other side has and this one
  // lacks is added to `needed`, each op once. An error is the other side's fault, says what was
  // wrong, and is the end.
  Result<std::string> receive(std::span<std::byte const> message, std::vector<TimedId>& needed);

  // Neither side has anything left to say.
  bool done() const { return state_ == State::done; }
  ReconcileCounters const& counters() const { return counters_; }

 private:
  enum class State : std::uint8_t { fresh, talking, done, failed };
  // Of the ops of a range, by rank.
  struct Ranks {
    std::uint64_t from;
    std::uint64_t to;
  };

  Ranks ranks(OpRange const& range) const;
  OpRange fingerprint_of(RangeBound const& from, RangeBound const& to, Ranks ranks);
  // Each writes its answer, or returns false where there is no room for it.
  bool answer(OpRange const& range, ReconcileWriter& writer);
  bool answer_fingerprint(OpRange const& range, ReconcileWriter& writer);
  bool answer_shorts(OpRange const& range, ReconcileWriter& writer);
  bool answer_asked(OpRange const& range, ReconcileWriter& writer);
  bool list(OpRange const& range, Ranks ranks, ReconcileWriter& writer);
  bool dump(OpRange const& range, Ranks ranks, ReconcileWriter& writer);
  bool split(OpRange const& range, std::vector<std::uint64_t> const& cuts, ReconcileWriter& writer);
  std::vector<std::uint64_t> even_cuts(Ranks ranks) const;
  std::vector<std::uint64_t> first_cuts() const;
  std::string send(ReconcileWriter& writer);
  Error fail(std::string sentence);

  OpTree const& ops_;
  OpTree found_;  // all that was added to `needed`
  ReconcileLimits const limits_;
  State state_ = State::fresh;
  std::uint64_t salt_ = 0;
  std::uint32_t idle_ = 0;
  ReconcileCounters counters_;
  Sha256 hasher_;
};

}  // namespace weir
