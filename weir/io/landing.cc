#include "weir/io/landing.h"

#include <utility>

namespace weir {

void Landing::answer_later(Subgraph& reader) {
  answers_later_ = true;
  bring_awaited();
  mark_.name = reader.name;
  attach(graph_, mark_, reader);
}

// Pushing, asking for a tick and letting the graph go on, in this order: whoever finds it listed,
// or the graph not held, leaves what was pushed before to somebody who will look. (All of this is
// sequentially consistent: hold() looks at the stack after it has set the hold.)
void Landing::land(Landable& one) {
  Landable* head = landed_.load(std::memory_order_relaxed);
  do {  // bounded by how many land at the same time
    one.next_landed = head;
  } while (!landed_.compare_exchange_weak(head, &one));
  if (answers_later_ && !listed_.exchange(true)) notify_from_any_thread();
  if (hold_.is_set()) hold_.release_from_any_thread();
}

Landable* Landing::take_landed() {
  if (landed_.load(std::memory_order_relaxed) == nullptr) return nullptr;
  Landable* rest = landed_.exchange(nullptr);
  Landable* in_order = nullptr;
  while (rest != nullptr) {  // as many as have landed
    Landable* const one = rest;
    rest = std::exchange(one->next_landed, in_order);
    in_order = one;
  }
  return in_order;
}

bool Landing::hold() {
  hold_.set();
  if (landed_.load() == nullptr) return true;
  hold_.release();
  return false;
}

void Landing::begin_awaiting() {
  if (answers_later_) graph_.begin_awaiting();
}

void Landing::end_awaiting() {
  if (answers_later_) graph_.end_awaiting();
}

void Landing::admit(ExternalInput& input) {
  auto& landing = static_cast<Landing&>(input);
  landing.listed_.store(false);  // first: what lands from now on asks for another tick
  if (landing.flights_ != nullptr) landing.flights_->collect();
}

}  // namespace weir
