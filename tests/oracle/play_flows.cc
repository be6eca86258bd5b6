// Plays the random flows it is linked with: play_flows SCRIPTS. See fuzz/flows.
#include <cstdio>
#include <cstdlib>

#include "tests/oracle/fused.h"
#include "tests/oracle/play.h"

int main(int count, char** words) {
  using namespace weir::oracle;
  int const scripts = count > 1 ? std::atoi(words[1]) : 100;
  int status = 0;
  for (FusedFlow const& flow : fused_flows()) {
    Played const played = play(flow, scripts);
    if (played.difference.empty()) continue;
    std::fputs(played.difference.c_str(), stdout);
    status = 1;
  }
  return status;
}
