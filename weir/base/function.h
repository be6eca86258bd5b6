// A function and what it has captured, as a value. std::function is the same, but <functional>
// costs a header a tenth of a second, mostly for searching strings.
//
//   Function<bool()> const is_over = [&] { return count == 3; };
#pragma once

#include <type_traits>
#include <utility>

#include "weir/base/assert.h"
#include "weir/base/owner.h"

namespace weir {

template <class Signature>
class Function;

// Copying copies what was captured. An empty one is false, and is not called.
template <class Result, class... Argument>
class Function<Result(Argument...)> {
 public:
  Function() = default;
  template <class F>
  requires(!std::is_same_v<F, Function> && std::is_invocable_r_v<Result, F&, Argument...>)
      Function(F function)
      : made_(new Made<F>(std::move(function))) {}
  Function(Function const& other) : made_(other ? other.made_->copy() : nullptr) {}
  Function(Function&&) noexcept = default;
  Function& operator=(Function other) noexcept {
    made_ = std::move(other.made_);
    return *this;
  }

  explicit operator bool() const { return static_cast<bool>(made_); }
  Result operator()(Argument... argument) const {
    WEIR_ASSERT(made_);
    return made_->call(std::forward<Argument>(argument)...);
  }

 private:
  struct Callable {
    virtual ~Callable() = default;
    virtual Result call(Argument... argument) = 0;
    virtual Callable* copy() const = 0;
  };
  template <class F>
  struct Made final : Callable {
    explicit Made(F its_function) : function(std::move(its_function)) {}
    Result call(Argument... argument) override {
      return static_cast<Result>(function(std::forward<Argument>(argument)...));
    }
    Callable* copy() const override { return new Made(function); }
    F function;
  };

  Owner<Callable> made_;
};

}  // namespace weir
