// How large the frames are that wait for one connection, where the oldest may be dropped: a queue
// of bytes (segment_queue.h) does not tell where one ends.
//
//   [begun or offered to the kernel][frame][frame][frame]
//                                   ▲ dropped from here, whole frames, while the newest has no room
//
// What the kernel has been offered it may take as a whole, and a frame that has begun must end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir {

class WaitingFrames {
 public:
  // One more behind the others.
  void add(std::uint64_t bytes);
  // So much of the front has been sent.
  void consume(std::uint64_t bytes);
  void clear();

  // Bytes at the front that may not be dropped, if the kernel has been offered so many of them.
  std::uint64_t kept_bytes(std::uint64_t offered) const { return kept(offered).bytes; }

  struct Frames {
    std::size_t count = 0;
    std::uint64_t bytes = 0;
  };
  // Forgets the oldest that may be dropped, until they have `bytes`, or there are none left.
  Frames drop(std::uint64_t offered, std::uint64_t bytes);

 private:
  Frames kept(std::uint64_t offered) const;

  std::vector<std::uint64_t> sizes_;  // from head_ on; of the first, what is left of it
  std::size_t head_ = 0;
  bool begun_ = false;  // a part of the first has been sent
};

}  // namespace weir
