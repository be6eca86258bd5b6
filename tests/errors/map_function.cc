// expect: weir: map(f): f cannot be called with the Item it receives
// expect: {"lengths"}
// expect: int
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"words"> words;
static constexpr node<"lengths"> lengths;
static constexpr node<"counts"> counts;

auto const broken = flow(  // here
    words = source_iter(std::vector<std::string>{}) >> tee(),
    words >> for_each([](std::string const&) {}),
    lengths = union_() >> map([](std::string const& word) { return word.size(); }),
    source_iter(std::vector{1, 2, 3}) >> lengths,
    counts = union_() >> fold([] { return 0; }, [](int& sum, std::size_t n) { sum += int(n); }),
    lengths >> unique() >> counts, counts >> for_each([](int) {}));
