// From an opcode and its arguments to a submission: the only place that knows how each is encoded.
#pragma once

#include "weir/ring/completion.h"
#include "weir/ring/uapi.h"

namespace weir {

// A timeout has none: the ring holds it.
uapi::Sqe prepare(Completion& completion);

// The part of it that knows files, directories and waiting (prepare_file.cc).
void prepare_file(Completion const& completion, uapi::Sqe& submission);

// A cancel of whatever carries this user_data, without a result.
uapi::Sqe prepare_quiet_cancel(std::uint64_t user_data);
// A cancel of everything in the kernel, without a result.
uapi::Sqe prepare_cancel_of_all();

// The user_data of a completion, and back.
std::uint64_t user_data_of(Completion const& completion);
Completion& completion_of(std::uint64_t user_data);

}  // namespace weir
