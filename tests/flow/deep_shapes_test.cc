// Long and deep flows: they compile, they run, and their code grows with their operators and no
// faster.
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

// "r07": a name from a number.
template <std::size_t Number>
consteval Name<4> numbered() {
  char const text[4] = {'r', static_cast<char>('0' + Number / 10),
                        static_cast<char>('0' + Number % 10), '\0'};
  return Name<4>(text);
}
template <std::size_t Number>
constexpr node<numbered<Number>()> rung{};

// What the operators do. Lambdas in a template over a pack would each carry the whole pack in their
// names, and every function of the flow all of theirs.
template <std::size_t>
struct LadderStep {  // of a ladder of so many rungs: what finds its functions among all others
  int operator()(int v) const { return v + 1; }
};
template <std::size_t>
struct ChainStep {
  int operator()(int v) const { return v + 1; }
};
template <std::size_t>
struct StratumStep {
  void operator()(int& all, int v) const { all += v + 1; }
};
struct IsEven {
  bool operator()(int v) const { return v % 2 == 0; }
};
struct IsOdd {
  bool operator()(int v) const { return v % 2 != 0; }
};

// fork_join: each rung splits the items and joins them again.
template <std::size_t... Level>
auto make_ladder(std::index_sequence<Level...>, Out<int>& out) {
  constexpr std::size_t levels = sizeof...(Level);
  return flow(source_iter(numbers(0, 100)) >> rung<0>,
              (rung<Level> = union_() >> map(LadderStep<levels>()) >> tee())...,
              (rung<Level> >> filter(IsEven()) >> rung<Level + 1>)...,
              (rung<Level> >> filter(IsOdd()) >> rung<Level + 1>)...,
              rung<levels> = union_() >> out.collect());
}
template <std::size_t Levels>
std::vector<int> climbed() {
  Out<int> out;
  Running df(make_ladder(std::make_index_sequence<Levels>{}, out));
  EXPECT_EQ(df.graph.subgraphs().size(), 1u);  // no handoff anywhere
  EXPECT_TRUE(df.graph.handoffs().empty());
  df.run_available();
  return out.take();
}

// The sizes of all functions in this program whose names contain `text`, from its own symbol table.
std::uint64_t bytes_of_functions(std::string_view text) {
  int const descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  auto const size = static_cast<std::size_t>(lseek(descriptor, 0, SEEK_END));
  void* const mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  close(descriptor);
  if (mapped == MAP_FAILED) return 0;
  auto const* const image = static_cast<char const*>(mapped);
  auto const& header = *reinterpret_cast<Elf64_Ehdr const*>(image);
  auto const* const sections = reinterpret_cast<Elf64_Shdr const*>(image + header.e_shoff);
  std::uint64_t sum_of_sizes = 0;
  for (std::size_t s = 0; s < header.e_shnum; ++s) {
    if (sections[s].sh_type != SHT_SYMTAB) continue;
    char const* const names = image + sections[sections[s].sh_link].sh_offset;
    auto const* const symbols = reinterpret_cast<Elf64_Sym const*>(image + sections[s].sh_offset);
    for (std::size_t i = 0; i < sections[s].sh_size / sizeof(Elf64_Sym); ++i) {
      if (ELF64_ST_TYPE(symbols[i].st_info) != STT_FUNC) continue;
      char const* const name = names + symbols[i].st_name;
      if (std::strstr(name, text.data()) != nullptr) sum_of_sizes += symbols[i].st_size;
    }
  }
  munmap(mapped, size);
  return sum_of_sizes;
}

TEST(DeepShapes, ALadderOfTwentyRungsFusesAndItsCodeDoesNotDoubleWithEach) {
  std::vector<int> expected = numbers(10, 110);
  EXPECT_EQ(sorted(climbed<10>()), expected);
  expected = numbers(20, 120);
  EXPECT_EQ(sorted(climbed<20>()), expected);
  std::uint64_t const ten = bytes_of_functions("LadderStepILm10EE");
  std::uint64_t const twenty = bytes_of_functions("LadderStepILm20EE");
  ASSERT_GT(ten, 0u);
  EXPECT_LT(twenty, 3 * ten);  // twice the rungs, twice the code; doubling would be a thousandfold
}

template <std::size_t... I>
auto make_chain(std::index_sequence<I...>, Out<int>& out) {
  return flow((source_iter(numbers(0, 10)) >> ... >> map(ChainStep<I>())) >> out.collect());
}

TEST(DeepShapes, AChainOfSixtyOperatorsIsOneFunction) {
  Out<int> out;
  Running df(make_chain(std::make_index_sequence<60>{}, out));
  EXPECT_EQ(df.graph.subgraphs().size(), 1u);
  df.run_available();
  EXPECT_EQ(out.take(), numbers(60, 70));
}

template <std::size_t... I>
auto make_strata(std::index_sequence<I...>, Out<int>& out) {
  return flow((source_iter(numbers(0, 5)) >> ... >> fold(zero, StratumStep<I>())) >> out.collect());
}

TEST(DeepShapes, SeventyStrataRunInOrder) {
  Out<int> out;
  Running df(make_strata(std::make_index_sequence<70>{}, out));
  EXPECT_EQ(df.graph.subgraphs().size(), 71u);
  df.run_available();
  EXPECT_EQ(out.take(), std::vector{15 + 69});
}

TEST(DeepShapes, AFlowWithoutExternalInputRunsUntilNothingIsDeferred) {
  Out<int> out;
  static constexpr node<"left"> left;
  Running df(flow(left = union_() >> filter([](int v) { return v > 0; }) >> tee(),
                  source_iter(std::vector{3, 5}) >> left,
                  left >> map([](int v) { return v - 1; }) >> defer_tick() >> left,
                  left >> fold(zero, sum) >> out.collect()));
  EXPECT_EQ(df.run_available(), 6u);
  EXPECT_EQ(out.take(), (std::vector{8, 6, 4, 2, 1, 0}));
}

}  // namespace
}  // namespace weir
