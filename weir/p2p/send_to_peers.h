// Frames for connections of whichever endpoint: each goes out where its connection is.
#pragma once

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/tcp.h"
#include "weir/p2p/peer_links.h"

namespace weir {

// Statements for a flow: what is given to the node `Frames` is sent. (An endpoint that there is
// none of is stood in for by the other.)
template <Name Frames>
auto send_to_peers(PeerLinks& links) {
  static constexpr node<Frames> frames;
  return statements(frames = partition<"dialled", "accepted">(
                        [&links](Frame const& frame, int dialled, int accepted) {
                          return links.is_dialled(frame.first) ? dialled : accepted;
                        }),
                    frames[port<"dialled">] >> dest_tcp(links.dialled()),
                    frames[port<"accepted">] >> dest_tcp(links.accepted()));
}

}  // namespace weir
