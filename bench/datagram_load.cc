// A closed-loop load generator for UDP echo servers: each socket keeps `--depth` datagrams of
// `--size` bytes under way, and sends the next when one came back. What is lost is sent again.
//
//   datagram_load --port N [--cpu N] [--connections N] [--depth N] [--size BYTES] [--seconds S]
//                 [--warmup S] [--server-pid N]
//
// Prints one line of JSON about the `--seconds` after the `--warmup`, as `load` does.

#include <liburing.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/load_report.h"
#include "bench/load_ring.h"
#include "bench/peers/buffer_pool.h"

namespace weir::bench {
namespace {

constexpr unsigned buffer_count = 1024;
constexpr unsigned buffer_bytes = 2048;
// When nothing has come for so long, what is under way is lost.
constexpr std::uint64_t patience_ns = 20'000'000;

// One socket. Each datagram begins with the time at which it was sent.
struct Connection {
  unsigned under_way = 0;
  bool receiving = false;
  std::unique_ptr<char[]> datagrams;  // `depth` of them, in turn
  unsigned next = 0;
};

class Load {
 public:
  explicit Load(LoadSettings const& settings)
      : settings_(settings),
        pool_(*ring_.get(), buffer_count, buffer_bytes, false),
        connections_(settings.connections) {
    std::vector<int> descriptors;
    for (Connection& connection : connections_) {
      connection.datagrams = std::make_unique<char[]>(settings_.depth * settings_.size);
      descriptors.push_back(connect_datagrams_to_loopback(settings_.port_number));
    }
    ring_.use(descriptors);
  }

  void run() {
    fill();
    run_until(now_ns() + static_cast<std::uint64_t>(settings_.warmup * 1e9));
    latency_.clear();
    lost_ = 0;
    LoadSample const begin(messages_, settings_.server_pid);
    run_until(begin.time_ns + static_cast<std::uint64_t>(settings_.seconds * 1e9));
    LoadSample const end(messages_, settings_.server_pid);
    print_load(begin, end, latency_, {{"lost", lost_}});
  }

 private:
  io_uring_sqe* submission(std::size_t index, bool is_send) {
    return ring_.submission(std::uint64_t{index} << 1 | (is_send ? 1 : 0));
  }

  void fill() {
    for (std::size_t i = 0; i < connections_.size(); ++i)
      while (connections_[i].under_way < settings_.depth) send(i);
  }

  void send(std::size_t index) {
    Connection& connection = connections_[index];
    char* const datagram = connection.datagrams.get() + connection.next * settings_.size;
    connection.next = (connection.next + 1) % settings_.depth;
    std::uint64_t const started = now_ns_;
    std::memcpy(datagram, &started, sizeof started);
    io_uring_sqe* const entry = submission(index, true);
    io_uring_prep_send(entry, static_cast<int>(index), datagram, settings_.size, MSG_NOSIGNAL);
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    ++connection.under_way;
  }

  void receive(std::size_t index) {
    io_uring_sqe* const entry = submission(index, false);
    io_uring_prep_recv_multishot(entry, static_cast<int>(index), nullptr, 0, 0);
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    entry->buf_group = BufferPool::group;
    connections_[index].receiving = true;
  }

  void run_until(std::uint64_t deadline_ns) {
    do step();
    while (now_ns_ < deadline_ns);
  }

  void step() {
    for (std::size_t i = 0; i < connections_.size(); ++i)
      if (!connections_[i].receiving) receive(i);
    pool_.publish();
    __kernel_timespec patience{0, patience_ns};
    io_uring_cqe* ignored = nullptr;
    int const result =
        io_uring_submit_and_wait_timeout(ring_.get(), &ignored, 1, &patience, nullptr);
    if (result < 0 && result != -EINTR && result != -ETIME) fail("io_uring_enter", -result);
    now_ns_ = now_ns();
    ring_.reap([this](io_uring_cqe const& completion) { dispatch(completion); });
    if (result == -ETIME) give_up_what_is_lost();
  }

  void give_up_what_is_lost() {
    for (Connection& connection : connections_) lost_ += std::exchange(connection.under_way, 0u);
    fill();
  }

  void dispatch(io_uring_cqe const& completion) {
    std::size_t const index = completion.user_data >> 1;
    Connection& connection = connections_[index];
    if ((completion.user_data & 1) != 0) fail("send", -completion.res);
    if ((completion.flags & IORING_CQE_F_MORE) == 0) connection.receiving = false;
    if (completion.res == -ENOBUFS) return;
    if (completion.res < 0) fail("receive", -completion.res);
    Slice const slice = pool_.take(completion.flags >> IORING_CQE_BUFFER_SHIFT,
                                   static_cast<std::uint32_t>(completion.res), false);
    if (slice.size != settings_.size) fail("a datagram came back different", EPROTO);
    std::uint64_t started = 0;
    std::memcpy(&started, slice.data, sizeof started);
    pool_.release(slice.buffer);
    if (connection.under_way == 0) return;  // it was late, and not lost
    --connection.under_way;
    latency_.add(now_ns_ - started);
    ++messages_;
    send(index);
  }

  LoadSettings settings_;
  LoadRing ring_{4096};
  BufferPool pool_;
  std::vector<Connection> connections_;
  Histogram latency_;
  std::uint64_t now_ns_ = now_ns();
  std::uint64_t messages_ = 0;
  std::uint64_t lost_ = 0;
};

int run(int count, char** values) {
  Arguments arguments(count, values);
  LoadSettings settings;
  settings.read(arguments);
  arguments.refuse_the_rest();
  if (settings.size < sizeof(std::uint64_t) || settings.size > buffer_bytes)
    fail("--size is 8 to 2048", EINVAL);

  settings.begin();
  Load load(settings);
  load.run();
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
