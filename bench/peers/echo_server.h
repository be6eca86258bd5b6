// What the echo servers have in common: how they are told to stop, and what they say. A server
// prints `listening PORT`, or on a UNIX socket `listening @NAME`, when it is ready, and on SIGTERM
// one line of JSON about itself.
#pragma once

#include <signal.h>
#include <sys/signalfd.h>

#include "bench/host.h"

namespace weir::bench {

// A descriptor that becomes readable when the server is to stop. SIGPIPE is ignored from here on.
inline int open_stop_signal() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGTERM);
  sigaddset(&stopping, SIGINT);
  sigprocmask(SIG_BLOCK, &stopping, nullptr);
  int const descriptor = signalfd(-1, &stopping, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor < 0) fail("signalfd");
  return descriptor;
}

inline void announce(int listener) {
  std::printf("listening %d\n", port_number_of(listener));
  std::fflush(stdout);
}
inline void announce_own_unix_name() {
  std::printf("listening @%s\n", own_unix_name().c_str());
  std::fflush(stdout);
}

inline void report(std::uint64_t frames) {
  CpuTime const used = own_cpu_time();
  std::printf("{\"frames\":%llu,\"user_s\":%.6f,\"system_s\":%.6f}\n",
              static_cast<unsigned long long>(frames), used.user_s, used.system_s);
  std::fflush(stdout);
}

}  // namespace weir::bench
