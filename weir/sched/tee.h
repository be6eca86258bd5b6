// A teeing handoff: whatever is written to it, each of its readers is given.
//
//            ┌─▶ Handoff ─▶ reader          auto& numbers = graph.make_tee<int>("numbers");
//   push ──▶ ┼─▶ Handoff ─▶ reader          Handoff<int>& odd = numbers.add_reader("odd");
//            └─▶ …                          numbers.drop(odd);
//
// A reader is an ordinary handoff of its own, with its own place in time (Delay), pace and
// counters. It is given what is written after it joined, and may join and leave between any two
// ticks. Without readers what is written is discarded.
//
// Every reader has a copy (the last one the item itself): 0.7 ns for an int, 12 ns for a string of
// 40 letters. One buffer with a cursor for each reader would hold an item once (0.1 and 1 ns), but
// would keep it until the slowest reader has passed, and no reader could take it along.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/assert.h"
#include "weir/base/owner.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"

namespace weir {

template <class T>
class TeeingHandoff {
  static_assert(std::is_copy_constructible_v<T>,
                "weir: a teeing handoff gives each of its readers a copy; an item that can only be "
                "moved has one reader: use a Handoff");

 public:
  using value_type = T;

  explicit TeeingHandoff(std::string_view name = "tee") : name_(name) {}
  TeeingHandoff(TeeingHandoff const&) = delete;
  TeeingHandoff& operator=(TeeingHandoff const&) = delete;

  std::string_view name() const { return name_; }

  template <class U = T>
  void push(U&& item) {
    if (readers_.empty()) return;
    std::size_t const last = readers_.size() - 1;
    for (std::size_t i = 0; i < last; ++i) readers_[i]->push(std::as_const(item));
    readers_[last]->push(std::forward<U>(item));
  }
  template <class U>
  void append(U const* first, std::size_t count) {
    for (Handoff<T>* reader : readers_) reader->append(first, count);
  }

  // Between ticks. The handoff lives as long as the tee; its name is the tee's unless it has one.
  Handoff<T>& add_reader(std::string_view name = {}, Delay delay = Delay::none) {
    owned_.push_back(make_owner<Reader>(name.empty() ? name_ : name));
    Handoff<T>& handoff = owned_.back()->handoff;
    handoff.delay = delay;
    readers_.push_back(&handoff);
    for (Subgraph* writer : writers_) graph_->connect(writer, handoff, nullptr);
    return handoff;
  }
  // Between ticks. What it has not read is gone, and it is given nothing more.
  void drop(Handoff<T>& reader) {
    bool const was_its_own = std::erase(readers_, &reader) == 1;
    WEIR_ASSERT(was_its_own);
    if (graph_ != nullptr) graph_->disconnect(reader);
    else reader.discard();
  }
  std::size_t reader_count() const { return readers_.size(); }

  // `writer` pushes to it. Several may, of one graph.
  void attach(Graph& graph, Subgraph& writer) {
    WEIR_ASSERT(graph_ == nullptr || graph_ == &graph);
    graph_ = &graph;
    writers_.push_back(&writer);
    for (Handoff<T>* reader : readers_) graph.connect(&writer, *reader, nullptr);
  }

 private:
  struct Reader {
    explicit Reader(std::string_view given) : name(given), handoff(name) {}
    std::string name;
    Handoff<T> handoff;
  };

  std::string name_;
  Graph* graph_ = nullptr;
  std::vector<Subgraph*> writers_;
  std::vector<Handoff<T>*> readers_;
  std::vector<Owner<Reader>> owned_;  // with those that were dropped
};

template <class T>
TeeingHandoff<T>& Graph::make_tee(std::string_view name) {
  if constexpr (std::is_copy_constructible_v<T>) {
    struct Owned final : Program {
      explicit Owned(std::string_view given) : tee(given) {}
      TeeingHandoff<T> tee;
    };
    auto owned = make_owner<Owned>(name);
    TeeingHandoff<T>& tee = owned->tee;
    adopt(std::move(owned));
    return tee;
  } else {
    static_cast<void>(sizeof(TeeingHandoff<T>));  // says what is wrong
    __builtin_unreachable();
  }
}

}  // namespace weir
