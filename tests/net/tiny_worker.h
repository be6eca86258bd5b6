// What the fuzz targets of connections are played on: a worker whose every limit is small, and
// clients that send and receive little at a time. Bytes of the input choose how.
#pragma once

#include <cstdint>
#include <memory>

#include "tests/net/test_net.h"

namespace weir {

inline SimOptions world_options(std::uint8_t choices) {
  return choices % 2 == 0 ? SimOptions::calm() : SimOptions::hostile();
}

// `choices`: bits 3 and 4 say how many buffers there are, 5 and 6 how large they are, 7 whether a
// tick may do nearly nothing; the others are the target's.
inline std::unique_ptr<Worker> make_tiny_worker(SimWorld& world, std::uint8_t choices) {
  WorkerOptions options;
  options.make_kernel = [&world] { return world.make_kernel(); };
  options.limits = tiny_limits(2u << (choices >> 3 & 3), 256u << (choices >> 5 & 3));
  options.tick_budget = {.items = (choices & 0x80) != 0 ? 3 : 1000};
  return Worker::make(std::move(options)).value();
}

// `window` says how much it receives, and how much it sends at once.
inline std::unique_ptr<Client> make_tiny_client(SimWorld& world, Address const& address,
                                                std::uint8_t window) {
  std::unique_ptr<Peer> peer = make_sim_peer(world);
  if (window % 2 == 1) peer->limit_receive_window(512u + 16u * window);
  auto client = std::make_unique<Client>(std::move(peer), address);
  client->send_size_max = window % 3 == 0 ? 7 : 1u << 20;
  return client;
}

// A turn of the loop. A client wakes nobody when it could act, so the park is short until none has
// for a while.
inline void turn(Worker& worker, unsigned idle) {
  worker.step(idle > 40 ? never : worker.clock().now() + 50 * microseconds);
}

}  // namespace weir
