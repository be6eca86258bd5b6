// Three ways to hold bytes.
//
//   Buffer   memory that the kernel fills. Move-only; knows how to give itself back.
//   Bytes    owned bytes on the heap. Copying copies; they may live and travel as long as you like.
//   View     bytes borrowed until the end of the tick. Trivially copyable: it costs a flow nothing.
//
// Behind all three stands a Storage: a region with a count of those who still look into it. Only
// what outlives a tick counts (a Buffer, Bytes, an unfinished frame, a send in the kernel), never a
// View, so passing views through a flow touches no counter. A storage belongs to one thread.
//
// Pool memory (`pooled`) is never parked: whatever must wait is copied into owned bytes, because a
// view of 68 bytes would otherwise pin a buffer of 256 KiB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "weir/base/assert.h"

namespace weir {

struct Storage {
  std::uint32_t references = 0;
  bool pooled = false;
  void (*give_back)(Storage&) = nullptr;

  void retain() { ++references; }
  void release() {
    WEIR_ASSERT(references > 0);
    if (--references == 0) give_back(*this);
  }
};

// A heap region of `size` bytes behind its Storage, with one reference.
Storage& allocate_storage(std::size_t size);
// The bytes of a storage that allocate_storage made.
inline std::byte* bytes_of(Storage& storage) { return reinterpret_cast<std::byte*>(&storage + 1); }

class Bytes;

// `headroom` counts the bytes directly before data() that hold this view's own frame header:
// framing the same bytes again is then a step back instead of a copy.
class View {
 public:
  constexpr View() = default;
  View(std::byte* data, std::uint32_t size, Storage* storage, std::uint32_t headroom = 0)
      : data_(data), size_(size), headroom_(headroom), storage_(storage) {}

  std::byte const* data() const { return data_; }
  std::uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::uint32_t headroom() const { return headroom_; }
  // Null for a view of memory that nobody counts (a literal, a caller's array).
  Storage* storage() const { return storage_; }

  std::byte operator[](std::size_t index) const {
    WEIR_ASSERT(index < size_);
    return data_[index];
  }
  std::byte const* begin() const { return data_; }
  std::byte const* end() const { return data_ + size_; }
  std::span<std::byte const> span() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<char const*>(data_), size_}; }

  // The part [from, from + size); the whole keeps its headroom, a part has none.
  View part(std::uint32_t from, std::uint32_t size) const {
    WEIR_ASSERT(from <= size_);
    WEIR_ASSERT(size <= size_ - from);
    return {data_ + from, size, storage_, size == size_ ? headroom_ : 0};
  }
  View from(std::uint32_t offset) const {
    WEIR_ASSERT(offset <= size_);
    return part(offset, size_ - offset);
  }

  // A copy that may outlive the tick.
  Bytes own() const;

  friend bool operator==(View const& a, View const& b) { return a.text() == b.text(); }

 private:
  std::byte* data_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t headroom_ = 0;
  Storage* storage_ = nullptr;
};

class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(std::size_t size);
  explicit Bytes(std::string_view text);
  Bytes(Bytes const& other) : Bytes(other.text()) {}
  Bytes(Bytes&& other) noexcept
      : storage_(std::exchange(other.storage_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Bytes& operator=(Bytes other) noexcept {
    std::swap(storage_, other.storage_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Bytes() {
    if (storage_ != nullptr) storage_->release();
  }

  std::byte* data() { return storage_ == nullptr ? nullptr : bytes_of(*storage_); }
  std::byte const* data() const { return const_cast<Bytes*>(this)->data(); }
  std::uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view text() const { return {reinterpret_cast<char const*>(data()), size_}; }

  // Valid as long as these bytes live, or anybody who retained their storage.
  View view() const { return {const_cast<Bytes*>(this)->data(), size_, storage_}; }

  friend bool operator==(Bytes const& a, Bytes const& b) { return a.text() == b.text(); }

 private:
  Storage* storage_ = nullptr;
  std::uint32_t size_ = 0;
};

inline Bytes View::own() const { return Bytes(text()); }

// Memory that the kernel fills: one reference to its storage, given back on destruction.
class Buffer {
 public:
  Buffer() = default;
  // On the heap.
  static Buffer of_size(std::uint32_t size) {
    Storage& storage = allocate_storage(size);
    return {bytes_of(storage), size, storage};
  }
  // Takes over one reference.
  Buffer(std::byte* data, std::uint32_t size, Storage& storage)
      : data_(data), size_(size), storage_(&storage) {}
  Buffer(Buffer&& other) noexcept
      : data_(other.data_), size_(other.size_), storage_(std::exchange(other.storage_, nullptr)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(storage_, other.storage_);
    return *this;
  }
  ~Buffer() {
    if (storage_ != nullptr) storage_->release();
  }

  std::byte* data() const { return data_; }
  std::uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Storage* storage() const { return storage_; }
  View view() const { return {data_, size_, storage_}; }

  // Hands the reference over to the caller; the buffer is empty then.
  Storage* let_go() {
    size_ = 0;
    return std::exchange(storage_, nullptr);
  }

 private:
  std::byte* data_ = nullptr;
  std::uint32_t size_ = 0;
  Storage* storage_ = nullptr;
};

// Whether a T holds a View, however deep inside the standard containers. A type of yours that holds
// one says so with `static constexpr bool borrows = true;`. State that outlives a tick refuses such
// items.
template <class T>
inline constexpr bool borrows = [] {
  if constexpr (requires { T::borrows; }) return static_cast<bool>(T::borrows);
  else if constexpr (requires { typename T::value_type; }) return borrows<typename T::value_type>;
  else if constexpr (requires { typename T::element_type; }) {
    return borrows<typename T::element_type>;
  } else {
    return false;
  }
}();
template <>
inline constexpr bool borrows<View> = true;
template <class T>
inline constexpr bool borrows<T const> = borrows<T>;
template <class A, class B>
inline constexpr bool borrows<std::pair<A, B>> = borrows<A> || borrows<B>;
template <class... T>
inline constexpr bool borrows<std::tuple<T...>> = (borrows<T> || ...);
template <class... T>
inline constexpr bool borrows<std::variant<T...>> = (borrows<T> || ...);

}  // namespace weir
