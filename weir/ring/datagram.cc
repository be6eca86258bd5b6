#include "weir/ring/datagram.h"

#include <algorithm>
#include <cstring>

#include "weir/ring/uapi.h"

namespace weir {

static_assert(datagram_head_bytes == sizeof(uapi::ReceivedMessage) + uapi::received_name_size);

ReceivedDatagram datagram_in(Buffer const& buffer, Address const& known) {
  WEIR_ASSERT(buffer.size() >= datagram_head_bytes);
  uapi::ReceivedMessage head;
  std::memcpy(&head, buffer.data(), sizeof(head));
  WEIR_ASSERT(head.control_size == 0);
  WEIR_ASSERT(head.payload_size >= buffer.size() - datagram_head_bytes);
  // A copy: buffers begin anywhere, and an address does not.
  sockaddr_storage name{};
  std::memcpy(&name, buffer.data() + sizeof(head), uapi::received_name_size);
  ReceivedDatagram datagram;
  datagram.sender = Address::from(reinterpret_cast<sockaddr const&>(name),
                                  std::min(head.name_size, uapi::received_name_size), known);
  datagram.bytes = buffer.view().from(datagram_head_bytes);
  datagram.size_sent = head.payload_size;
  return datagram;
}

}  // namespace weir
