// How a source or destination ends its flow because of the world: with one sentence, as if a user
// function had thrown it. The tick is abandoned, the other flows go on, and FlowHandle::failure()
// names the node and says the sentence.
#pragma once

#include <string>

namespace weir {

// Only from inside a tick: in drain, push or flush of an operator.
[[noreturn]] void end_flow(std::string sentence);

}  // namespace weir
