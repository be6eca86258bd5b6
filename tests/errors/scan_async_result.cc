// expect: weir: scan_async(init, f): f must return something to co_await
#include <coroutine>
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/scan_async.h"

using namespace weir;

template <class T>
struct Ready {
  T value;
  bool await_ready() const { return true; }
  void await_suspend(std::coroutine_handle<>) const {}
  T await_resume() const { return value; }
};

auto const broken = flow(  // here
    source_iter(std::vector{1, 2}) >>
    scan_async([] { return 0; }, [](int& all, int) { return Ready<int>{all}; }) >> null());
