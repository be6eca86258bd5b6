// expect: weir: resolve_futures(), resolve_futures_ordered(): the Item, or what it gives
#include <coroutine>
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/resolve_futures.h"

using namespace weir;

template <class T>
struct Ready {
  T value;
  bool await_ready() const { return true; }
  void await_suspend(std::coroutine_handle<>) const {}
  T await_resume() const { return value; }
};

auto const broken = flow(  // here
    source_iter(std::vector<Ready<View>>{}) >> resolve_futures_ordered() >> null());
