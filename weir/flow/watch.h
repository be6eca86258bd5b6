// Around what may throw on behalf of a node: the engine is told whose it was. Where nothing can
// throw, nothing of it is left in the code.
#pragma once

#include <cstddef>

namespace weir {

template <class Engine, std::size_t Node, bool Watches = true>
class Watch {
 public:
  explicit Watch(Engine* engine) : engine_(engine) {}
  [[gnu::always_inline]] ~Watch() {
    if (!passed_) [[unlikely]]
      engine_->blame(Node);
  }
  // It has not thrown.
  [[gnu::always_inline]] void pass() { passed_ = true; }

 private:
  Engine* engine_;
  bool passed_ = false;
};

template <class Engine, std::size_t Node>
class Watch<Engine, Node, false> {
 public:
  explicit Watch(Engine*) {}
  void pass() {}
};

}  // namespace weir
