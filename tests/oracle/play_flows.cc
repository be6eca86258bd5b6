// Plays the random flows it is linked with: play_flows TICKS. See fuzz/flows.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/oracle/fused.h"
#include "tests/oracle/play.h"

int main(int count, char** words) {
  using namespace weir::oracle;
  std::uint64_t const ticks = count > 1 ? std::strtoull(words[1], nullptr, 10) : 10'000;
  int status = 0;
  for (FusedFlow const& flow : fused_flows()) {
    Played const played = play(flow, ticks);
    if (played.difference.empty()) continue;
    std::fputs(played.difference.c_str(), stdout);
    status = 1;
  }
  return status;
}
