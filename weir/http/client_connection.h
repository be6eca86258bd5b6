// One connection of a client; client_connection.cc has its life.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/bytes.h"
#include "weir/crypto/tls_session.h"
#include "weir/http/client.h"
#include "weir/http/parser.h"
#include "weir/net/list.h"
#include "weir/ring/completion.h"

namespace weir::http {

class ClientConnection;
class ClientGate;

enum class OnClient { changed };

// A call that has not ended.
struct CallState {
  CallId id;
  Method method = Method::get;
  Address to;
  TlsContext* tls = nullptr;
  std::string what;  // "GET http://127.0.0.1:80/x", for errors
  std::string head;  // as it is sent
  std::string body;
  Owner<Source> source;
  Owner<CallObserver> observer;
  Answer answer;
  Instant deadline = never;
  bool may_repeat = false;
  ClientConnection* connection = nullptr;  // null: it waits for one
};

class ClientConnection final : public ListNode<OnClient::changed>, private BodySink {
 public:
  // Begins to connect, with its first call.
  ClientConnection(ClientGate& gate, int descriptor, CallState& call);
  ~ClientConnection();

  bool leads_to(CallState const& call) const { return to_ == call.to && context_ == call.tls; }
  bool is_free() const { return phase_ == Phase::idle; }
  bool is_ending() const { return phase_ >= Phase::closing; }
  void start(CallState& call);
  // Its call is over for somebody else's reason.
  void drop_call();
  void resume();
  // Says goodbye first, where that is said.
  void end();
  void terminate();

  // True: it is closed, and may go.
  bool settle();

 private:
  enum class Phase : std::uint8_t { connecting, shaking, busy, idle, closing, ending };

  static void on_connected(Completion& completion, Outcome outcome);
  static void on_sent(Completion& completion, Outcome outcome);
  static void on_received(Completion& completion, Outcome outcome);
  static void on_noted(Completion& completion, Outcome outcome);
  void change();

  void received(std::uint32_t size);
  void settle_handshake();
  void process_input();
  void process_end();
  bool read_head();
  void take(std::string_view part) override;
  void finish();
  void fail(int code, std::string_view why);
  void fail_tls();
  void check_time();
  bool ask_source();
  void fill_sending();
  void settle_send();
  void settle_closing();
  void settle_timer();
  bool settle_end();

  ClientGate& gate_;
  Address const to_;
  TlsContext* const context_;
  int descriptor_;
  CallState* call_;
  Phase phase_ = Phase::connecting;
  bool was_used_ = false;  // for a call before this one
  bool head_read_ = false;
  bool peer_ended_ = false;
  bool source_waits_ = false;
  bool cancelled_ = false;
  bool timer_cancelled_ = false;
  int error_ = 0;  // of the connection
  Refusal refused_ = Refusal::none;
  std::uint32_t interim_count_ = 0;
  std::uint64_t received_bytes_ = 0;  // for this call; decrypted ones
  Instant deadline_ = never;
  Instant timer_deadline_ = never;
  ResponseParser parser_;
  std::string input_;
  Bytes memory_;            // that is received into
  Owner<TlsSession> tls_;   // null without
  std::string encrypted_;   // to be sent
  std::string out_;         // to be sent behind that
  std::size_t out_at_ = 0;  // encrypted up to here
  std::string sending_;
  std::size_t sent_ = 0;
  iovec part_{};
  Completion connect_;
  Completion send_;
  Completion receive_;
  Completion cancel_;
  Completion close_;
  Completion timer_;
};

}  // namespace weir::http
