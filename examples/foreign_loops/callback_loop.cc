// callback_loop [PORT NUMBER]: Weir inside a loop of notifiers and timers, as toolkits have one.
// The program itself reads standard input: for each line it says how many lines the flow has sent
// back, and with its end everything ends.
#include "examples/foreign_loops/callback_loop.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "examples/foreign_loops/shouting.h"

namespace {

using example::CallbackLoop;

// A worker as one notifier and one timer.
class WeirInLoop {
 public:
  WeirInLoop(CallbackLoop& loop, weir::Worker& worker)
      : loop_(loop),
        worker_(worker),
        readable_(loop, worker.descriptor(), [this] { go_on(); }),
        due_(loop, [this] { go_on(); }) {}

  // Whoever does something to the worker calls this afterwards.
  void go_on() {
    bool const may_wait = worker_.run_some();
    if (worker_.stopped()) return loop_.quit();
    // At once means: when the loop has been around.
    due_.start(may_wait ? worker_.next_deadline() : loop_.clock().now());
  }

 private:
  CallbackLoop& loop_;
  weir::Worker& worker_;
  CallbackLoop::Notifier readable_;
  CallbackLoop::Timer due_;
};

// False at the end.
bool answer_input(std::uint64_t lines) {
  char room[4096];
  ssize_t const size = ::read(0, room, sizeof(room));
  for (ssize_t i = 0; i < size; ++i)
    if (room[i] == '\n') std::printf("%llu lines\n", static_cast<unsigned long long>(lines));
  std::fflush(stdout);
  return size > 0;
}

void run(weir::Worker& worker, std::uint64_t const& lines) {
  CallbackLoop loop;
  WeirInLoop weir(loop, worker);
  CallbackLoop::Notifier* input = nullptr;
  CallbackLoop::Notifier typed(loop, 0, [&] {
    if (answer_input(lines)) return;
    input->switch_on(false);
    worker.stop();
    weir.go_on();
  });
  input = &typed;
  weir.go_on();
  loop.run();
}

}  // namespace

int main(int count, char** arguments) {
  auto const port_number = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7000);
  auto made = weir::Worker::make();
  if (!made) {
    std::fprintf(stderr, "callback_loop: %s\n", made.error().message.c_str());
    return 1;
  }
  std::unique_ptr<weir::Worker> const worker = std::move(made).value();
  auto const server = worker->listen(weir::Address::loopback(port_number), weir::line_frames);
  weir::Result<void> const told = server ? worker->stop_on_signals() : server.error();
  if (!told) {
    std::fprintf(stderr, "callback_loop: %s\n", told.error().message.c_str());
    return 1;
  }
  std::uint64_t lines = 0;
  worker->add(example::shouting(*server.value(), lines));
  std::printf("listening on %s\n", server.value()->address().text().c_str());
  std::fflush(stdout);
  run(*worker, lines);
  return 0;
}
