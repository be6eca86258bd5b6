// What a loop that gives many items uses in each of them: a copy where it fits into registers, for
// the compiler cannot know whether the memory it came from is changed by what the items are given
// to; a reference otherwise.
#pragma once

#include <type_traits>

namespace weir {

template <class T>
using InRegister =
    std::conditional_t<std::is_trivially_copyable_v<T> && sizeof(T) <= 2 * sizeof(void*), T,
                       T const&>;

}  // namespace weir
