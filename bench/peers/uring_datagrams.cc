// A UDP echo server on io_uring: one multishot receive into provided buffers, and a send of each
// datagram from where it lies. A send does not wait and says nothing if it went well, so when the
// enter that took it returns its buffer is free again.

#include <poll.h>

#include <array>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/buffer_pool.h"
#include "bench/peers/echo_server.h"

namespace weir::bench {
namespace {

constexpr unsigned buffer_count = 256;
constexpr unsigned buffer_bytes = 2048 + 64;  // a datagram, and what lies before it

enum class Event : std::uint64_t { none, received, stop };

class UringDatagrams {
 public:
  explicit UringDatagrams(int socket)
      : socket_(socket),
        stop_(open_stop_signal()),
        ring_(open_ring()),
        pool_(ring_, buffer_count, buffer_bytes, false),
        sends_(buffer_count) {
    if (int const result = io_uring_register_files(&ring_, &socket_, 1); result != 0)
      fail("io_uring_register_files", -result);
    asked_.msg_namelen = sizeof(sockaddr_in);
  }

  void run() {
    io_uring_prep_poll_add(submission(Event::stop), stop_, POLLIN);
    while (!stopping_) {
      if (!receiving_) receive();
      pool_.publish();
      int const result = io_uring_submit_and_wait(&ring_, 1);
      if (result < 0 && result != -EINTR && result != -EAGAIN) fail("io_uring_enter", -result);
      for (int const buffer : sending_) pool_.release(buffer);
      sending_.clear();
      reap();
    }
  }

  std::uint64_t datagrams() const { return datagrams_; }

 private:
  struct Send {
    msghdr message{};
    iovec part{};
  };

  static io_uring open_ring() {
    io_uring ring{};
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                       IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    parameters.cq_entries = 8192;
    int result = io_uring_queue_init_params(1024, &ring, &parameters);
    if (result != 0) fail("io_uring_queue_init_params", -result);
    if (result = io_uring_register_ring_fd(&ring); result != 1) fail("register_ring_fd", -result);
    return ring;
  }

  io_uring_sqe* submission(Event event) {
    io_uring_sqe* const entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr) fail("more sends than buffers", ENOSPC);
    entry->user_data = static_cast<std::uint64_t>(event);
    return entry;
  }

  void receive() {
    io_uring_sqe* const entry = submission(Event::received);
    io_uring_prep_recvmsg_multishot(entry, 0, &asked_, 0);
    entry->flags |= IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE;
    entry->buf_group = BufferPool::group;
    receiving_ = true;
  }

  void reap() {
    std::array<io_uring_cqe*, 256> batch;
    unsigned count = 0;
    while ((count = io_uring_peek_batch_cqe(&ring_, batch.data(), batch.size())) > 0) {
      for (unsigned i = 0; i < count; ++i) dispatch(*batch[i]);
      io_uring_cq_advance(&ring_, count);
    }
  }

  void dispatch(io_uring_cqe const& completion) {
    switch (static_cast<Event>(completion.user_data)) {
      case Event::stop:
        stopping_ = true;
        return;
      case Event::none:  // a send that went wrong: lost
        return;
      case Event::received:
        if ((completion.flags & IORING_CQE_F_MORE) == 0) receiving_ = false;
        if (completion.res < 0 && completion.res != -ENOBUFS) fail("recvmsg", -completion.res);
        if (completion.res > 0) echo(completion);
    }
  }

  void echo(io_uring_cqe const& completion) {
    unsigned const buffer = completion.flags >> IORING_CQE_BUFFER_SHIFT;
    Slice const slice = pool_.take(buffer, static_cast<std::uint32_t>(completion.res), false);
    io_uring_recvmsg_out* const head =
        io_uring_recvmsg_validate(slice.data, completion.res, &asked_);
    if (head == nullptr) fail("recvmsg: a buffer without a head", EPROTO);
    Send& send = sends_[buffer];
    send.part = {io_uring_recvmsg_payload(head, &asked_),
                 io_uring_recvmsg_payload_length(head, completion.res, &asked_)};
    send.message.msg_name = io_uring_recvmsg_name(head);
    send.message.msg_namelen = head->namelen;
    send.message.msg_iov = &send.part;
    send.message.msg_iovlen = 1;
    io_uring_sqe* const entry = submission(Event::none);
    io_uring_prep_sendmsg(entry, 0, &send.message, MSG_DONTWAIT | MSG_NOSIGNAL);
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    sending_.push_back(slice.buffer);
    ++datagrams_;
  }

  int socket_;
  int stop_;
  bool stopping_ = false;
  bool receiving_ = false;
  io_uring ring_;
  BufferPool pool_;
  msghdr asked_{};
  std::vector<Send> sends_;   // by buffer
  std::vector<int> sending_;  // buffers of the sends that the next enter takes
  std::uint64_t datagrams_ = 0;
};

int run(int count, char** values) {
  Arguments arguments(count, values);
  int const port_number = arguments.number("port", 0);
  pin_to(arguments.number("cpu", -1));
  arguments.refuse_the_rest();

  int const socket = open_datagrams_on_loopback(port_number, 0);
  UringDatagrams server(socket);
  announce(socket);
  server.run();
  report(server.datagrams());
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
