// The operations of io_uring on files and directories made of plain calls, none of which waits for
// anybody but the disk.
#pragma once

#include <cstdint>
#include <optional>

#include "weir/ring/uapi.h"

namespace weir {

// The result; nothing if the operation is of another family.
std::optional<std::int32_t> carry_out_file_operation(uapi::Sqe const& submission);

}  // namespace weir
