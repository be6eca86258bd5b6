// expect: weir: exchange(worker, items, key): the Exchange<T> does not take the Item it receives
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/exchange.h"

using namespace weir;

auto broken(Worker& worker, Exchange<std::string>& words) {
  return flow(  // here
      source_iter(std::vector<int>{}) >>
      exchange(worker, words, [](std::string const& word) { return word; }) >>
      for_each([](std::string const&) {}));
}
