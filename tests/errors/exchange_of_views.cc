// expect: weir: Exchange<T>: T holds a View, which ends with the tick; own() its bytes first
#include <utility>

#include "weir/base/bytes.h"
#include "weir/io/exchange.h"

using namespace weir;

Exchange<std::pair<int, View>> broken(2);  // here
