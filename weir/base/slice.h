// A part of an array, to look at or to write to, whoever owns it: std::span, which takes 5 ms to
// compile for each type that it is asked to view. What is evaluated by the compiler, and what every
// flow includes, uses this; whatever is handed to users as bytes is a std::span.
#pragma once

#include <cstddef>
#include <type_traits>

namespace weir {

template <class T>
class Slice {
 public:
  using value_type = std::remove_cv_t<T>;

  constexpr Slice() = default;
  constexpr Slice(T* data, std::size_t size) : data_(data), size_(size) {}
  template <class U, std::size_t Size>
  constexpr Slice(U (&array)[Size]) : data_(array), size_(Size) {}
  // Of a std::array, a vector, a span or another slice; they must live as long.
  template <class Range>
  requires requires(Range& range) {
    static_cast<T*>(range.data());
    range.size();
  }
  constexpr Slice(Range&& range) : data_(range.data()), size_(range.size()) {}

  constexpr T* data() const { return data_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size_; }
  constexpr T& operator[](std::size_t n) const { return data_[n]; }
  constexpr T& front() const { return data_[0]; }
  constexpr T& back() const { return data_[size_ - 1]; }

  constexpr Slice first(std::size_t count) const { return {data_, count}; }
  // All but the first `begin`.
  constexpr Slice from(std::size_t begin) const { return {data_ + begin, size_ - begin}; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace weir
