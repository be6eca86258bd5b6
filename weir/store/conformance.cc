#include "weir/store/conformance.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/random.h"

namespace weir {

namespace {

constexpr std::uint64_t no_limit = ~std::uint64_t{0};

// What does not hold ends a case; the sentence goes to whoever runs it.
struct Broken {
  std::string sentence;
};

void require(bool holds, std::string_view what) {
  if (!holds) throw Broken{std::string(what)};
}
template <class A, class B>
void require_equal(A const& found, B const& expected, std::string_view what) {
  if (found == expected) return;
  std::string sentence(what);
  if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) {
    sentence += ": " + std::to_string(found) + ", expected " + std::to_string(expected);
  }
  throw Broken{std::move(sentence)};
}
void require_ok(Result<void> const& result, std::string_view what) {
  if (!result.ok()) throw Broken{std::string(what) + " failed: " + result.error().message};
}

Op copy_of(Op const& op) { return {op.id, op.created_at, op.bytes}; }
std::vector<Op> copies_of(std::span<Op const> ops) {
  std::vector<Op> copies;
  for (Op const& op : ops) copies.push_back(copy_of(op));
  return copies;
}

Committed commit(OpStore& store, Batch const& batch) {
  Committed committed;
  require_ok(store.commit(batch, committed), "a commit");
  require_equal(committed.ops.size(), batch.ops.size(), "outcomes of a batch");
  return committed;
}
Committed put(OpStore& store, std::span<Op const> ops) {
  std::vector<Op> copies = copies_of(ops);
  return commit(store, {.ops = copies});
}
std::vector<Op> make_ops(std::uint64_t from, std::uint64_t count, std::uint32_t size) {
  std::vector<Op> ops;
  for (std::uint64_t n = from; n < from + count; ++n) ops.push_back(make_test_op(n, size));
  return ops;
}
std::vector<OpId> ids_of(std::span<Op const> ops) {
  std::vector<OpId> ids;
  for (Op const& op : ops) ids.push_back(op.id);
  return ids;
}

Retrieved retrieve(OpStore& store, std::span<OpId const> ids, std::uint64_t bytes_max = no_limit) {
  Retrieved retrieved;
  require_ok(store.retrieve(ids, bytes_max, retrieved), "a retrieve");
  require(retrieved.damaged.empty(), "an op is damaged");
  require(retrieved.answered <= ids.size(), "more ids were answered than asked");
  return retrieved;
}
void require_same(std::span<Op const> found, std::span<Op const> expected) {
  require_equal(found.size(), expected.size(), "ops retrieved");
  for (std::size_t n = 0; n < found.size(); ++n) {
    require(found[n].id == expected[n].id, "another op was retrieved");
    require_equal(found[n].created_at, expected[n].created_at, "when an op was made");
    require(found[n].bytes == expected[n].bytes, "an op has other bytes");
  }
}
void require_held(OpStore& store, std::span<Op const> ops) {
  require_same(retrieve(store, ids_of(ops)).ops, ops);
}

std::vector<OpId> missing_of(OpStore& store, std::span<OpId const> ids) {
  std::vector<OpId> missing = {OpId{}};  // which is to go
  require_ok(store.filter_missing(ids, missing), "a filter");
  return missing;
}
std::set<OpId> wants_of(OpStore& store) {
  std::vector<OpId> wants = {OpId{}};
  require_ok(store.load_wants(wants), "loading the wants");
  std::set<OpId> const set(wants.begin(), wants.end());
  require_equal(set.size(), wants.size(), "different wants of the list");
  require_equal(store.counts().wants, set.size(), "wants counted");
  return set;
}

// Everything from `after` on, in pages.
std::vector<OpEntry> list(OpStore& store, ListLimits limits, Bookmark after = 0) {
  std::vector<OpEntry> all;
  std::vector<OpEntry> page;
  while (true) {  // ends: every page but the last brings something
    Result<Bookmark> const next = store.list_since(after, limits, page);
    require(next.ok(), "listing failed");
    std::uint64_t bytes = 0;
    for (OpEntry const& entry : page) bytes += entry.size;
    require(page.size() <= limits.ops_max, "a page has too many ops");
    require(page.size() <= 1 || bytes <= limits.bytes_max, "a page has too many bytes");
    require(next.value() >= after, "a bookmark went back");
    if (page.empty()) return all;
    require(next.value() > after, "a page brought something and the bookmark stayed");
    all.insert(all.end(), page.begin(), page.end());
    after = next.value();
  }
}
std::vector<OpEntry> entries_of(std::span<Op const> ops) {
  std::vector<OpEntry> entries;
  for (Op const& op : ops) entries.push_back({op.id, op.created_at, op.bytes.size()});
  return entries;
}

// ---- the cases ----

using Mine = StoreUnderTest;

void new_store_holds_nothing(Mine& mine, Random&) {
  OpId const id = make_test_id(1);
  require(retrieve(mine.store(), {&id, 1}).ops.empty(), "an op that was never stored is there");
  require_equal(missing_of(mine.store(), {&id, 1}).size(), 1u, "missing ops");
  require(list(mine.store(), {}).empty(), "something is listed");
  require(wants_of(mine.store()).empty(), "something is wanted");
  require(mine.store().counts() == OpCounts{}, "something is counted");
}

void stored_ops_come_back_as_they_were(Mine& mine, Random&) {
  std::vector<Op> ops;
  for (std::uint32_t const size : {0u, 1u, 100u, 4095u, 4096u, 70'000u, 5u << 20}) {
    ops.push_back(make_test_op(ops.size(), size));
  }
  Committed const committed = put(mine.store(), ops);
  std::uint64_t bytes = 0;
  for (Op const& op : ops) bytes += op.bytes.size();
  require_equal(committed.stored_count, ops.size(), "ops stored");
  require_equal(committed.stored_bytes, bytes, "bytes stored");
  require_held(mine.store(), ops);
  require(mine.store().counts() == OpCounts{ops.size(), bytes, 0}, "the counts are wrong");
  std::ranges::reverse(ops);
  require_held(mine.store(), ops);
}

void retrieving_leaves_out_what_is_not_held(Mine& mine, Random&) {
  std::vector<Op> const ops = make_ops(0, 100, 10);
  put(mine.store(), ops);
  std::vector<OpId> asked;
  for (Op const& op : ops) {
    asked.push_back(make_test_id(1000 + asked.size()));
    asked.push_back(op.id);
  }
  Retrieved const retrieved = retrieve(mine.store(), asked);
  require_same(retrieved.ops, ops);
  require_equal(retrieved.answered, asked.size(), "ids answered");
}

void filter_keeps_order_and_repetition(Mine& mine, Random&) {
  std::vector<Op> const ops = make_ops(0, 50, 10);
  put(mine.store(), ops);
  std::vector<OpId> const asked = {make_test_id(90), ops[3].id, make_test_id(80),
                                   make_test_id(90), ops[3].id, ops[49].id};
  std::vector<OpId> const expected = {make_test_id(90), make_test_id(80), make_test_id(90)};
  require(missing_of(mine.store(), asked) == expected, "the wrong ids are missing");
}

void storing_again_changes_nothing(Mine& mine, Random&) {
  std::vector<Op> const ops = make_ops(0, 10, 10);
  put(mine.store(), ops);
  std::vector<Op> again = make_ops(0, 10, 20);  // the same ids, other bytes
  for (Op& op : again) op.created_at += 5;
  Committed const committed = commit(mine.store(), {.ops = again});
  for (Stored const stored : committed.ops) require(stored == Stored::held, "an op is not held");
  require_equal(committed.stored_count, 0u, "ops stored");
  require_held(mine.store(), ops);
  require(mine.store().counts() == OpCounts{10, 100, 0}, "the counts are wrong");
  require_equal(list(mine.store(), {}).size(), 10u, "ops listed");
}

void an_op_twice_in_a_batch_is_stored_once(Mine& mine, Random&) {
  std::vector<Op> batch = make_ops(0, 1, 10);
  batch.push_back(make_test_op(0, 20));
  batch.push_back(make_test_op(1, 10));
  Op const first = copy_of(batch[0]);
  Committed const committed = commit(mine.store(), {.ops = batch});
  std::vector<Stored> const expected = {Stored::stored, Stored::held, Stored::stored};
  require(committed.ops == expected, "the outcomes are wrong");
  require_held(mine.store(), {&first, 1});
  require_equal(mine.store().counts().ops, 2u, "ops counted");
}

void too_large_an_op_is_refused_alone(Mine& mine, Random&) {
  std::vector<Op> batch = make_ops(0, 3, 10);
  std::vector<Op> const good = {copy_of(batch[0]), copy_of(batch[2])};
  OpId const large = batch[1].id;
  batch[1].bytes = Bytes(std::size_t{op_bytes_max} + 1);
  Committed const committed = commit(mine.store(), {.want = {&large, 1}, .ops = batch});
  std::vector<Stored> const expected = {Stored::stored, Stored::refused, Stored::stored};
  require(committed.ops == expected, "the outcomes are wrong");
  require_held(mine.store(), good);
  require(wants_of(mine.store()) == std::set{large}, "what was refused is not wanted any more");
}

void retrieving_is_bounded_and_makes_progress(Mine& mine, Random&) {
  std::vector<Op> const ops = make_ops(0, 100, 1000);
  put(mine.store(), ops);
  std::vector<OpId> const ids = ids_of(ops);
  for (std::uint64_t const bytes_max : {0u, 1u, 999u, 1000u, 2500u, 99'999u, 100'000u}) {
    std::size_t from = 0;
    while (from < ids.size()) {
      Retrieved const part = retrieve(mine.store(), std::span(ids).subspan(from), bytes_max);
      require(part.answered > 0, "nothing was answered");
      require_equal(part.ops.size(), std::min(part.answered, ids.size() - from), "ops of a part");
      require(part.ops.size() <= std::max<std::size_t>(1, bytes_max / 1000), "a part is too large");
      require_same(part.ops, std::span(ops).subspan(from, part.ops.size()));
      from += part.answered;
    }
  }
}

void listing_is_in_the_order_of_arrival(Mine& mine, Random& random) {
  std::vector<Op> ops = make_ops(0, 3000, 10);
  for (std::size_t n = ops.size() - 1; n > 0; --n) std::swap(ops[n], ops[random.below(n + 1)]);
  std::span<Op const> rest = ops;
  while (!rest.empty()) {
    std::size_t const count = std::min<std::size_t>(rest.size(), 1 + random.below(1500));
    put(mine.store(), rest.first(count));
    rest = rest.subspan(count);
  }
  std::vector<OpEntry> const expected = entries_of(ops);
  for (std::size_t const ops_max : {7u, 1000u, 65'536u}) {
    require(list(mine.store(), {.ops_max = ops_max}) == expected, "the list is another one");
  }
  require(list(mine.store(), {.bytes_max = 123}) == expected, "the list is another one");
}

void listing_goes_on_from_a_bookmark(Mine& mine, Random&) {
  std::vector<OpEntry> page;
  Bookmark after = 0;
  for (std::uint64_t round = 0; round < 5; ++round) {
    std::vector<Op> const ops = make_ops(10 * round, 10, 10);
    put(mine.store(), ops);
    Result<Bookmark> const next = mine.store().list_since(after, {}, page);
    require(next.ok(), "listing failed");
    require(page == entries_of(ops), "a bookmark does not give what came after it");
    after = next.value();
    mine.reopen();
    require(mine.store().list_since(after, {}, page).value() == after && page.empty(),
            "there is something after the last bookmark");
  }
  require_equal(mine.store().list_since(~Bookmark{0}, {}, page).value(), ~Bookmark{0},
                "the bookmark behind everything");
}

void listing_makes_progress_past_an_op_larger_than_the_limit(Mine& mine, Random&) {
  std::vector<Op> ops;
  for (std::uint32_t const size : {10u, 5000u, 10u, 5000u, 5000u, 10u}) {
    ops.push_back(make_test_op(ops.size(), size));
  }
  put(mine.store(), ops);
  for (std::uint64_t const bytes_max : {0u, 1u, 100u, 5000u, 5010u}) {
    require(list(mine.store(), {.bytes_max = bytes_max}) == entries_of(ops), "ops are left out");
  }
}

void wants_come_and_go(Mine& mine, Random&) {
  std::vector<OpId> const wanted = {make_test_id(1), make_test_id(2), make_test_id(1),
                                    make_test_id(3)};
  commit(mine.store(), {.want = wanted});
  std::set<OpId> expected(wanted.begin(), wanted.end());
  require(wants_of(mine.store()) == expected, "the want-list is another one");
  std::vector<OpId> const gone = {make_test_id(2), make_test_id(9)};
  commit(mine.store(), {.unwant = gone});
  expected.erase(gone[0]);
  require(wants_of(mine.store()) == expected, "what was taken off is still wanted");
  mine.reopen();
  require_equal(wants_of(mine.store()).size(), 2u, "wants after reopening");
}

void an_op_that_comes_is_not_wanted_any_more(Mine& mine, Random&) {
  std::vector<Op> ops = make_ops(0, 4, 10);
  std::vector<OpId> const ids = ids_of(ops);
  std::vector<Op> first = copies_of(std::span(ops).first(1));
  commit(mine.store(), {.want = ids, .ops = first});
  require(wants_of(mine.store()) == std::set(ids.begin() + 1, ids.end()), "one has come");
  put(mine.store(), ops);
  require(wants_of(mine.store()).empty(), "all have come and some are wanted");
  commit(mine.store(), {.want = ids});
  require(wants_of(mine.store()).empty(), "what is held is wanted");
}

void a_discarded_op_can_be_had_again(Mine& mine, Random&) {
  std::vector<Op> const ops = make_ops(0, 40, 6000);
  put(mine.store(), ops);
  std::vector<OpId> const gone = {ops[7].id, ops[7].id, ops[20].id, make_test_id(999)};
  Committed const committed = commit(mine.store(), {.discard = gone, .want = gone});
  require_equal(committed.discarded_count, 2u, "ops discarded");
  require_equal(retrieve(mine.store(), gone).ops.size(), 0u, "discarded ops that are held");
  require_equal(wants_of(mine.store()).size(), 3u, "discarded ops that are wanted");
  require(mine.store().counts() == OpCounts{38, 38 * 6000, 3}, "the counts are wrong");
  require_equal(list(mine.store(), {}).size(), 38u, "ops listed");
  mine.reopen();
  put(mine.store(), {&ops[7], 1});
  require_held(mine.store(), {&ops[7], 1});
  require_equal(list(mine.store(), {}).size(), 39u, "ops listed");
  std::vector<Op> anew = copies_of({&ops[7], 1});
  require_equal(commit(mine.store(), {.discard = {&ops[7].id, 1}, .ops = anew}).stored_count, 1u,
                "ops stored by the batch that discards them");
  require_equal(mine.store().counts().ops, 39u, "ops counted");
}

void everything_is_there_after_reopening(Mine& mine, Random&) {
  std::vector<Op> ops = make_ops(0, 500, 300);
  ops.push_back(make_test_op(5000, 1u << 20));
  put(mine.store(), ops);
  OpId const wanted = make_test_id(7777);
  commit(mine.store(), {.want = {&wanted, 1}});
  OpCounts const counts = mine.store().counts();
  if (!mine.reopen()) return;
  require(mine.store().counts() == counts, "the counts are others");
  require_held(mine.store(), ops);
  require(list(mine.store(), {}) == entries_of(ops), "the list is another one");
  require(wants_of(mine.store()) == std::set{wanted}, "the want-list is another one");
}

// ---- a random history, beside the simplest store there could be ----

struct Model {
  std::map<OpId, Op> ops;
  std::vector<OpId> order;
  std::set<OpId> wants;

  bool holds(OpId const& id) const { return ops.contains(id); }
  void discard(OpId const& id) {
    if (ops.erase(id) > 0) std::erase(order, id);
  }
  void want(OpId const& id) {
    if (!holds(id)) wants.insert(id);
  }
  Stored store(Op const& op) {
    wants.erase(op.id);
    if (!ops.emplace(op.id, copy_of(op)).second) return Stored::held;
    order.push_back(op.id);
    return Stored::stored;
  }
};

void compare(OpStore& store, Model const& model, std::vector<OpId> const& ids) {
  std::vector<OpId> missing;
  std::vector<Op> held;
  std::uint64_t bytes = 0;
  for (OpId const& id : ids) {
    if (model.holds(id)) held.push_back(copy_of(model.ops.at(id)));
    else missing.push_back(id);
  }
  for (auto const& [id, op] : model.ops) bytes += op.bytes.size();
  require(missing_of(store, ids) == missing, "the filter differs from the model");
  require_same(retrieve(store, ids).ops, held);
  require(wants_of(store) == model.wants, "the want-list differs from the model");
  require(store.counts() == OpCounts{model.ops.size(), bytes, model.wants.size()},
          "the counts differ from the model");
  std::vector<OpEntry> entries;
  for (OpId const& id : model.order) {
    Op const& op = model.ops.at(id);
    entries.push_back({id, op.created_at, op.bytes.size()});
  }
  require(list(store, {.ops_max = 1 + ids.size() / 3}) == entries, "the list differs");
}

void a_random_history_is_as_a_model_has_it(Mine& mine, Random& random) {
  constexpr std::uint64_t ids_count = 200;
  std::vector<OpId> ids;
  for (std::uint64_t n = 0; n < ids_count; ++n) ids.push_back(make_test_id(n));
  auto const pick = [&](std::uint64_t count_max) {
    std::vector<OpId> picked;
    for (std::uint64_t n = random.below(count_max); n > 0; --n) {
      picked.push_back(ids[random.below(ids_count)]);
    }
    return picked;
  };
  Model model;
  for (int round = 0; round < 60; ++round) {
    std::vector<OpId> const discard = random.once_in(3) ? pick(8) : std::vector<OpId>{};
    std::vector<OpId> const want = pick(12);
    std::vector<OpId> const unwant = pick(6);
    std::vector<Op> incoming;
    for (std::uint64_t n = random.below(20); n > 0; --n) {
      auto const size = static_cast<std::uint32_t>(random.below(random.once_in(4) ? 9000 : 50));
      incoming.push_back(make_test_op(random.below(ids_count), size));
    }
    std::vector<Stored> expected;
    for (OpId const& id : discard) model.discard(id);
    for (OpId const& id : want) model.want(id);
    for (Op const& op : incoming) expected.push_back(model.store(op));
    for (OpId const& id : unwant) model.wants.erase(id);
    Committed const committed =
        commit(mine.store(), {.discard = discard, .want = want, .ops = incoming, .unwant = unwant});
    require(committed.ops == expected, "the outcomes differ from the model");
    if (random.once_in(10)) mine.reopen();
    if (random.once_in(4)) compare(mine.store(), model, ids);
  }
  compare(mine.store(), model, ids);
}

template <void (*Case)(Mine&, Random&)>
std::string run(Mine& mine, std::uint64_t seed) {
  try {
    Random random(seed);
    Case(mine, random);
    return {};
  } catch (Broken const& broken) {
    return broken.sentence + " (seed " + std::to_string(seed) + ")";
  }
}

constexpr ConformanceCase all_cases[] = {
    {"NewStoreHoldsNothing", run<new_store_holds_nothing>},
    {"StoredOpsComeBackAsTheyWere", run<stored_ops_come_back_as_they_were>},
    {"RetrievingLeavesOutWhatIsNotHeld", run<retrieving_leaves_out_what_is_not_held>},
    {"FilterKeepsOrderAndRepetition", run<filter_keeps_order_and_repetition>},
    {"StoringAgainChangesNothing", run<storing_again_changes_nothing>},
    {"AnOpTwiceInABatchIsStoredOnce", run<an_op_twice_in_a_batch_is_stored_once>},
    {"TooLargeAnOpIsRefusedAlone", run<too_large_an_op_is_refused_alone>},
    {"RetrievingIsBoundedAndMakesProgress", run<retrieving_is_bounded_and_makes_progress>},
    {"ListingIsInTheOrderOfArrival", run<listing_is_in_the_order_of_arrival>},
    {"ListingGoesOnFromABookmark", run<listing_goes_on_from_a_bookmark>},
    {"ListingMakesProgressPastAnOpLargerThanTheLimit",
     run<listing_makes_progress_past_an_op_larger_than_the_limit>},
    {"WantsComeAndGo", run<wants_come_and_go>},
    {"AnOpThatComesIsNotWantedAnyMore", run<an_op_that_comes_is_not_wanted_any_more>},
    {"ADiscardedOpCanBeHadAgain", run<a_discarded_op_can_be_had_again>},
    {"EverythingIsThereAfterReopening", run<everything_is_there_after_reopening>},
    {"ARandomHistoryIsAsAModelHasIt", run<a_random_history_is_as_a_model_has_it>},
};

}  // namespace

std::span<ConformanceCase const> conformance_cases() { return all_cases; }

OpId make_test_id(std::uint64_t number) {
  Random random(number);
  OpId id;
  for (std::size_t n = 0; n < op_id_bytes; ++n) {
    id.bytes[n] = static_cast<std::byte>(random.next() & 0xFF);
  }
  return id;
}

Op make_test_op(std::uint64_t number, std::uint32_t size) {
  Op op{make_test_id(number), 1'000'000 + number * 17, Bytes(size)};
  Random random(number ^ (std::uint64_t{size} << 40));
  for (std::uint32_t n = 0; n < size; ++n) {
    op.bytes.data()[n] = static_cast<std::byte>(n % 8 == 0 ? random.next() & 0xFF : n & 0xFF);
  }
  return op;
}

}  // namespace weir
