// The pictures in docs/fetch.md are those that the plans of the flows make.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "weir/p2p/receive_flow.h"
#include "weir/p2p/serve_flow.h"
#include "weir/p2p/want_flow.h"
#include "weir/plan/describe.h"

namespace weir {
namespace {

std::string page() {
  std::ifstream file(WEIR_SOURCE_DIR "/docs/fetch.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// How a picture stands on a page.
template <class Flow>
std::string drawn(Flow (*)(FetchParts&)) {
  return "```mermaid\n" + to_mermaid(Flow::plan()) + "```\n";
}

TEST(FetchPictures, OfTheThreeFlowsAreOnThePage) {
  std::string const text = page();
  for (std::string const& picture : {drawn(&want_flow), drawn(&serve_flow), drawn(&receive_flow)}) {
    EXPECT_NE(text.find(picture), std::string::npos) << "docs/fetch.md lacks:\n" << picture;
  }
}

}  // namespace
}  // namespace weir
