// A codec says what bytes mean: a value with a `value_type` and
//
//   std::optional<value_type> decode(View bytes) const;      nothing when the bytes are malformed
//   std::uint32_t size(value_type const& value) const;       what encode will write
//   void encode(value_type const& value, std::span<std::byte> to) const;
//
// decode() and encode() in pipes/operators apply one to the items of a flow. Codecs see whole
// frames; how frames lie on the wire is net's business.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "weir/base/bytes.h"

namespace weir {

template <class T>
concept is_codec = requires {
  typename T::value_type;
}
&&requires(T const& codec, typename T::value_type const& value, View bytes,
           std::span<std::byte> to) {
  { codec.decode(bytes) } -> std::same_as<std::optional<typename T::value_type>>;
  { codec.size(value) } -> std::convertible_to<std::uint32_t>;
  codec.encode(value, to);
};

// The bytes themselves, borrowed: costs nothing either way.
struct ViewCodec {
  using value_type = View;
  std::optional<View> decode(View bytes) const { return bytes; }
  std::uint32_t size(View const& bytes) const { return bytes.size(); }
  void encode(View const& bytes, std::span<std::byte> to) const {
    if (!bytes.empty()) std::memcpy(to.data(), bytes.data(), bytes.size());
  }
};

// Text, owned.
struct TextCodec {
  using value_type = std::string;
  std::optional<std::string> decode(View bytes) const { return std::string(bytes.text()); }
  std::uint32_t size(std::string const& text) const {
    return static_cast<std::uint32_t>(text.size());
  }
  void encode(std::string const& text, std::span<std::byte> to) const {
    if (!text.empty()) std::memcpy(to.data(), text.data(), text.size());
  }
};

// Unsigned integers, each big-endian in its own width, nothing between them:
// IntegersCodec<u32, u32> makes std::tuple<u32, u32> of exactly 8 bytes.
template <std::unsigned_integral... Integer>
struct IntegersCodec {
  using value_type = std::tuple<Integer...>;
  static constexpr std::uint32_t encoded_size = (static_cast<std::uint32_t>(sizeof(Integer)) + ...);

  std::optional<value_type> decode(View bytes) const {
    if (bytes.size() != encoded_size) return std::nullopt;
    std::byte const* at = bytes.data();
    return value_type{read<Integer>(at)...};  // braces: from left to right
  }
  std::uint32_t size(value_type const&) const { return encoded_size; }
  void encode(value_type const& value, std::span<std::byte> to) const {
    std::byte* at = to.data();
    std::apply([&](auto... integer) { (write(integer, at), ...); }, value);
  }

 private:
  template <class T>
  static T read(std::byte const*& at) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      value = static_cast<T>(value << (sizeof(T) > 1 ? 8 : 0)) | static_cast<T>(*at++);
    }
    return value;
  }
  template <class T>
  static void write(T value, std::byte*& at) {
    for (std::size_t i = sizeof(T); i-- > 0;) *at++ = static_cast<std::byte>(value >> (8 * i));
  }
};

}  // namespace weir
