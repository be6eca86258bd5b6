// The lists a connection can be on, so that nobody ever searches the table for those that need
// something.
#pragma once

#include <cstdint>

#include "weir/net/list.h"

namespace weir {

class Connection;

enum class On : std::uint8_t {
  endpoint,   // of its endpoint
  changed,    // something happened to it: to be settled
  ready,      // has received bytes that may be admitted
  starved,    // wants to receive, and the pool was empty; oldest first
  in_pool,    // the beginning of a frame lies in pool memory
  growing,    // needs more memory for an unfinished frame; oldest first
  suspended,  // over its mark
  awaiting,   // cannot end before the tick that saw its last frame has ended
  dialled,    // connecting, or shaking hands, in the order of their deadlines
  greeting,   // has not sent anything yet, in the order of their deadlines
  watched,    // may not be silent for ever, in the order in which it is looked at
  over_rate,  // has sent more than its rate
};

template <On which>
using Connections = List<Connection, which>;

}  // namespace weir
