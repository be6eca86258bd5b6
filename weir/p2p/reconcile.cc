#include "weir/p2p/reconcile.h"

#include <algorithm>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

namespace {

constexpr std::uint64_t parts_max = 16;
// The least of the newest ranges of a first message; each before it is four times as large.
constexpr std::uint64_t newest_count = 64;
// A range of more ops is never compared one by one.
constexpr std::uint64_t compared_max = 4096;

OpRange part_of(OpRange const& range, RangeMode mode) {
  OpRange part;
  part.from = range.from;
  part.to = range.to;
  part.mode = mode;
  return part;
}

}  // namespace

Reconciliation::Reconciliation(OpTree const& ops, ReconcileLimits limits)
    : ops_(ops), limits_(limits) {
  WEIR_ASSERT(consistent(limits));
}

Error Reconciliation::fail(std::string sentence) {
  state_ = State::failed;
  return {0, std::move(sentence)};
}

std::string Reconciliation::send(ReconcileWriter& writer) {
  if (writer.is_empty()) state_ = State::done;
  std::string message = writer.finish();
  ++counters_.messages_sent;
  counters_.bytes_sent += message.size();
  return message;
}

// ---- what is said of a range ----

Reconciliation::Ranks Reconciliation::ranks(OpRange const& range) const {
  return {ops_.rank(range.from.op), range.to.is_end ? ops_.size() : ops_.rank(range.to.op)};
}

OpRange Reconciliation::fingerprint_of(RangeBound const& from, RangeBound const& to, Ranks ranks) {
  RangeSummary const summary = ops_.summary(ranks.from, ranks.to);
  std::array<std::uint64_t, 6> const words = {summary.sum.words[0], summary.sum.words[1],
                                              summary.sum.words[2], summary.sum.words[3],
                                              summary.count,        salt_};
  std::array<std::byte, 48> bytes;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    bytes[n] = static_cast<std::byte>(words[n / 8] >> (8 * (n % 8)));
  }
  OpRange range{from, to, RangeMode::fingerprint};
  Digest const digest = hasher_.of(bytes);
  std::copy_n(digest.begin(), range.fingerprint.size(), range.fingerprint.begin());
  return range;
}

// Places, by rank, between the parts of a range.
std::vector<std::uint64_t> Reconciliation::even_cuts(Ranks ranks) const {
  std::uint64_t const count = ranks.to - ranks.from;
  std::uint64_t const parts = std::clamp<std::uint64_t>(count * 2 / limits_.list_max, 2, parts_max);
  std::vector<std::uint64_t> cuts;
  for (std::uint64_t n = 1; n < parts; ++n) cuts.push_back(ranks.from + count * n / parts);
  return cuts;
}

std::vector<std::uint64_t> Reconciliation::first_cuts() const {
  std::uint64_t const size = ops_.size();
  std::vector<std::uint64_t> newest;
  for (std::uint64_t tail = newest_count; tail <= size / parts_max; tail *= 4) {
    newest.push_back(size - tail);
  }
  std::vector<std::uint64_t> cuts = even_cuts({0, newest.empty() ? size : newest.back()});
  cuts.insert(cuts.end(), newest.rbegin(), newest.rend());
  return cuts;
}

// Fingerprints of the parts, and of the rest where there is no room for all.
bool Reconciliation::split(OpRange const& range, std::vector<std::uint64_t> const& cuts,
                           ReconcileWriter& writer) {
  if (!writer.has_room((cuts.size() + 1) * (range_overhead_bytes + sizeof(Fingerprint)))) {
    return false;
  }
  Ranks const all = ranks(range);
  RangeBound from = range.from;
  std::uint64_t before = all.from;
  for (std::uint64_t const cut : cuts) {
    WEIR_ASSERT(cut > before || cut == all.from);
    if (cut == before) continue;
    RangeBound const to = bound_between(ops_.at(cut - 1), ops_.at(cut));
    writer.put(fingerprint_of(from, to, {before, cut}));
    from = to;
    before = cut;
  }
  writer.put(fingerprint_of(from, range.to, {before, all.to}));
  return true;
}

bool Reconciliation::list(OpRange const& range, Ranks ranks, ReconcileWriter& writer) {
  if (!writer.has_room(8 * (ranks.to - ranks.from))) return false;
  OpRange mine = part_of(range, RangeMode::shorts);
  ops_.for_each(ranks.from, ranks.to, [&](TimedId const& op) {
    mine.shorts.push_back(op.id.hash(salt_));
    return true;
  });
  writer.put(mine);
  return true;
}

// The other side has nothing there: as much as there is room for, and the rest the next time.
bool Reconciliation::dump(OpRange const& range, Ranks ranks, ReconcileWriter& writer) {
  if (ranks.from == ranks.to) return true;
  std::uint64_t const count =
      std::min<std::uint64_t>(ranks.to - ranks.from, writer.room() / entry_bytes_max);
  if (count == 0) return false;
  OpRange given = part_of(range, RangeMode::give);
  given.entries.reserve(count);
  ops_.for_each(ranks.from, ranks.from + count, [&](TimedId const& op) {
    given.entries.push_back(op);
    return true;
  });
  std::uint64_t const cut = ranks.from + count;
  if (cut < ranks.to) given.to = bound_between(ops_.at(cut - 1), ops_.at(cut));
  writer.put(given);
  counters_.given += count;
  if (cut < ranks.to) writer.put(fingerprint_of(given.to, range.to, {cut, ranks.to}));
  return true;
}

// ---- answers ----

bool Reconciliation::answer_fingerprint(OpRange const& range, ReconcileWriter& writer) {
  Ranks const mine = ranks(range);
  if (fingerprint_of(range.from, range.to, mine).fingerprint == range.fingerprint) return true;
  if (mine.to - mine.from <= limits_.list_max) return list(range, mine, writer);
  return split(range, even_cuts(mine), writer);
}

bool Reconciliation::answer_shorts(OpRange const& range, ReconcileWriter& writer) {
  Ranks const mine = ranks(range);
  std::uint64_t const count = mine.to - mine.from;
  if (range.shorts.empty()) return dump(range, mine, writer);
  std::size_t const needed = count * entry_bytes_max + range.shorts.size() * 8;
  if (count > compared_max || needed > writer.capacity()) {
    return count > limits_.list_max ? split(range, even_cuts(mine), writer)
                                    : list(range, mine, writer);
  }
  if (!writer.has_room(needed)) return false;
  std::vector<std::uint64_t> theirs = range.shorts;
  std::ranges::sort(theirs);
  std::vector<bool> matched(theirs.size());
  OpRange difference = part_of(range, RangeMode::answer);
  ops_.for_each(mine.from, mine.to, [&](TimedId const& op) {
    std::uint64_t const id = op.id.hash(salt_);
    auto const at = std::ranges::lower_bound(theirs, id);
    if (at != theirs.end() && *at == id) {
      matched[static_cast<std::size_t>(at - theirs.begin())] = true;
    } else {
      difference.entries.push_back(op);
    }
    return true;
  });
  for (std::size_t n = 0; n < theirs.size(); ++n) {
    bool const is_first = n == 0 || theirs[n] != theirs[n - 1];
    if (is_first && !matched[n]) difference.shorts.push_back(theirs[n]);
  }
  if (difference.entries.empty() && difference.shorts.empty()) return true;
  counters_.given += difference.entries.size();
  writer.put(difference);
  return true;
}

bool Reconciliation::answer_asked(OpRange const& range, ReconcileWriter& writer) {
  if (range.shorts.empty()) return true;
  Ranks const mine = ranks(range);
  // I have listed them, so they were few; now they are many: they are talked about anew.
  if (mine.to - mine.from > compared_max) {
    if (!writer.has_room(sizeof(Fingerprint))) return false;
    writer.put(fingerprint_of(range.from, range.to, mine));
    return true;
  }
  std::vector<std::uint64_t> asked = range.shorts;
  std::ranges::sort(asked);
  OpRange given = part_of(range, RangeMode::give);
  ops_.for_each(mine.from, mine.to, [&](TimedId const& op) {
    if (std::ranges::binary_search(asked, op.id.hash(salt_))) given.entries.push_back(op);
    return true;
  });
  if (given.entries.empty()) return true;
  if (!writer.has_room(given.entries.size() * entry_bytes_max)) {
    return given.entries.size() * entry_bytes_max > writer.capacity() ? dump(range, mine, writer)
                                                                      : false;
  }
  counters_.given += given.entries.size();
  writer.put(given);
  return true;
}

bool Reconciliation::answer(OpRange const& range, ReconcileWriter& writer) {
  switch (range.mode) {
    case RangeMode::fingerprint:
      return answer_fingerprint(range, writer);
    case RangeMode::shorts:
      return answer_shorts(range, writer);
    case RangeMode::answer:
      return answer_asked(range, writer);
    case RangeMode::skip:
    case RangeMode::give:
      return true;
  }
  return true;
}

// ---- the session ----

std::string Reconciliation::initiate(std::uint64_t salt) {
  WEIR_ASSERT(state_ == State::fresh);
  state_ = State::talking;
  salt_ = salt;
  ReconcileWriter writer(salt_, limits_.message_bytes_max);
  OpRange everything;
  everything.to = range_end;
  Ranks const all{0, ops_.size()};
  bool const fits = ops_.size() <= limits_.list_max ? list(everything, all, writer)
                                                    : split(everything, first_cuts(), writer);
  // A short message for a short limit.
  if (!fits) writer.put(fingerprint_of(everything.from, everything.to, all));
  return send(writer);
}

Result<std::string> Reconciliation::receive(std::span<std::byte const> bytes,
                                            std::vector<TimedId>& needed) {
  if (state_ == State::done || state_ == State::failed) {
    return fail("a message of reconciliation came after the end");
  }
  ++counters_.messages_received;
  counters_.bytes_received += bytes.size();
  if (bytes.size() > limits_.message_bytes_max) {
    return fail("a message of reconciliation is refused: it is longer than " +
                std::to_string(limits_.message_bytes_max) + " bytes");
  }
  Result<ReconcileMessage> const read = read_reconcile_message(bytes);
  if (!read) return fail(read.error().message);
  ReconcileMessage const& message = read.value();
  if (state_ == State::fresh) salt_ = message.salt;
  if (message.salt != salt_) return fail("a message of reconciliation is of another session");
  state_ = State::talking;
  if (message.ranges.empty()) {
    state_ = State::done;
    return std::string();
  }

  std::uint64_t const moved_before = counters_.needed + counters_.given;
  ReconcileWriter writer(salt_, limits_.message_bytes_max);
  RangeBound const end = message.ranges.back().to;
  bool has_room = true;
  RangeBound unsaid;
  for (OpRange const& range : message.ranges) {
    for (TimedId const& op : range.entries) {
      // Ranges that are talked about anew bring what they brought before.
      if (ops_.contains(op) || !found_.insert(op)) continue;
      needed.push_back(op);
      ++counters_.needed;
    }
    if (!has_room || answer(range, writer)) continue;
    has_room = false;
    unsaid = range.from;
  }
  if (!has_room) {
    OpRange rest;
    rest.from = unsaid;
    rest.to = end;
    writer.put(fingerprint_of(unsaid, end, ranks(rest)));
  }
  bool const moved = counters_.needed + counters_.given > moved_before;
  idle_ = moved ? 0 : idle_ + 1;
  std::uint32_t const messages = counters_.messages_sent + counters_.messages_received;
  if (counters_.needed > limits_.needed_max || messages > limits_.messages_max ||
      idle_ > limits_.idle_messages_max) {
    return fail("reconciliation does not come to its end; the other side says too much");
  }
  return send(writer);
}

}  // namespace weir
