// How many instructions a program executes between CALLGRIND_START_INSTRUMENTATION and
// CALLGRIND_STOP_INSTRUMENTATION: exact, whatever else the machine does.
#pragma once

#include "bench/child.h"

namespace weir::bench {

double count_instructions(Command const& command);

}  // namespace weir::bench
