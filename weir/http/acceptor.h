// A listening socket of a server: accepts while there may be more connections.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/base/clock.h"
#include "weir/ring/completion.h"

namespace weir {
class TlsContext;
}

namespace weir::http {

class ServerGate;

class Acceptor {
 public:
  // What it accepts speaks TLS, if there is a context.
  Acceptor(ServerGate& gate, int descriptor, TlsContext* tls);
  ~Acceptor();
  Acceptor(Acceptor const&) = delete;
  Acceptor& operator=(Acceptor const&) = delete;

  void settle();
  bool may_sleep() const;
  void stop() { stopping_ = true; }
  bool is_closed() const;

 private:
  static void on_accepted(Completion& completion, Outcome outcome);
  static void on_noted(Completion&, Outcome) {}
  void settle_stop();

  ServerGate& gate_;
  int descriptor_;
  TlsContext* const tls_;
  bool stopping_ = false;
  bool cancelled_ = false;
  Instant exhausted_until_ = 0;
  std::vector<int> waiting_;  // accepted, and not begun
  Completion accept_;
  Completion cancel_;
  Completion close_;
};

}  // namespace weir::http
