// One 64-bit hash for everything that can be a key: integers, enums, text, bytes, pairs, tuples,
// optionals, and any type with a `hash()` member or a std::hash.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weir {

// The single value that carries no information: `pair<K, unit>` makes a join of sets.
struct unit {
  friend constexpr bool operator==(unit, unit) { return true; }
  constexpr std::uint64_t hash() const { return 0; }
};

__extension__ using Word128 = unsigned __int128;

// A multiply whose halves are folded: every input bit reaches every output bit (wyhash, Wang Yi).
constexpr std::uint64_t mix(std::uint64_t word) {
  auto const product = static_cast<Word128>(word ^ 0x2D358DCCAA6C78A5u) * 0x9E3779B97F4A7C15u;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <class T>
concept has_hash_member = requires(T const& value) {
  { value.hash() } -> std::convertible_to<std::uint64_t>;
};
template <class T>
concept has_text_member = requires(T const& value) {
  { value.text() } -> std::convertible_to<std::string_view>;
};

template <class T>
constexpr std::uint64_t hash_of(T const& value);

template <class... Part>
constexpr std::uint64_t hash_of_parts(Part const&... part) {
  std::uint64_t hash = 0;
  ((hash = mix(hash + hash_of(part))), ...);
  return hash;
}

template <class T>
constexpr std::uint64_t hash_of(T const& value) {
  if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    return mix(static_cast<std::uint64_t>(value));
  } else if constexpr (has_hash_member<T>) {
    return value.hash();
  } else if constexpr (std::is_convertible_v<T const&, std::string_view>) {
    return mix(std::hash<std::string_view>{}(value));
  } else if constexpr (has_text_member<T>) {
    return mix(std::hash<std::string_view>{}(value.text()));
  } else if constexpr (requires { value.has_value(), *value; }) {
    return value.has_value() ? mix(hash_of(*value) + 1) : 0;
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    return std::apply([](auto const&... part) { return hash_of_parts(part...); }, value);
  } else {
    return mix(std::hash<T>{}(value));
  }
}

// ---- what can be a key, as a question: templates promise more than their bodies can keep ----

template <class T>
concept is_tuple_like = requires {
  std::tuple_size<T>::value;
};

template <template <class> class Condition, class T, std::size_t... I>
consteval bool all_parts(std::index_sequence<I...>) {
  return (Condition<std::remove_cv_t<std::tuple_element_t<I, T>>>::value && ...);
}

// hash_of(value) compiles.
template <class T>
struct IsHashable {
  static constexpr bool value = [] {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T> || has_hash_member<T> ||
                  std::is_convertible_v<T const&, std::string_view> || has_text_member<T>) {
      return true;
    } else if constexpr (requires(T const& optional) { optional.has_value(), *optional; }) {
      return IsHashable<std::remove_cvref_t<decltype(*std::declval<T const&>())>>::value;
    } else if constexpr (is_tuple_like<T>) {
      return all_parts<IsHashable, T>(std::make_index_sequence<std::tuple_size_v<T>>{});
    } else {
      return requires(T const& key) { std::hash<T>{}(key); };
    }
  }();
};

// a == b compiles.
template <class T>
struct IsComparable {
  static constexpr bool value = [] {
    if constexpr (is_tuple_like<T>) {
      return all_parts<IsComparable, T>(std::make_index_sequence<std::tuple_size_v<T>>{});
    } else {
      return requires(T const& a) { static_cast<bool>(a == a); };
    }
  }();
};

template <class T>
concept is_comparable = IsComparable<T>::value;
template <class T>
concept is_key = is_comparable<T> && IsHashable<T>::value;

}  // namespace weir
