#include "weir/p2p/op_tree.h"

#include <algorithm>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

void IdSum::add(IdSum const& other) {
  unsigned carry = 0;
  for (std::size_t n = 0; n < words.size(); ++n) {
    std::uint64_t const sum = words[n] + other.words[n];
    std::uint64_t const carried = sum + carry;
    carry = (sum < words[n] ? 1u : 0u) | (carried < sum ? 1u : 0u);
    words[n] = carried;
  }
}

void IdSum::subtract(IdSum const& other) {
  unsigned borrow = 0;
  for (std::size_t n = 0; n < words.size(); ++n) {
    std::uint64_t const difference = words[n] - other.words[n];
    std::uint64_t const borrowed = difference - borrow;
    borrow = (words[n] < other.words[n] ? 1u : 0u) | (difference < borrow ? 1u : 0u);
    words[n] = borrowed;
  }
}

IdSum IdSum::of(OpId const& id) {
  IdSum sum;
  for (std::size_t n = 0; n < op_id_bytes; ++n) {
    sum.words[n / 8] |= std::to_integer<std::uint64_t>(id.bytes[n]) << (8 * (n % 8));
  }
  return sum;
}

struct OpTree::Leaf {
  std::uint32_t count = 0;
  TimedId ops[leaf_max];
};

// What an inner node knows of a child; `first` is its least op.
struct OpTree::Child {
  void* node = nullptr;
  std::uint64_t count = 0;
  IdSum sum;
  TimedId first;

  Leaf& leaf() const { return *static_cast<Leaf*>(node); }
  Inner& inner() const { return *static_cast<Inner*>(node); }

  void gain(Child const& other) {
    count += other.count;
    sum.add(other.sum);
  }
  void lose(Child const& other) {
    count -= other.count;
    sum.subtract(other.sum);
  }
  static Child of(TimedId const& op) { return {nullptr, 1, IdSum::of(op.id), op}; }
};

struct OpTree::Inner {
  std::uint32_t count = 0;
  Child children[children_max];

  // The child in which `op` is, or belongs.
  std::uint32_t find(TimedId const& op) const {
    auto const* const after = std::upper_bound(
        children, children + count, op,
        [](TimedId const& value, Child const& child) { return value < child.first; });
    return after == children ? 0 : static_cast<std::uint32_t>(after - children) - 1;
  }
};

OpTree::~OpTree() {
  if (root_ != nullptr) destroy(root_, height_);
}

void OpTree::destroy(void* node, std::uint32_t height) {
  if (height == 0) {
    delete static_cast<Leaf*>(node);
    --leaves_;
    return;
  }
  auto* const inner = static_cast<Inner*>(node);
  for (std::uint32_t n = 0; n < inner->count; ++n) destroy(inner->children[n].node, height - 1);
  delete inner;
  --inners_;
}

std::uint64_t OpTree::memory() const { return leaves_ * sizeof(Leaf) + inners_ * sizeof(Inner); }

// ---- coming ----

bool OpTree::insert(TimedId const& op) {
  if (contains(op)) return false;
  if (root_ == nullptr) {
    root_ = new Leaf;
    ++leaves_;
  }
  Child left{root_, size_, sum_, size_ > 0 ? at(0) : op};
  Child const right = insert_below(left, height_, op);
  ++size_;
  sum_.add(IdSum::of(op.id));
  if (right.node == nullptr) return true;
  auto* const root = new Inner;
  ++inners_;
  root->children[0] = left;
  root->children[1] = right;
  root->count = 2;
  root_ = root;
  ++height_;
  return true;
}

OpTree::Child OpTree::insert_into_leaf(Child& child, TimedId const& op) {
  Leaf& leaf = child.leaf();
  auto at =
      static_cast<std::uint32_t>(std::lower_bound(leaf.ops, leaf.ops + leaf.count, op) - leaf.ops);
  Child right;
  Leaf* into = &leaf;
  Child* whose = &child;
  if (leaf.count == leaf_max) {
    // Behind the last one: what comes in order fills its leaves.
    std::uint32_t const keep = at == leaf_max ? leaf_max : leaf_max / 2;
    auto* const added = new Leaf;
    ++leaves_;
    right.node = added;
    for (std::uint32_t n = keep; n < leaf_max; ++n) {
      added->ops[added->count++] = leaf.ops[n];
      right.gain(Child::of(leaf.ops[n]));
    }
    leaf.count = keep;
    child.lose(right);
    if (at >= keep) {
      at -= keep;
      into = added;
      whose = &right;
    }
  }
  std::copy_backward(into->ops + at, into->ops + into->count, into->ops + into->count + 1);
  into->ops[at] = op;
  ++into->count;
  whose->gain(Child::of(op));
  child.first = leaf.ops[0];
  if (right.node != nullptr) right.first = right.leaf().ops[0];
  return right;
}

OpTree::Child OpTree::add_child(Child& child, std::uint32_t at, Child const& added) {
  Inner& inner = child.inner();
  Child right;
  Inner* into = &inner;
  if (inner.count == children_max) {
    std::uint32_t const keep = at == children_max ? children_max : children_max / 2;
    auto* const split = new Inner;
    ++inners_;
    right.node = split;
    for (std::uint32_t n = keep; n < children_max; ++n) {
      split->children[split->count++] = inner.children[n];
      right.gain(inner.children[n]);
    }
    inner.count = keep;
    if (at >= keep) {
      at -= keep;
      into = split;
      right.gain(added);
    }
    child.lose(right);  // it counts what was added already
  }
  std::copy_backward(into->children + at, into->children + into->count,
                     into->children + into->count + 1);
  into->children[at] = added;
  ++into->count;
  if (right.node != nullptr) right.first = right.inner().children[0].first;
  return right;
}

OpTree::Child OpTree::insert_below(Child& child, std::uint32_t height, TimedId const& op) {
  if (height == 0) return insert_into_leaf(child, op);
  Inner& inner = child.inner();
  std::uint32_t const at = inner.find(op);
  Child const split = insert_below(inner.children[at], height - 1, op);
  child.gain(Child::of(op));
  child.first = inner.children[0].first;
  return split.node == nullptr ? Child{} : add_child(child, at + 1, split);
}

// ---- going ----

bool OpTree::erase(TimedId const& op) {
  if (!contains(op)) return false;
  Child root{root_, size_, sum_, op};
  erase_below(root, height_, op);
  --size_;
  sum_.subtract(IdSum::of(op.id));
  if (size_ == 0) {
    destroy(root_, height_);
    root_ = nullptr;
    height_ = 0;
  }
  while (height_ > 0 && static_cast<Inner*>(root_)->count == 1) {  // ends: the height falls
    auto* const only = static_cast<Inner*>(root_);
    root_ = only->children[0].node;
    --height_;
    delete only;
    --inners_;
  }
  return true;
}

void OpTree::erase_below(Child& child, std::uint32_t height, TimedId const& op) {
  child.lose(Child::of(op));
  if (height == 0) {
    Leaf& leaf = child.leaf();
    TimedId* const at = std::lower_bound(leaf.ops, leaf.ops + leaf.count, op);
    WEIR_ASSERT(at < leaf.ops + leaf.count);
    std::copy(at + 1, leaf.ops + leaf.count, at);
    --leaf.count;
    child.first = leaf.ops[0];
    return;
  }
  Inner& inner = child.inner();
  std::uint32_t const at = inner.find(op);
  Child& below = inner.children[at];
  erase_below(below, height - 1, op);
  if (below.count == 0) {
    destroy(below.node, height - 1);
    std::copy(inner.children + at + 1, inner.children + inner.count, inner.children + at);
    --inner.count;
  }
  if (inner.count > 0) child.first = inner.children[0].first;
}

// ---- asking ----

std::uint64_t OpTree::rank(TimedId const& bound) const {
  if (root_ == nullptr) return 0;
  std::uint64_t before = 0;
  void* node = root_;
  for (std::uint32_t height = height_; height > 0; --height) {
    Inner const& inner = *static_cast<Inner*>(node);
    std::uint32_t const at = inner.find(bound);
    for (std::uint32_t n = 0; n < at; ++n) before += inner.children[n].count;
    node = inner.children[at].node;
  }
  Leaf const& leaf = *static_cast<Leaf*>(node);
  auto const* const at = std::lower_bound(leaf.ops, leaf.ops + leaf.count, bound);
  return before + static_cast<std::uint64_t>(at - leaf.ops);
}

bool OpTree::contains(TimedId const& op) const {
  std::uint64_t const before = rank(op);
  return before < size_ && at(before) == op;
}

OpTree::LeafPart OpTree::part_from(std::uint64_t rank) const {
  WEIR_ASSERT(rank < size_);
  void* node = root_;
  for (std::uint32_t height = height_; height > 0; --height) {
    Child const* child = static_cast<Inner*>(node)->children;
    for (; rank >= child->count; ++child) rank -= child->count;
    node = child->node;
  }
  Leaf const& leaf = *static_cast<Leaf*>(node);
  return {leaf.ops + rank, leaf.count - static_cast<std::uint32_t>(rank)};
}

TimedId OpTree::at(std::uint64_t rank) const { return *part_from(rank).first; }

RangeSummary OpTree::prefix(std::uint64_t rank) const {
  if (rank == size_) return {size_, sum_};
  RangeSummary before{rank, {}};
  void* node = root_;
  for (std::uint32_t height = height_; height > 0; --height) {
    Child const* child = static_cast<Inner*>(node)->children;
    for (; rank >= child->count; ++child) {
      rank -= child->count;
      before.sum.add(child->sum);
    }
    node = child->node;
  }
  Leaf const& leaf = *static_cast<Leaf*>(node);
  for (std::uint64_t n = 0; n < rank; ++n) before.sum.add(IdSum::of(leaf.ops[n].id));
  return before;
}

RangeSummary OpTree::summary(std::uint64_t from, std::uint64_t to) const {
  WEIR_ASSERT(from <= to);
  WEIR_ASSERT(to <= size_);
  RangeSummary range = prefix(to);
  range.sum.subtract(prefix(from).sum);
  range.count = to - from;
  return range;
}

}  // namespace weir
