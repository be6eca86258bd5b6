#include "tests/oracle/script.h"

#include <iterator>
#include <string_view>
#include <utility>

#include "tests/oracle/functions.h"
#include "tests/oracle/shape.h"

namespace weir::oracle {

namespace {

// Of at most so many items for each source.
std::vector<Items> random_batches(Random& random, std::uint64_t size_max) {
  std::vector<Items> given(source_count);
  if (random.once_in(8)) return given;
  for (int s = 0; s < source_count; ++s) {
    if (random.once_in(4)) continue;
    for (std::uint64_t n = random.below(size_max + 1); n > 0; --n) {
      int const v = static_cast<int>(random.below(domain));
      int const key = static_cast<int>(random.below(4));
      given[static_cast<std::size_t>(s)].push_back(s < number_source_count ? Item(v)
                                                                           : Item(key, v));
    }
  }
  return given;
}

struct Extent {
  std::uint64_t ticks_max;
  std::uint64_t size_max;  // items of a source in a tick
};

Extent random_extent(Random& random) {
  constexpr Extent usual{12, 6};
  constexpr Extent others[] = {
      {3, 150},  // many items go another way than few: in blocks
      {60, 1},
      {40, 3},
  };
  return random.once_in(2) ? usual : others[random.below(std::size(others))];
}

std::string_view name_of(Pace pace) {
  switch (pace) {
    case Pace::whole:
      return "";
    case Pace::one:
      return " (a budget of 1)";
    case Pace::random:
      return " (random budgets)";
  }
  return {};
}

// Leaves out what it can of `list`, a part of `script`: large pieces first.
template <class T, class GoesWrong>
void leave_out(Script const& script, std::vector<T>& list, GoesWrong const& goes_wrong) {
  for (std::size_t piece = list.size(); piece > 0; piece /= 2) {
    for (std::size_t at = list.size(); at >= piece;) {
      at -= piece;
      std::vector<T> const whole = list;
      auto const first = list.begin() + static_cast<std::ptrdiff_t>(at);
      list.erase(first, first + static_cast<std::ptrdiff_t>(piece));
      if (!goes_wrong(script)) list = whole;
    }
  }
}

}  // namespace

Script random_script(Random& random) {
  Extent const extent = random_extent(random);
  auto const pace = [&] { return static_cast<Pace>(random.below(3)); };
  bool const mixed = random.once_in(2);
  Pace const all = pace();
  Script script(1 + random.below(extent.ticks_max));
  for (Step& step : script) {
    step.given = random_batches(random, extent.size_max);
    step.pace = mixed ? pace() : all;
    step.seed = random.next();
  }
  return script;
}

TickBudget next_budget(Pace pace, Random& random) {
  switch (pace) {
    case Pace::whole:
      return {};
    case Pace::one:
      return {.items = 1};
    case Pace::random:
      if (random.once_in(8)) return {.time = 0};
      return {.items = static_cast<std::int64_t>(1 + random.below(6))};
  }
  return {};
}

Script shrink(Script script, std::function<bool(Script const&)> const& goes_wrong) {
  int tries = 500;
  auto const still_does = [&](Script const& tried) { return tries-- > 0 && goes_wrong(tried); };
  leave_out(script, script, still_does);
  for (Step& step : script) {
    Pace const pace = step.pace;
    for (Pace const simpler : {Pace::whole, Pace::one}) {
      if (simpler >= step.pace) break;
      step.pace = simpler;
      if (still_does(script)) break;
      step.pace = pace;
    }
    for (Items& items : step.given) leave_out(script, items, still_does);
  }
  return script;
}

std::string text_of(Items const& items) {
  std::string text = "{";
  for (Item const& item : items) {
    if (text.size() > 1) text += ", ";
    if (item.count > 1) text += "(";
    for (int i = 0; i < item.count; ++i) text += (i > 0 ? " " : "") + std::to_string(item.leaf[i]);
    if (item.count > 1) text += ")";
  }
  return text + "}";
}

std::string text_of(Script const& script) {
  std::string text;
  for (std::size_t tick = 0; tick < script.size(); ++tick) {
    text += "  tick " + std::to_string(tick) + std::string(name_of(script[tick].pace)) + " gets";
    for (Items const& items : script[tick].given) text += " " + text_of(items);
    text += "\n";
  }
  return text;
}

}  // namespace weir::oracle
