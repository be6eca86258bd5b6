// Files on real kernels: opening one, and what a kernel of plain calls does to read and write.
//
// Opening is a plain call. io_uring could open without waiting, but a path is opened once, before
// anything flows, and then whoever builds the flow learns at once that it is wrong.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/ring/kernel.h"
#include "weir/ring/uapi.h"

namespace weir {

// What open(2) is told.
int open_flags(FileUse use);

// "open words.txt: No such file or directory"
Result<int> open_file_at(std::string const& path, FileUse use);

// As Kernel::list_directory().
Result<std::vector<DirectoryEntry>> list_directory_at(std::string const& path,
                                                      std::uint32_t count_max);
Result<std::array<int, 2>> open_pipe_pair();

// Carries a read or write submission out without waiting; nothing while it would have to wait.
std::optional<std::int32_t> attempt_file_transfer(uapi::Sqe const& submission, int descriptor);

}  // namespace weir
