// Signals and child processes as descriptors, on real kernels.
#pragma once

#include <csignal>
#include <cstdint>
#include <span>

#include "weir/base/result.h"

namespace weir {

// A signalfd(2). The calling thread does not get these signals any more.
Result<int> open_signal_descriptor(std::span<int const> numbers);

// A descriptor that becomes readable when this child of ours has ended, or -errno.
int open_process_descriptor(std::int32_t process);
// Closes it. With `info`, reaps the child, which has ended: 0 or -errno.
int reap_and_close(int descriptor, siginfo_t* info);

}  // namespace weir
