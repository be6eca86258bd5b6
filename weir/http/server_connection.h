// One connection of a server. server_connection.cc has its life.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/bytes.h"
#include "weir/base/clock.h"
#include "weir/base/owner.h"
#include "weir/crypto/tls_session.h"
#include "weir/http/file_cache.h"
#include "weir/http/parser.h"
#include "weir/http/server.h"
#include "weir/net/list.h"
#include "weir/ring/completion.h"

namespace weir::http {

class ServerGate;
struct Route;

enum class On { changed, timed };

// What a connection is given a limited time for.
enum class Timed : std::uint8_t { nothing, idle, head, transfer, linger };
inline constexpr std::size_t timed_count = 5;

class ServerConnection final : public ListNode<On::changed>,
                               public ListNode<On::timed>,
                               private BodySink,
                               private FileWaiter {
 public:
  // `tls`: null without.
  ServerConnection(ServerGate& gate, int descriptor, std::uint32_t slot, std::uint32_t generation,
                   TlsContext* tls);
  ~ServerConnection();

  std::uint32_t slot() const { return slot_; }
  std::uint32_t generation() const { return generation_; }
  ExchangeId exchange_id() const { return {slot_, generation_, request_count_}; }
  Instant deadline() const { return deadline_; }
  Timed timed() const { return timed_; }

  // Derives from its state what it needs now. True: it is closed, and may go.
  bool settle();
  // Its time is up.
  void expire();
  // No further request is answered than the one that has begun.
  void stop();
  void terminate();
  void resume();

 private:
  enum class Phase : std::uint8_t { idle, head, body, answering, closing, lingering, ending };

  // What the ring tells.
  static void on_received(Completion& completion, Outcome outcome);
  static void on_sent(Completion& completion, Outcome outcome);
  static void on_read(Completion& completion, Outcome outcome);
  static void on_noted(Completion& completion, Outcome outcome);
  void received(Outcome outcome);
  void keep(Buffer bytes);
  void decrypt(View ciphertext);
  void change();

  // Requests.
  std::string_view rest() const;
  void consume(std::uint32_t size);
  void own_rest();
  void drop_rest();
  bool may_process() const;
  void process_input();
  bool process_head();
  bool process_body();
  void begin_request();
  void begin_body();
  void take(std::string_view part) override;
  void dispatch();
  void refuse(Refusal refusal);
  void drop_request();

  // Answers.
  void answer(Response response);
  void answer_with_file(FileUser file);
  void found(FileUser file, int error) override;
  void write_head(int status, std::string_view fields);
  void fail();
  bool advance_answer();
  bool ask_source();
  bool ask_later();
  bool send_file();
  void count_moved(std::uint32_t size);
  void read_file();
  void end_answer();

  // Something could be sent now.
  bool has_output() const;
  bool shakes_hands() const { return tls_ && !tls_->is_open(); }
  void start_send();
  bool say_end();
  void settle_closing();
  void settle_peers_end();
  void settle_receive();
  void settle_timer();
  bool settle_end();
  bool is_sending() const { return !send_.idle(); }
  bool keeps_alive() const;

  ServerGate& gate_;
  int descriptor_;
  std::uint32_t const slot_;
  std::uint32_t const generation_;
  Phase phase_ = Phase::idle;
  Timed timed_ = Timed::nothing;
  Instant deadline_ = never;
  std::uint64_t moved_at_deadline_ = 0;  // as of when the deadline was set
  std::uint64_t moved_ = 0;              // bytes, in and out

  bool peer_ended_ = false;
  bool broken_ = false;  // nothing can be sent or received any more
  bool last_ = false;    // the connection closes behind this answer
  bool unread_ = false;  // the peer may still be sending what nobody will read
  bool cancelled_ = false;
  bool paused_ = false;      // by the receiver
  bool waits_ = false;       // for a file, or for a source or an answer to be resumed
  bool failed_ = false;      // a receiver threw
  bool overflowed_ = false;  // too much of all bodies
  bool chunks_ = false;      // of a source: goes in chunks
  std::uint32_t lingered_bytes_ = 0;

  Buffer input_;          // as it was received,
  std::string held_;      // or what had to wait, in memory of ours;
  std::uint32_t at_ = 0;  // dealt with up to here
  RequestParser parser_;
  Request request_;
  std::string decoded_path_;
  std::string body_;
  std::uint64_t request_count_ = 0;
  Route* route_ = nullptr;
  Owner<Receiver> receiver_;
  Owner<Source> source_;
  Owner<Later> later_;
  FileUser file_;
  std::uint64_t file_at_ = 0;
  std::uint64_t file_left_ = 0;

  Owner<TlsSession> tls_;  // null without
  std::string encrypted_;  // to be sent, before `out_`
  std::string out_;        // to be sent
  std::string sending_;    // being sent
  std::size_t sent_ = 0;
  iovec part_{};

  Completion receive_;
  Completion send_;
  Completion read_;     // of a file that has to be fetched; or a poll for room
  Completion control_;  // shut_down, then close
  Completion cancel_;
};

}  // namespace weir::http
