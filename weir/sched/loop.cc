#include "weir/sched/loop.h"

#include <utility>

namespace weir {

Loop::Loop(std::string name, Stratum first, Stratum last, LoopOptions const& options)
    : name_(std::move(name)),
      parent_(options.parent),
      first_(first),
      last_(last),
      iterations_max_(options.iterations_max) {
  WEIR_ASSERT(first_ <= last_ && last_ < stratum_last);
  WEIR_ASSERT(iterations_max_ > 0);
  bool const fits_into_parent =
      parent_ == nullptr || (parent_->first_ <= first_ && last_ + 1 <= parent_->last_);
  WEIR_ASSERT(fits_into_parent);
  end_.self = this;
  end_.name = name_;
  end_.stratum = static_cast<Stratum>(last_ + 1);
  end_.loop = parent_;
  if (parent_ != nullptr) end_.queued_ = Subgraph::is_in_loop;
}

bool Loop::contains(Loop const* loop) const {
  while (loop != nullptr && loop != this) loop = loop->parent_;  // as deep as loops are nested
  return loop == this;
}

void Loop::repeat(Subgraph& subgraph) {
  WEIR_ASSERT(active_ && contains(subgraph.loop));
  if (std::exchange(subgraph.repeats_, true)) return;
  repeating_.push_back(&subgraph);
}

void Loop::at_end(LoopEnd& end) {
  WEIR_ASSERT(active_);
  if (parent_ == nullptr || std::exchange(end.listed_, true)) return;
  end.next_ = std::exchange(ends_, &end);
}

void Loop::note_activation(Subgraph& subgraph) { ran_.push_back(&subgraph); }

std::uint64_t Activation::iteration() const {
  return subgraph->loop == nullptr ? 0 : subgraph->loop->iteration();
}

void Activation::repeat() {
  WEIR_ASSERT(subgraph->loop != nullptr);
  subgraph->loop->repeat(*subgraph);
}

}  // namespace weir
