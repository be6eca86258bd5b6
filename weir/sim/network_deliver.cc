// What is on its way in a simulated network: bytes, ends and resets. A receiver has at most one
// delivery planned; when it happens it carries what fits by then and plans the next.
#include <poll.h>

#include <cerrno>

#include "weir/base/assert.h"
#include "weir/sim/network.h"

namespace weir {

void SimNetwork::plan_delivery(SimSocket& receiver) {
  if (receiver.delivery_planned || receiver.other == 0) return;
  WEIR_ASSERT(receiver.state == State::open);
  if (receiver.inbound.deliverable() == 0 && !receiver.inbound.end_deliverable()) return;
  receiver.delivery_planned = true;
  later([this, id = receiver.id] { deliver(id); });
}

void SimNetwork::deliver(SocketId id) {
  SimSocket* receiver = find(id);
  if (receiver == nullptr) return;
  WEIR_ASSERT(receiver->delivery_planned);
  receiver->delivery_planned = false;
  if (receiver->other == 0) return;  // overtaken by a reset
  if (draws_reset()) return reset_both(*receiver);
  if (receiver->orphan() && receiver->inbound.in_flight() > 0) return send_reset(*receiver);

  std::uint32_t const count = deliver_bytes(*receiver);
  bool const end_waits = count > 0 && chance_.once_in(chance_.options.split_delivery_once_in);
  if (receiver->inbound.end_deliverable() && !end_waits) deliver_end(*receiver);
  receiver = find(id);
  if (receiver != nullptr) plan_delivery(*receiver);
}

std::uint32_t SimNetwork::deliver_bytes(SimSocket& receiver) {
  std::uint32_t count = receiver.inbound.deliverable();
  if (count == 0) return 0;
  if (chance_.once_in(chance_.options.split_delivery_once_in))
    count = static_cast<std::uint32_t>(chance_.between(1, count));
  receiver.inbound.deliver(count);
  touch(receiver, POLLIN);
  touch(get(receiver.other), POLLOUT);
  return count;
}

void SimNetwork::deliver_end(SimSocket& receiver) {
  receiver.inbound.deliver_end();
  receiver.fin_received = receiver.receive_ended = true;
  touch(receiver, receiver.send_ended ? POLLIN | POLLRDHUP | POLLHUP : POLLIN | POLLRDHUP);
  SimSocket& sender = get(receiver.other);
  if (!sender.fin_received) return;
  // Both directions have ended. An end that was closed before has nothing more to wait for.
  if (receiver.orphan()) erase(receiver);
  if (sender.orphan()) erase(sender);
}

bool SimNetwork::draws_reset() {
  ++deliveries_;
  return deliveries_ == chance_.options.reset_at_delivery ||
         chance_.once_in(chance_.options.reset_once_in);
}

void SimNetwork::reset_both(SimSocket& socket) {
  SimSocket& other = get(socket.other);
  other.inbound.lose_in_flight();
  socket.inbound.lose_in_flight();
  SocketId const ids[] = {socket.id, other.id};
  other.other = socket.other = 0;
  for (SocketId const id : ids) reset_arrives(id);
}

// The closed `socket` is over at once, and whatever it had not sent yet is lost. The other end
// learns of it when the RST arrives.
void SimNetwork::send_reset(SimSocket& socket) {
  WEIR_ASSERT(socket.orphan());
  if (SimSocket* const other = find(socket.other)) {
    other->inbound.lose_in_flight();
    other->other = 0;
    socket.other = 0;
    later([this, id = other->id] { reset_arrives(id); });
  }
  erase(socket);
}

void SimNetwork::reset_arrives(SocketId id) {
  SimSocket* const socket = find(id);
  if (socket == nullptr) return;
  WEIR_ASSERT(socket->state == State::open);
  WEIR_ASSERT(socket->other == 0);
  if (socket->orphan()) return erase(*socket);
  socket->state = State::reset;
  socket->error = socket->fin_received ? EPIPE : ECONNRESET;
  socket->send_ended = socket->receive_ended = true;
  touch(*socket, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
}

}  // namespace weir
