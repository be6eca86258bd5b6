// The picture in docs/sync.md is the one that the plan of the flow makes.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "weir/p2p/sync_flow.h"
#include "weir/plan/describe.h"

namespace weir {
namespace {

TEST(SyncPicture, OfTheFlowIsOnThePage) {
  std::ifstream file(WEIR_SOURCE_DIR "/docs/sync.md");
  std::stringstream text;
  text << file.rdbuf();
  using Flow = decltype(sync_flow(std::declval<SyncParts&>()));
  std::string const picture = "```mermaid\n" + to_mermaid(Flow::plan()) + "```\n";
  EXPECT_NE(text.str().find(picture), std::string::npos) << "docs/sync.md lacks:\n" << picture;
}

}  // namespace
}  // namespace weir
