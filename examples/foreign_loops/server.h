// What the two programs have in common that have a loop of their own: what they serve, and what
// they do beside it.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "examples/foreign_loops/shouting.h"

namespace example {

// The program's own work: for each line of standard input it says how many lines the flow has sent
// back. False at the end.
inline bool answer_input(std::uint64_t lines) {
  char room[4096];
  ssize_t const size = ::read(0, room, sizeof(room));
  for (ssize_t i = 0; i < size; ++i)
    if (room[i] == '\n') std::printf("%llu lines\n", static_cast<unsigned long long>(lines));
  std::fflush(stdout);
  return size > 0;
}

inline int give_up(char const* program, weir::Error const& error) {
  std::fprintf(stderr, "%s: %s\n", program, error.message.c_str());
  return 1;
}

// NAME [PORT NUMBER]: serves lines until `run(worker, lines)` returns, which is the loop. Returns
// the status of the program.
template <class Run>
int serve(char const* program, int count, char** arguments, Run const& run) {
  auto const port_number = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7000);
  auto made = weir::Worker::make();
  if (!made) return give_up(program, made.error());
  std::unique_ptr<weir::Worker> const worker = std::move(made).value();
  auto const server = worker->listen(weir::Address::loopback(port_number), weir::line_frames);
  if (!server) return give_up(program, server.error());
  weir::Result<void> const told = worker->stop_on_signals();
  if (!told) return give_up(program, told.error());
  std::uint64_t lines = 0;
  worker->add(shouting(*server.value(), lines));
  std::printf("listening on %s\n", server.value()->address().text().c_str());
  std::fflush(stdout);
  run(*worker, lines);
  return 0;
}

}  // namespace example
