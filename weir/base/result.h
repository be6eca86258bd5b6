// What the world may refuse is a value: either a T or an Error with one clear sentence.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

// `code` is an errno value (0 when no system call was involved); `message` is one sentence that
// says what failed, where, and what to do about it.
struct Error {
  int code = 0;
  std::string message;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }

  T& value() & {
    WEIR_ASSERT(ok());
    return *value_;
  }
  T const& value() const& {
    WEIR_ASSERT(ok());
    return *value_;
  }
  T&& value() && {
    WEIR_ASSERT(ok());
    return *std::move(value_);
  }
  T* operator->() { return &value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  Error const& error() const {
    WEIR_ASSERT(!ok());
    return error_;
  }

 private:
  std::optional<T> value_;
  Error error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  Error const& error() const {
    WEIR_ASSERT(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace weir
