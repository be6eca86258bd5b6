// A closed-loop load generator for framed echo servers on TCP or UNIX sockets: each connection
// keeps `--depth` frames of `--size` bytes under way, and sends the next when one came back whole.
// One thread, one io_uring; every server sees the same machine code.
//
//   load --port N | --unix NAME [--cpu N] [--connections N] [--depth N] [--size BYTES]
//        [--seconds S] [--warmup S] [--server-pid N] [--spin] [--verify] [--chunk BYTES]
//
// Prints one line of JSON about the `--seconds` after the `--warmup`. With --server-pid it reads
// the server's CPU clock at both ends. With --verify frames differ from each other and every byte
// that comes back is checked, until the last outstanding one. With --chunk no send or receive is
// longer than that: frames arrive in pieces, and the reader is slow. With --spin it never sleeps.

#include <liburing.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/load_report.h"
#include "bench/load_ring.h"
#include "bench/peers/frames.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

constexpr std::size_t receive_bytes = 256 * 1024;
// A burst is sent from an image of consecutive frames: of this size, or of one frame.
constexpr std::size_t image_bytes = 256 * 1024;

struct Settings : LoadSettings {
  std::string unix_name;  // of an abstract UNIX socket, in place of a port number
  bool spin = false;
  bool verify = false;
  std::size_t chunk = 0;

  std::size_t frame_bytes() const { return header_bytes + size; }
};

// What one connection sends and expects back when every byte is checked.
class CheckedStream {
 public:
  CheckedStream(std::uint64_t connection, std::size_t size) : key_(connection << 40), size_(size) {}

  void add_frame() { append_frame(waiting_, sent_frames_++); }

  std::span<char const> to_send() {
    if (begin_ == sending_.size()) {
      sending_.swap(waiting_);
      waiting_.clear();
      begin_ = 0;
    }
    return std::span(sending_).subspan(begin_);
  }
  void on_sent(std::size_t bytes) { begin_ += bytes; }

  void check(std::span<char const> received) {
    while (!received.empty()) {
      if (expected_begin_ == expected_.size()) {
        expected_.clear();
        expected_begin_ = 0;
        append_frame(expected_, checked_frames_++);
      }
      std::size_t const bytes = std::min(received.size(), expected_.size() - expected_begin_);
      if (std::memcmp(received.data(), expected_.data() + expected_begin_, bytes) != 0) {
        std::fprintf(stderr, "load: connection %llu: frame %llu came back different\n",
                     static_cast<unsigned long long>(key_ >> 40),
                     static_cast<unsigned long long>(checked_frames_ - 1));
        std::exit(1);
      }
      expected_begin_ += bytes;
      received = received.subspan(bytes);
    }
  }

 private:
  void append_frame(std::vector<char>& to, std::uint64_t sequence) const {
    Random random(key_ ^ sequence);
    std::size_t const begin = to.size();
    to.resize(begin + header_bytes + size_);
    write_header(to.data() + begin, size_);
    for (std::size_t at = 0; at < size_; at += sizeof(std::uint64_t)) {
      std::uint64_t const word = random.next();
      std::memcpy(to.data() + begin + header_bytes + at, &word, std::min(sizeof word, size_ - at));
    }
  }

  std::uint64_t key_;
  std::size_t size_;
  std::vector<char> sending_;  // given to the kernel up to begin_
  std::size_t begin_ = 0;
  std::vector<char> waiting_;
  std::vector<char> expected_;  // of one frame; checked up to expected_begin_
  std::size_t expected_begin_ = 0;
  std::uint64_t sent_frames_ = 0;
  std::uint64_t checked_frames_ = 0;
};

struct Connection {
  unsigned index = 0;            // of the registered file
  std::size_t owed = 0;          // bytes to send
  std::size_t image_offset = 0;  // where in a frame they begin
  std::size_t received = 0;      // of the frame that is coming back
  bool sending = false;
  std::vector<std::uint64_t> started;  // of the frames under way: a ring of `depth`
  std::size_t oldest = 0;
  std::vector<char> buffer;  // only when checked; otherwise all share one
  std::unique_ptr<CheckedStream> checked;
};

class Load {
 public:
  explicit Load(Settings const& settings)
      : settings_(settings), receive_buffer_(receive_bytes), connections_(settings.connections) {
    make_image();
    connect();
  }

  void run() {
    for (Connection& connection : connections_) {
      receive(connection);
      for (unsigned i = 0; i < settings_.depth; ++i) add_frame(connection);
      send(connection);
    }
    run_until(now_ns() + static_cast<std::uint64_t>(settings_.warmup * 1e9));
    latency_.clear();
    LoadSample const begin = sample();
    run_until(begin.time_ns + static_cast<std::uint64_t>(settings_.seconds * 1e9));
    LoadSample const end = sample();
    if (settings_.verify) finish();
    print_load(begin, end, latency_, {{"verified", settings_.verify ? 1u : 0u}});
  }

 private:
  // ---- set-up

  void make_image() {
    std::size_t const frame = settings_.frame_bytes();
    std::size_t const frames = std::min<std::size_t>(settings_.depth, image_bytes / frame) + 1;
    image_.assign(frames * frame, 'w');
    for (std::size_t i = 0; i < frames; ++i) write_header(&image_[i * frame], settings_.size);
  }

  void connect() {
    std::vector<int> descriptors;
    for (Connection& connection : connections_) {
      connection.index = static_cast<unsigned>(descriptors.size());
      descriptors.push_back(settings_.unix_name.empty() ? connect_to_loopback(settings_.port_number)
                                                        : connect_to_abstract(settings_.unix_name));
      connection.started.resize(settings_.depth);
      if (!settings_.verify) continue;
      connection.buffer.resize(receive_bytes / 4);
      connection.checked = std::make_unique<CheckedStream>(connection.index, settings_.size);
    }
    ring_.use(descriptors);
  }

  // ---- the loop

  void run_until(std::uint64_t deadline_ns) {
    do step();
    while (now_ns_ < deadline_ns);
  }

  void step() {
    int const result = settings_.spin ? io_uring_submit_and_get_events(ring_.get())
                                      : io_uring_submit_and_wait(ring_.get(), 1);
    if (result < 0 && result != -EINTR) fail("io_uring_enter", -result);
    now_ns_ = now_ns();
    ring_.reap([this](io_uring_cqe const& completion) { dispatch(completion); });
  }

  // user_data is the connection's index, and one bit that says whether it was a send.
  void dispatch(io_uring_cqe const& completion) {
    Connection& connection = connections_[completion.user_data >> 1];
    if (completion.res <= 0) {
      fail("load: the server ended a connection", completion.res == 0 ? EPIPE : -completion.res);
    }
    std::size_t const bytes = static_cast<std::size_t>(completion.res);
    if ((completion.user_data & 1) != 0) {
      on_sent(connection, bytes);
    } else {
      on_received(connection, bytes);
    }
  }

  io_uring_sqe* submission(Connection const& connection, bool is_send) {
    return ring_.submission(std::uint64_t{connection.index} << 1 | (is_send ? 1 : 0));
  }

  std::size_t limit(std::size_t bytes) const {
    return settings_.chunk == 0 ? bytes : std::min(bytes, settings_.chunk);
  }

  void add_frame(Connection& connection) {
    connection.started[connection.oldest] = now_ns_;
    connection.oldest = (connection.oldest + 1) % settings_.depth;
    connection.owed += settings_.frame_bytes();
    ++under_way_;
    if (connection.checked) connection.checked->add_frame();
  }

  void send(Connection& connection) {
    if (connection.sending || connection.owed == 0) return;
    std::span<char const> bytes = std::span(image_).subspan(connection.image_offset);
    if (connection.checked) bytes = connection.checked->to_send();
    io_uring_sqe* const entry = submission(connection, true);
    io_uring_prep_send(entry, static_cast<int>(connection.index), bytes.data(),
                       limit(std::min(bytes.size(), connection.owed)), MSG_WAITALL | MSG_NOSIGNAL);
    entry->flags |= IOSQE_FIXED_FILE;
    connection.sending = true;
  }

  void on_sent(Connection& connection, std::size_t bytes) {
    connection.sending = false;
    connection.owed -= bytes;
    connection.image_offset = (connection.image_offset + bytes) % settings_.frame_bytes();
    if (connection.checked) connection.checked->on_sent(bytes);
    send(connection);
  }

  void receive(Connection& connection) {
    std::span<char> const buffer(connection.checked ? connection.buffer : receive_buffer_);
    io_uring_sqe* const entry = submission(connection, false);
    io_uring_prep_recv(entry, static_cast<int>(connection.index), buffer.data(),
                       limit(buffer.size()), 0);
    entry->ioprio |= IORING_RECVSEND_POLL_FIRST;
    entry->flags |= IOSQE_FIXED_FILE;
  }

  void on_received(Connection& connection, std::size_t bytes) {
    if (connection.checked) connection.checked->check(std::span(connection.buffer).first(bytes));
    connection.received += bytes;
    while (connection.received >= settings_.frame_bytes()) {
      connection.received -= settings_.frame_bytes();
      latency_.add(now_ns_ - connection.started[connection.oldest]);
      ++messages_;
      --under_way_;
      if (!finishing_) {
        add_frame(connection);
      } else {
        connection.oldest = (connection.oldest + 1) % settings_.depth;
      }
    }
    send(connection);
    receive(connection);
  }

  void finish() {
    finishing_ = true;
    while (under_way_ > 0) step();
  }

  LoadSample sample() const { return {messages_, settings_.server_pid}; }

  Settings settings_;
  LoadRing ring_{2048};
  std::vector<char> image_;
  std::vector<char> receive_buffer_;  // nobody looks at it
  std::vector<Connection> connections_;
  Histogram latency_;
  std::uint64_t now_ns_ = now_ns();
  std::uint64_t messages_ = 0;
  std::uint64_t under_way_ = 0;  // frames sent and not back
  bool finishing_ = false;
};

int run(int count, char** values) {
  Arguments arguments(count, values);
  Settings settings;
  settings.read(arguments);
  settings.unix_name = arguments.text("unix", "");
  settings.spin = arguments.flag("spin");
  settings.verify = arguments.flag("verify");
  settings.chunk = arguments.number("chunk", settings.chunk);
  arguments.refuse_the_rest();

  settings.begin();
  Load load(settings);
  load.run();
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
