#include "weir/base/type_name.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace weir {

struct Named {};
enum class Scoped { first, second = 7 };
enum Unscoped { small = -3 };

namespace {

struct Hidden {};
enum class HiddenEnum { only };

TEST(TypeName, IsWhatTheCompilerCallsIt) {
  static_assert(type_name<int>() == "int");
  static_assert(type_name<Named>() == "weir::Named");
  static_assert(type_name<Scoped>() == "weir::Scoped");
  EXPECT_TRUE(type_name<Hidden>().ends_with("::Hidden")) << type_name<Hidden>();
  EXPECT_TRUE(type_name<std::vector<Named>>().starts_with("std::vector<weir::Named"));
}

TEST(TypeName, DiffersWhereTypesDo) {
  struct Local {};
  EXPECT_NE(type_name<int>(), type_name<int const>());
  EXPECT_NE(type_name<Named>(), type_name<Named*>());
  EXPECT_NE(type_name<Named>(), type_name<Local>());
}

TEST(LabelOf, IsTheNameOfTheEnumerator) {
  enum class Local { here };
  static_assert(label_of<Scoped::first>() == "first");
  static_assert(label_of<static_cast<Scoped>(7)>() == "second");
  static_assert(label_of<small>() == "small");
  static_assert(label_of<HiddenEnum::only>() == "only");
  static_assert(label_of<Local::here>() == "here");
}

TEST(LabelOf, IsEmptyWithoutAnEnumerator) {
  static_assert(label_of<static_cast<Scoped>(5)>().empty());
  static_assert(label_of<static_cast<Scoped>(-5)>().empty());
  static_assert(label_of<static_cast<Unscoped>(-2)>().empty());
  static_assert(label_of<static_cast<HiddenEnum>(1)>().empty());
}

}  // namespace
}  // namespace weir
