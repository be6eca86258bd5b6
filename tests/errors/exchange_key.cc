// expect: weir: exchange(worker, items, key): key cannot be called with an item of the Exchange
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/exchange.h"

using namespace weir;

auto broken(Worker& worker, Exchange<std::string>& words) {
  return flow(  // here
      source_iter(std::vector<std::string>{}) >>
      exchange(worker, words, [](int number) { return number; }) >>
      for_each([](std::string const&) {}));
}
