// A framed echo server on io_uring, for TCP, or with --unix for UNIX sockets: multishot accept into
// direct descriptors, multishot receive into provided buffers, sends straight from the received
// slices.
//
//   per connection:   | sent ... | in flight | whole, waiting | a frame not whole yet |
//                     0        sent                        whole()               received()
//
// One send is in flight per connection, and gathers up to 64 slices. Everything a connection needs
// next is derived in settle(), from its state, after a batch of completions.
//
// The pool is shared, so unfinished frames could fill it and nothing would ever become whole.
// Hence: when it runs low, slices that no send is using are copied out. A receive that found no
// buffer (ENOBUFS) waits in `starved_` and is armed again oldest first, one per free buffer. If no
// buffer comes back for 10 ms, blocked sends are cancelled and their slices copied out too.

#include <poll.h>

#include <deque>
#include <span>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/buffer_pool.h"
#include "bench/peers/echo_server.h"
#include "bench/peers/frames.h"

namespace weir::bench {
namespace {

constexpr unsigned connections_max = 4096;
constexpr std::size_t pieces_max = 64;
// A connection with more than this in whole frames that are not sent is not received from.
constexpr std::uint64_t unsent_bytes_max = 4u << 20;

// The low bits of user_data; above them the address of the connection, if it is about one.
enum class Event : std::uint64_t { none, accepted, stop, received, sent, mask = 7 };

struct alignas(8) Connection {
  unsigned file = 0;  // direct descriptor
  FrameScanner stream;
  std::uint64_t sent = 0;     // offset in the stream
  std::vector<Slice> unsent;  // from offset `sent` on
  std::size_t in_flight = 0;  // slices at the front of it, in use by the send
  bool receiving = false;     // a receive is in the kernel
  bool cancelling = false;    // and has been asked to end
  bool starved = false;       // it found no buffer
  bool sending = false;
  bool evicting = false;  // the send has been asked to end, to free its buffers
  bool ended = false;     // the peer sends no more
  bool broken = false;    // nor does it take anything
  bool changed = false;   // settle() is due
  msghdr message{};
  std::array<iovec, pieces_max> pieces;

  std::uint64_t whole_unsent_bytes() const { return stream.whole() - sent; }
  bool wants_to_receive() const {
    return !ended && !broken && whole_unsent_bytes() <= unsent_bytes_max;
  }
};

class UringEcho {
 public:
  UringEcho(int listener, bool spins, unsigned buffers, unsigned buffer_bytes, bool incremental)
      : listener_(listener),
        spins_(spins),
        stop_(open_stop_signal()),
        ring_(open_ring()),
        pool_(ring_, buffers, buffer_bytes, incremental),
        connections_(connections_max) {}

  void run() {
    accept();
    io_uring_prep_poll_add(submission(Event::stop), stop_, POLLIN);
    while (!stopping_) {
      pool_.publish();
      enter();
      reap();
      settle_changed();
      if (pool_.free() < low_mark()) copy_out_idle_slices();
      rearm_starved();
    }
  }

  std::uint64_t frames() const {
    std::uint64_t sum = closed_frames_;
    for (auto const& connection : connections_) {
      if (connection) sum += connection->stream.frames();
    }
    return sum;
  }

 private:
  // ---- the ring
  // ----------------------------------------------------------------------------------

  static io_uring open_ring() {
    io_uring ring{};
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                       IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    parameters.cq_entries = 8192;
    int result = io_uring_queue_init_params(1024, &ring, &parameters);
    if (result != 0) fail("io_uring_queue_init_params", -result);
    io_uring_ring_dontfork(&ring);
    if (result = io_uring_register_ring_fd(&ring); result != 1) fail("register_ring_fd", -result);
    result = io_uring_register_files_sparse(&ring, connections_max);
    if (result != 0) fail("io_uring_register_files_sparse", -result);
    return ring;
  }

  // For the caller to prepare an opcode in: that leaves user_data alone.
  io_uring_sqe* submission(Event event, Connection* connection = nullptr) {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr) {
      io_uring_submit(&ring_);
      entry = io_uring_get_sqe(&ring_);
    }
    entry->user_data = user_data(event, connection);
    return entry;
  }

  static std::uint64_t user_data(Event event, Connection* connection) {
    return reinterpret_cast<std::uintptr_t>(connection) | static_cast<std::uint64_t>(event);
  }

  void enter() {
    int result = 0;
    if (starved_.empty() && !spins_) {
      result = io_uring_submit_and_wait(&ring_, 1);
    } else if (pool_.free() > 0) {
      result = io_uring_submit_and_get_events(&ring_);
    } else {
      __kernel_timespec patience{0, 10'000'000};
      io_uring_cqe* ignored = nullptr;
      result = io_uring_submit_and_wait_timeout(&ring_, &ignored, 1, &patience, nullptr);
      if (result == -ETIME) evict_blocked_sends();
    }
    bool const passing = result == -EINTR || result == -EAGAIN || result == -EBUSY;
    if (result < 0 && result != -ETIME && !passing) fail("io_uring_enter", -result);
  }

  void reap() {
    std::array<io_uring_cqe*, 256> batch;
    unsigned count = 0;
    while ((count = io_uring_peek_batch_cqe(&ring_, batch.data(), batch.size())) > 0) {
      for (io_uring_cqe const* completion : std::span(batch.data(), count)) dispatch(*completion);
      io_uring_cq_advance(&ring_, count);
    }
  }

  void dispatch(io_uring_cqe const& completion) {
    constexpr auto mask = static_cast<std::uint64_t>(Event::mask);
    auto* const connection = reinterpret_cast<Connection*>(completion.user_data & ~mask);
    switch (static_cast<Event>(completion.user_data & mask)) {
      case Event::accepted:
        return on_accepted(completion);
      case Event::stop:
        stopping_ = true;
        return;
      case Event::received:
        return on_received(*connection, completion);
      case Event::sent:
        return on_sent(*connection, completion.res);
      default:
        return;  // of a cancel or a close: it tells nothing that we act upon
    }
  }

  // ---- what happens to a connection
  // --------------------------------------------------------------

  void accept() {
    io_uring_sqe* const entry = submission(Event::accepted);
    io_uring_prep_multishot_accept_direct(entry, listener_, nullptr, nullptr, 0);
  }

  void on_accepted(io_uring_cqe const& completion) {
    if (completion.res >= 0) {
      auto connection = std::make_unique<Connection>();
      connection->file = static_cast<unsigned>(completion.res);
      mark_changed(*connection);
      connections_[connection->file] = std::move(connection);
    }
    if ((completion.flags & IORING_CQE_F_MORE) == 0) accept();
  }

  void on_received(Connection& connection, io_uring_cqe const& completion) {
    if ((completion.flags & IORING_CQE_F_MORE) == 0) {
      connection.receiving = connection.cancelling = false;
    }
    if (completion.res > 0) {
      unsigned const buffer = completion.flags >> IORING_CQE_BUFFER_SHIFT;
      bool const more = (completion.flags & cqe_buffer_more) != 0;
      append(connection, pool_.take(buffer, static_cast<std::uint32_t>(completion.res), more));
    } else if (completion.res == -ENOBUFS) {
      connection.starved = true;
      starved_.push_back(&connection);
    } else if (completion.res != -ECANCELED) {
      connection.ended = true;
    }
    mark_changed(connection);
  }

  void append(Connection& connection, Slice slice) {
    connection.stream.scan(slice.data, slice.size);
    if (connection.stream.garbage()) connection.broken = true;
    Slice* const last = connection.unsent.empty() ? nullptr : &connection.unsent.back();
    bool const adjacent =
        last != nullptr && last->buffer == slice.buffer && last->data + last->size == slice.data;
    if (!adjacent) return connection.unsent.push_back(std::move(slice));
    last->size += slice.size;
    pool_.release(slice.buffer);
  }

  void on_sent(Connection& connection, int result) {
    connection.sending = false;
    connection.in_flight = 0;
    if (result < 0 && result != -ECANCELED) connection.broken = true;
    if (result > 0) drop_front(connection, static_cast<std::uint32_t>(result));
    if (std::exchange(connection.evicting, false)) copy_out(connection);
    mark_changed(connection);
  }

  void drop_front(Connection& connection, std::uint32_t bytes) {
    connection.sent += bytes;
    auto slice = connection.unsent.begin();
    for (; bytes > 0 && slice->size <= bytes; ++slice) {
      bytes -= slice->size;
      pool_.release(slice->buffer);
    }
    if (bytes > 0) {
      slice->data += bytes;
      slice->size -= bytes;
    }
    connection.unsent.erase(connection.unsent.begin(), slice);
  }

  // ---- what it needs next
  // ------------------------------------------------------------------------

  void mark_changed(Connection& connection) {
    if (!std::exchange(connection.changed, true)) changed_.push_back(&connection);
  }

  void settle_changed() {
    for (Connection* connection : changed_) {
      connection->changed = false;
      settle(*connection);
    }
    changed_.clear();
  }

  void settle(Connection& connection) {
    if (!connection.sending && !connection.broken) send(connection);
    if (connection.ended && !connection.sending) connection.broken = true;
    if (connection.wants_to_receive()) {
      if (!connection.receiving && !connection.starved) receive(connection);
    } else if (connection.receiving && !connection.cancelling) {
      cancel(Event::received, connection);
      connection.cancelling = true;
    }
    if (connection.broken && !connection.receiving && !connection.sending) close(connection);
  }

  void receive(Connection& connection) {
    io_uring_sqe* const entry = submission(Event::received, &connection);
    io_uring_prep_recv_multishot(entry, static_cast<int>(connection.file), nullptr, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE;
    entry->buf_group = BufferPool::group;
    connection.receiving = true;
  }

  void send(Connection& connection) {
    std::uint64_t left = connection.whole_unsent_bytes();
    if (left == 0) return;
    std::size_t count = 0;
    for (; left > 0 && count < pieces_max; ++count) {
      Slice const& slice = connection.unsent[count];
      std::uint64_t const size = std::min<std::uint64_t>(left, slice.size);
      connection.pieces[count] = {slice.data, size};
      left -= size;
    }
    connection.message.msg_iov = connection.pieces.data();
    connection.message.msg_iovlen = count;
    connection.in_flight = count;
    connection.sending = true;
    io_uring_sqe* const entry = submission(Event::sent, &connection);
    io_uring_prep_sendmsg(entry, static_cast<int>(connection.file), &connection.message,
                          MSG_WAITALL | MSG_NOSIGNAL);
    entry->flags |= IOSQE_FIXED_FILE;
  }

  void cancel(Event event, Connection& connection) {
    io_uring_sqe* const entry = submission(Event::none);
    io_uring_prep_cancel64(entry, user_data(event, &connection), 0);
  }

  void close(Connection& connection) {
    for (Slice const& slice : connection.unsent) pool_.release(slice.buffer);
    if (connection.starved) std::erase(starved_, &connection);
    closed_frames_ += connection.stream.frames();
    io_uring_sqe* const entry = submission(Event::none);
    io_uring_prep_close_direct(entry, connection.file);
    connections_[connection.file].reset();
  }

  // ---- the pool is low
  // ---------------------------------------------------------------------------

  unsigned low_mark() const { return std::max(1u, pool_.count() / 8); }

  void copy_out_idle_slices() {
    for (auto const& connection : connections_) {
      if (connection) copy_out(*connection);
    }
  }

  void copy_out(Connection& connection) {
    while (copy_out_run(connection)) continue;
  }

  // A run of pool slices becomes one slice of memory of its own. False when there is none.
  bool copy_out_run(Connection& connection) {
    std::vector<Slice>& slices = connection.unsent;
    auto const in_pool = [](Slice const& slice) { return slice.buffer != Slice::copied; };
    auto const end = slices.end();
    auto first = std::find_if(slices.begin() + static_cast<std::ptrdiff_t>(connection.in_flight),
                              end, in_pool);
    if (first == end) return false;
    auto const last = std::find_if_not(first, end, in_pool);

    std::uint32_t bytes = 0;
    for (auto slice = first; slice != last; ++slice) bytes += slice->size;
    auto owned = std::make_unique_for_overwrite<char[]>(bytes);
    char* to = owned.get();
    for (auto slice = first; slice != last; ++slice) {
      to = std::copy_n(slice->data, slice->size, to);
      pool_.release(slice->buffer);
    }
    char* const data = owned.get();
    *first = Slice{data, bytes, Slice::copied, std::move(owned)};
    slices.erase(first + 1, last);
    return true;
  }

  void rearm_starved() {
    for (unsigned free = pool_.free(); free > 0 && !starved_.empty(); --free) {
      Connection& connection = *starved_.front();
      starved_.pop_front();
      connection.starved = false;
      settle(connection);
    }
  }

  void evict_blocked_sends() {
    for (auto const& connection : connections_) {
      if (!connection || !connection->sending || connection->evicting) continue;
      cancel(Event::sent, *connection);
      connection->evicting = true;
    }
  }

  int listener_;
  bool const spins_;
  int stop_;
  bool stopping_ = false;
  io_uring ring_;
  BufferPool pool_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by direct descriptor
  std::vector<Connection*> changed_;
  std::deque<Connection*> starved_;
  std::uint64_t closed_frames_ = 0;
};

int run(int count, char** values) {
  Arguments arguments(count, values);
  int const port_number = arguments.number("port", 0);
  std::string const geometry = arguments.text("buffers", "1024x16384");
  bool const incremental = arguments.flag("incremental");
  bool const local = arguments.flag("unix");
  bool const spins = arguments.flag("spin");
  pin_to(arguments.number("cpu", -1));
  arguments.refuse_the_rest();
  unsigned buffers = 0;
  unsigned buffer_bytes = 0;
  if (std::sscanf(geometry.c_str(), "%ux%u", &buffers, &buffer_bytes) != 2) {
    fail("--buffers wants COUNTxBYTES", EINVAL);
  }

  int const listener = local ? listen_on_own_unix_name(0) : listen_on_loopback(port_number, 0);
  UringEcho server(listener, spins, buffers, buffer_bytes, incremental);
  if (local) announce_own_unix_name();
  else announce(listener);
  server.run();
  report(server.frames());
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
