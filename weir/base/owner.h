// The one owner of an object on the heap. std::unique_ptr does the same, but in libstdc++ 12 its
// header brings <ostream> with it: a fifth of a second for every file that includes a flow.
#pragma once

#include <utility>

namespace weir {

template <class T>
class Owner {
 public:
  Owner() = default;
  // Takes over what `new` made.
  explicit Owner(T* object) : object_(object) {}
  Owner(Owner&& other) noexcept : object_(other.release()) {}
  // Of a derived class; T then has a virtual destructor.
  template <class Derived>
  Owner(Owner<Derived>&& other) noexcept : object_(other.release()) {}
  Owner& operator=(Owner&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Owner() { delete object_; }

  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  T* release() { return std::exchange(object_, nullptr); }

 private:
  T* object_ = nullptr;
};

template <class T, class... Argument>
Owner<T> make_owner(Argument&&... argument) {
  return Owner<T>(new T(std::forward<Argument>(argument)...));
}

}  // namespace weir
