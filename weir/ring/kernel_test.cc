// Which kernel a program gets, and what it is told when it gets none.
#include "weir/ring/kernel.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>

#include "weir/ring/ring.h"

namespace weir {
namespace {

bool io_uring_is_given_up() {
  char const* const value = std::getenv("WEIR_NO_URING");
  return value != nullptr && std::string(value) == "1";
}

// The other tests run on what kernels there are; this one makes sure that nobody believes io_uring
// was tested where it was not.
TEST(Kernel, IoUringIsAllowedHereOrGivenUpWithWEIR_NO_URING) {
  if (io_uring_is_given_up()) return;
  Result<std::unique_ptr<Ring>> const ring = Ring::make(make_uring_kernel());
  EXPECT_TRUE(ring.ok()) << ring.error().message << "\n(Set WEIR_NO_URING=1 to test without it.)";
}

TEST(Kernel, HiddenFeaturesAreNotThere) {
  if (io_uring_is_given_up()) return;
  std::unique_ptr<Kernel> const kernel = make_uring_kernel();
  weir::Setup setup;  // gtest has a Setup of its own
  setup.hide = all_features;
  ASSERT_TRUE(kernel->set_up(setup).ok());
  EXPECT_FALSE(kernel->features.incremental_buffers);
  EXPECT_FALSE(kernel->features.no_iowait);
  EXPECT_FALSE(kernel->features.waitid);
  EXPECT_FALSE(kernel->features.futex);
}

TEST(Kernel, EpollHasTheFeaturesOfLinux6_1) {
  std::unique_ptr<Kernel> const kernel = make_epoll_kernel();
  ASSERT_TRUE(kernel->set_up({}).ok());
  EXPECT_FALSE(kernel->features.incremental_buffers);
  EXPECT_FALSE(kernel->features.no_iowait);
  EXPECT_FALSE(kernel->features.waitid);
  EXPECT_FALSE(kernel->features.futex);
}

// Makes one system call fail, for this process and for good: what containers do to io_uring.
void forbid(std::uint32_t system_call, std::uint32_t error) {
  std::array<sock_filter, 4> code = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, system_call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  sock_fprog const program{static_cast<unsigned short>(code.size()), code.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) std::_Exit(100);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) std::_Exit(101);
}

// Runs in a process of its own, which must say 0.
void expect_in_child(std::function<int()> const& body) {
  pid_t const child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) std::_Exit(body());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Kernel, WhereIoUringIsForbiddenTheErrorSaysWhyAndWhatToDo) {
  expect_in_child([] {
    forbid(SYS_io_uring_setup, EPERM);
    Result<std::unique_ptr<Ring>> const ring = Ring::make(make_uring_kernel());
    if (ring.ok()) return 1;
    if (ring.error().code != EPERM) return 2;
    for (char const* part : {"io_uring_setup: Operation not permitted", "seccomp",
                             "kernel.io_uring_disabled", "make_epoll_kernel", "make_kernel"}) {
      if (ring.error().message.find(part) == std::string::npos) return 3;
    }
    return 0;
  });
}

TEST(Kernel, WhereIoUringIsForbiddenMakeKernelFallsBackToEpoll) {
  expect_in_child([] {
    forbid(SYS_io_uring_setup, ENOSYS);
    Result<std::unique_ptr<Ring>> const ring = Ring::make(make_kernel());
    return ring.ok() && ring.value()->step(Wait::poll) == 0 ? 0 : 1;
  });
}

TEST(Kernel, EpollDoesWithoutTheCallThatOldSandboxesForbid) {
  expect_in_child([] {
    forbid(SYS_epoll_pwait2, EPERM);
    std::unique_ptr<Ring> const ring = std::move(Ring::make(make_epoll_kernel())).value();
    Instant const deadline = ring->clock().now() + 2 * milliseconds;
    while (ring->clock().now() < deadline) ring->step(Wait::park, deadline);
    return ring->counters().enters < 100 ? 0 : 1;
  });
}

}  // namespace
}  // namespace weir
