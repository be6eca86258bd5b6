#include "weir/ring/operations.h"

#include <cerrno>

#include "weir/ring/ring.h"

namespace weir {

namespace {

constexpr std::uint32_t slots_at_once = 64;
static_assert(operations_max % slots_at_once == 0);

}  // namespace

Operations::Operations(Ring& ring) : ring_(&ring) {}

Operations::~Operations() {
  WEIR_ASSERT(in_use_ == 0);
  WEIR_ASSERT(descriptors_in_use_ == 0);
}

// ---- operations ---------------------------------------------------------------------------------

OperationSlot* Operations::take() {
  WEIR_ASSERT(ring_ != nullptr);
  if (in_use_ == operations_max) {
    ++refused_;
    return nullptr;
  }
  if (free_slot_ == nullptr) {
    slots_.push_back(std::make_unique<OperationSlot[]>(slots_at_once));
    for (std::uint32_t i = slots_at_once; i > 0; --i) {
      OperationSlot& slot = slots_.back()[i - 1];
      slot.operations = this;
      slot.completion.callback = on_result;
      slot.completion.context = &slot;
      slot.next_free = std::exchange(free_slot_, &slot);
    }
  }
  OperationSlot& slot = *std::exchange(free_slot_, free_slot_->next_free);
  WEIR_ASSERT(slot.state == OperationSlot::State::free);
  WEIR_ASSERT(slot.completion.idle());
  slot.state = OperationSlot::State::in_flight;
  slot.has_result = false;
  if (++in_use_ > high_water_) high_water_ = in_use_;
  return &slot;
}

void Operations::on_result(Completion& completion, Outcome outcome) {
  auto& slot = *static_cast<OperationSlot*>(completion.context);
  // The first result is the one: a send without copying has a second that only frees its bytes.
  if (!slot.has_result) {
    slot.has_result = true;
    slot.result = outcome.result;
    slot.settle(slot, outcome);
  }
  if (outcome.more) return;
  slot.unlink();
  if (slot.state == OperationSlot::State::dropped) return slot.operations->release(slot);
  WEIR_ASSERT(slot.state == OperationSlot::State::in_flight);
  slot.state = OperationSlot::State::ended;
  release_descriptor(slot);
  if (slot.waiter) std::exchange(slot.waiter, nullptr).resume();
}

void Operations::on_stop(StopListener& listener) {
  auto& slot = static_cast<OperationSlot&>(listener);
  WEIR_ASSERT(slot.state == OperationSlot::State::in_flight);
  slot.operations->ring().cancel_quietly(slot.completion);
}

void Operations::drop(OperationSlot& slot) {
  if (slot.state == OperationSlot::State::ended) return release(slot);
  WEIR_ASSERT(slot.state == OperationSlot::State::in_flight);
  slot.unlink();
  slot.waiter = nullptr;
  slot.state = OperationSlot::State::dropped;
  ring().cancel_quietly(slot.completion);
}

void Operations::release(OperationSlot& slot) {
  WEIR_ASSERT(slot.completion.idle());
  slot.destroy(slot);
  release_descriptor(slot);
  slot.waiter = nullptr;
  ++slot.generation;
  slot.state = OperationSlot::State::free;
  slot.next_free = std::exchange(free_slot_, &slot);
  WEIR_ASSERT(in_use_ > 0);
  --in_use_;
  end_if_unused();
}

// Resumes nobody: an end that somebody awaits comes with a later step.
void Operations::release_descriptor(OperationSlot& slot) {
  OpenDescriptor* const descriptor = std::exchange(slot.descriptor, nullptr);
  if (descriptor != nullptr) descriptor->release();
}

std::size_t Operations::slot_count() const { return slots_.size() * slots_at_once; }

// ---- descriptors --------------------------------------------------------------------------------

Descriptor Operations::adopt(int number, bool owned) {
  WEIR_ASSERT(ring_ != nullptr);
  WEIR_ASSERT(number >= 0);
  if (free_descriptor_ == nullptr) {
    descriptors_.push_back(std::make_unique<OpenDescriptor>());
    free_descriptor_ = descriptors_.back().get();
    free_descriptor_->operations = this;
    free_descriptor_->completion.callback = on_close;
    free_descriptor_->completion.context = free_descriptor_;
  }
  OpenDescriptor& open = *std::exchange(free_descriptor_, free_descriptor_->next_free);
  open.next_free = nullptr;
  open.number = number;
  open.references = 1;
  open.state = OpenDescriptor::State::open;
  open.owned = owned;
  open.awaited = false;
  open.waiter = nullptr;
  ++descriptors_in_use_;
  ++open_count_;
  return Descriptor(open);
}

int Descriptor::give_up() {
  if (open_ == nullptr) return -1;
  WEIR_ASSERT(open_->references == 1);
  open_->owned = false;
  int const number = open_->number;
  std::exchange(open_, nullptr)->release();
  return number;
}

void Operations::close(OpenDescriptor& open) {
  WEIR_ASSERT(open.references > 0);
  open.awaited = true;
  if (open.state == OpenDescriptor::State::open && open.references > 1) {
    open.state = OpenDescriptor::State::cancelling;
    ring().cancel_descriptor(open.completion, open.number);
  }
  open.release();
}

void Operations::forget(OpenDescriptor& open) {
  open.awaited = false;
  open.waiter = nullptr;
  free_if_unused(open);
}

void Operations::last_reference_gone(OpenDescriptor& open) {
  switch (open.state) {
    case OpenDescriptor::State::open:
    case OpenDescriptor::State::cancelled:
      return submit_close(open);
    case OpenDescriptor::State::cancelling:  // its result will go on from here
    case OpenDescriptor::State::closing:     // by the ring's end
      return;
    case OpenDescriptor::State::closed:
      return free_if_unused(open);
  }
}

void Operations::submit_close(OpenDescriptor& open) {
  WEIR_ASSERT(open.number >= 0);
  if (!open.owned && !open.awaited) return closed(open, 0);
  open.state = OpenDescriptor::State::closing;
  if (open.owned) ring().close(open.completion, open.number);
  else ring().timeout(open.completion, 0);
}

void Operations::on_close(Completion& completion, Outcome outcome) {
  auto& open = *static_cast<OpenDescriptor*>(completion.context);
  Operations& operations = *open.operations;
  if (open.state == OpenDescriptor::State::closing)
    return operations.closed(open, open.owned ? outcome.result : 0);
  WEIR_ASSERT(open.state == OpenDescriptor::State::cancelling);
  open.state = OpenDescriptor::State::cancelled;
  if (open.references == 0) operations.submit_close(open);
}

void Operations::closed(OpenDescriptor& open, std::int32_t result) {
  open.state = OpenDescriptor::State::closed;
  open.number = -1;
  open.result = result;
  WEIR_ASSERT(open_count_ > 0);
  --open_count_;
  if (open.waiter) std::exchange(open.waiter, nullptr).resume();  // who forgets it
  else free_if_unused(open);
}

void Operations::free_if_unused(OpenDescriptor& open) {
  if (open.state != OpenDescriptor::State::closed || open.references > 0 || open.awaited) return;
  open.next_free = std::exchange(free_descriptor_, &open);
  WEIR_ASSERT(descriptors_in_use_ > 0);
  --descriptors_in_use_;
  end_if_unused();
}

// ---- the ring's end -----------------------------------------------------------------------------

void Operations::close_all() {
  for (std::size_t i = 0; i < descriptors_.size(); ++i) {
    OpenDescriptor& open = *descriptors_[i];
    bool const is_free = open.references == 0 && !open.awaited;
    if (!is_free && open.state == OpenDescriptor::State::open) submit_close(open);
  }
}

void Operations::ring_ended() {
  WEIR_ASSERT(open_count_ == 0);
  ring_ = nullptr;
  end_if_unused();
}

void Operations::end_if_unused() {
  if (ring_ == nullptr && in_use_ == 0 && descriptors_in_use_ == 0) delete this;
}

}  // namespace weir
