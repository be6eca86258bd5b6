// What every op store must do, as cases that any test framework can run:
//
//   struct MineUnderTest : StoreUnderTest { … };
//
//   class MyStoreTest : public testing::TestWithParam<ConformanceCase> {};
//   INSTANTIATE_TEST_SUITE_P(My, MyStoreTest, testing::ValuesIn(conformance_cases()), …);
//   TEST_P(MyStoreTest, Conforms) {
//     MineUnderTest mine;
//     EXPECT_EQ(GetParam().run(mine, seed), "");
//   }
//
// A case begins with a store that holds nothing. It returns one sentence: what it found and what it
// expected; or nothing. The random ones print their seed in it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "weir/store/op_store.h"

namespace weir {

class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;

  virtual OpStore& store() = 0;
  // Ends the store and opens it again, as between two runs of a program. False if it does not
  // outlive its program; then nothing has happened.
  virtual bool reopen() = 0;
};

struct ConformanceCase {
  char const* name;  // an identifier in TitleCase
  std::string (*run)(StoreUnderTest& mine, std::uint64_t seed);
};

std::span<ConformanceCase const> conformance_cases();

// Ops for tests: which bytes `number` has is a function of it, and its id is no hash of them.
Op make_test_op(std::uint64_t number, std::uint32_t size);
OpId make_test_id(std::uint64_t number);

}  // namespace weir
