#include "weir/ring/processes.h"

#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "weir/base/assert.h"
#include "weir/ring/sockets.h"

namespace weir {

namespace {

// waitid(2) by a descriptor (Linux 5.4); older C libraries have no name for it.
constexpr auto by_process_descriptor = static_cast<idtype_t>(3);

int wait_without_waiting(int descriptor, siginfo_t& info, int options) {
  auto const id = static_cast<id_t>(descriptor);
  return ::waitid(by_process_descriptor, id, &info, WEXITED | WNOHANG | options) == 0 ? 0 : -errno;
}

}  // namespace

Result<int> open_signal_descriptor(std::span<int const> numbers) {
  sigset_t set;
  ::sigemptyset(&set);
  for (int const number : numbers) {
    if (::sigaddset(&set, number) != 0)
      return system_error("wait for signal " + std::to_string(number), errno);
  }
  if (int const failed = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); failed != 0)
    return system_error("block signals", failed);
  int const descriptor = ::signalfd(-1, &set, SFD_CLOEXEC);
  if (descriptor < 0) return system_error("open a descriptor for signals", errno);
  return descriptor;
}

int open_process_descriptor(std::int32_t process) {
  int const descriptor = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  if (descriptor < 0) return errno == ESRCH ? -ECHILD : -errno;
  // Any process may be watched; only a child can be waited for, and not a second time.
  siginfo_t info{};
  int const refused = wait_without_waiting(descriptor, info, WNOWAIT);
  if (refused == 0) return descriptor;
  ::close(descriptor);
  return refused;
}

int reap_and_close(int descriptor, siginfo_t* info) {
  int result = 0;
  if (info != nullptr) {
    *info = {};
    result = wait_without_waiting(descriptor, *info, 0);
    // It was reported to have ended, so somebody else has reaped it.
    if (result == 0 && info->si_pid == 0) result = -ECHILD;
  }
  int const closed = ::close(descriptor);
  WEIR_ASSERT(closed == 0);
  return result;
}

}  // namespace weir
