// What a type, or the value of an enum, is called: as the compiler spells it, as a constant.
//
//   type_name<net::Put>()        "net::Put"
//   label_of<Colour::red>()      "red"; empty where no enumerator has that value
//
// The only standard way to such a name is the signature of a template, which both compilers print
// with its arguments. Where in it the name begins and ends is measured on one that is known.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir {

// In a namespace of its own, or g++ would leave ours out of the names.
namespace names {

template <class T>
consteval auto signature_of_type() {
  return std::string_view(__PRETTY_FUNCTION__);
}
template <auto Value>
consteval auto signature_of_value() {
  return std::string_view(__PRETTY_FUNCTION__);
}

// What stands in `signature` where `known` stands in `sample`.
consteval std::string_view name_in(std::string_view signature, std::string_view sample,
                                   std::string_view known) {
  std::size_t const before = sample.find(known);
  return signature.substr(before, signature.size() - (sample.size() - known.size()));
}

}  // namespace names

template <class T>
consteval std::string_view type_name() {
  return names::name_in(names::signature_of_type<T>(), names::signature_of_type<double>(),
                        "double");
}

template <auto Value>
consteval std::string_view label_of() {
  std::string_view name =
      names::name_in(names::signature_of_value<Value>(), names::signature_of_value<true>(), "true");
  if (std::size_t const scope = name.rfind("::"); scope != name.npos) name.remove_prefix(scope + 2);
  bool const nameless = name.find(')') != name.npos || name[0] == '-' ||
                        (name[0] >= '0' && name[0] <= '9');  // (Colour)7, or just 7
  return nameless ? std::string_view{} : name;
}

}  // namespace weir
