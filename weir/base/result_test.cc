#include "weir/base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace weir {
namespace {

Result<std::unique_ptr<int>> half(int number) {
  if (number % 2 != 0) return Error{EDOM, "an odd number has no half"};
  return std::make_unique<int>(number / 2);
}

TEST(Result, HoldsAValueThatMayBeMoveOnly) {
  Result<std::unique_ptr<int>> result = half(6);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(**result, 3);
  EXPECT_EQ(*result->get(), 3);
  std::unique_ptr<int> const taken = *std::move(result);
  EXPECT_EQ(*taken, 3);
  EXPECT_EQ(*half(8).value(), 4);
}

TEST(Result, HoldsOneSentenceInstead) {
  Result<std::unique_ptr<int>> const result = half(7);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, EDOM);
  EXPECT_EQ(result.error().message, "an odd number has no half");
}

TEST(Result, OfNothingIsWellOrAnError) {
  Result<void> const well;
  EXPECT_TRUE(well.ok());
  Result<void> const refused = Error{0, "no"};
  EXPECT_FALSE(static_cast<bool>(refused));
  EXPECT_EQ(refused.error().message, "no");
}

TEST(ResultDeathTest, TakingWhatIsNotThereIsOurBug) {
  EXPECT_DEATH(static_cast<void>(half(7).value()), "result.h:.*ok\\(\\) does not hold");
  EXPECT_DEATH(static_cast<void>(half(8).error()), "result.h:.*!ok\\(\\) does not hold");
  EXPECT_DEATH(static_cast<void>(Result<void>().error()), "!ok\\(\\) does not hold");
}

}  // namespace
}  // namespace weir
