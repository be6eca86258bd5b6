// callback_loop [PORT NUMBER]: Weir inside a loop of notifiers and timers, as toolkits have one.
// The program itself reads standard input: for each line it says how many lines the flow has sent
// back, and with its end everything ends.
#include "examples/foreign_loops/callback_loop.h"

#include "examples/foreign_loops/server.h"

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

void run(weir::Worker& worker, std::uint64_t const& lines) {
  CallbackLoop loop;
  WeirInLoop weir(loop, worker);
  CallbackLoop::Notifier* input = nullptr;
  CallbackLoop::Notifier typed(loop, 0, [&] {
    if (example::answer_input(lines)) return;
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
  return example::serve("callback_loop", count, arguments, run);
}
