// One direction of a simulated connection.
//
//   accept ──▶ [ in flight: accepted, not arrived ] ──deliver──▶ [ arrived ] ──read──▶
//                 at most send_window                            at most receive_window
//
//   read <= delivered <= accepted,  and the end comes after the last of them.
//
// Bytes come out as they went in. When they move is not decided here (network.cc does): this is
// only the accounting, so that it can be checked in one place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir {

// First in, first out; its bytes lie in one piece.
class ByteQueue {
 public:
  std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size() - head_); }
  bool empty() const { return size() == 0; }
  std::byte const* data() const { return bytes_.data() + head_; }

  void append(std::byte const* data, std::uint32_t size);
  void drop(std::uint32_t size);

 private:
  std::vector<std::byte> bytes_;
  std::size_t head_ = 0;
};

class Stream {
 public:
  void set_windows(std::uint32_t send_window, std::uint32_t receive_window);

  // From the sender: returns how many of the bytes fit.
  std::uint32_t accept(std::byte const* data, std::uint32_t size);
  // From the sender: nothing follows what was accepted.
  void end();

  // How many bytes could arrive now.
  std::uint32_t deliverable() const;
  void deliver(std::uint32_t size);
  // Whether the end is next to arrive.
  bool end_deliverable() const { return ended_ && !end_delivered_ && in_flight_.empty(); }
  void deliver_end();

  // To the receiver: returns how many bytes were there. A peek leaves them.
  std::uint32_t read(std::byte* out, std::uint32_t size, bool peek = false);

  // A reset: what is in flight never arrives.
  void lose_in_flight() { in_flight_ = {}; }

  std::uint32_t in_flight() const { return in_flight_.size(); }
  std::uint32_t arrived() const { return arrived_.size(); }
  std::uint32_t space() const { return send_window_ - in_flight_.size(); }
  bool ended() const { return ended_; }
  bool end_delivered() const { return end_delivered_; }

 private:
  void check() const;

  ByteQueue in_flight_;
  ByteQueue arrived_;
  std::uint32_t send_window_ = 0;
  std::uint32_t receive_window_ = 0;
  bool ended_ = false;
  bool end_delivered_ = false;
};

}  // namespace weir
