#include "weir/ring/timers.h"

#include "weir/base/assert.h"

namespace weir {

void Timers::add(Completion& completion) {
  WEIR_ASSERT(completion.opcode == Opcode::timeout);
  Entry const entry{completion.deadline, next_sequence_++, &completion};
  heap_.push_back(entry);
  sift_up(heap_.size() - 1, entry);
}

void Timers::remove(Completion& completion) {
  std::size_t const index = completion.ring_index;
  WEIR_ASSERT(index < heap_.size());
  WEIR_ASSERT(heap_[index].completion == &completion);
  Entry const last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) return;
  // The last one may belong nearer to the root or further from it than the hole.
  sift_up(index, last);
  if (heap_[index].completion == last.completion) sift_down(index, last);
}

Completion& Timers::pop() {
  WEIR_ASSERT(!empty());
  Completion& first = *heap_.front().completion;
  remove(first);
  return first;
}

void Timers::place(std::size_t index, Entry const& entry) {
  heap_[index] = entry;
  entry.completion->ring_index = static_cast<std::uint32_t>(index);
}

void Timers::sift_up(std::size_t index, Entry const& entry) {
  while (index > 0) {
    std::size_t const parent = (index - 1) / 2;
    if (!entry.before(heap_[parent])) break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, entry);
}

void Timers::sift_down(std::size_t index, Entry const& entry) {
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
    if (!heap_[child].before(entry)) break;
    place(index, heap_[child]);
    index = child;
  }
  place(index, entry);
}

}  // namespace weir
