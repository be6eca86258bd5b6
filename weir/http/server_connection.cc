// The life of a connection.
//
//            first byte      head is whole                  answer has gone
//   idle ───────────▶ head ───────────────▶ body ─▶ answering ─────────────▶ idle
//    │                 │ no HTTP, too large,  │         │ it was the last
//    │ too long        │ too slow             │         ▼
//    │                 └──────────────────────┴──▶ closing ─▶ lingering     the peer is told our
//    end, ▼                                                │           │        and read, until its
//    own
//   ending ◀──────────────────────────────────────────┴───────────┘
//
// Ring callbacks note what happened; settle() looks at the whole state and derives what is needed.
// Requests are answered one after the other. An answer that is at hand goes to `out_` and the next
// request is looked at while there is room; one that is given part by part (a source, a large file)
// is asked for the next part when all before it has gone. So a peer that does not read holds up
// nobody but itself, and what waits for it is bounded.
//
// At most one receive is pending, into a buffer that the kernel picks when there is something. It
// is dealt with in the same turn of the loop; what must wait is copied out (`held_`), and while it
// waits nothing more is received: the kernel's window closes, and the sender feels it.
#include "weir/http/server_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <span>

#include "weir/http/server_gate.h"
#include "weir/http/tls.h"
#include "weir/ring/ring.h"

namespace weir::http {

namespace {

// A string that has grown larger gives its memory back.
constexpr std::size_t kept_bytes_max = 64 * 1024;

ServerConnection& self(Completion& completion) {
  return *static_cast<ServerConnection*>(completion.context);
}

void clear(std::string& text) {
  text.clear();
  if (text.capacity() > kept_bytes_max) text.shrink_to_fit();
}

void append_number(std::string& out, std::uint64_t value, int base = 10) {
  char digits[24];
  auto const [end, error] = std::to_chars(digits, digits + sizeof(digits), value, base);
  out.append(digits, end);
}

bool is_ours(std::string_view name) {
  for (std::string_view const ours : {"content-length", "transfer-encoding", "connection", "date"})
    if (same_token(name, ours)) return true;
  return false;
}

bool can_be_sent(OwnedField const& field) {
  auto const breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  bool const name = !field.name.empty() && field.name.find_first_of(" \t:") == std::string::npos &&
                    std::none_of(field.name.begin(), field.name.end(), breaks);
  return name && std::none_of(field.value.begin(), field.value.end(), breaks);
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

int status_of_file_error(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return 403;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
    case ECANCELED:
      return 503;
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case EXDEV:
    case ELOOP:
    case ENXIO:
      return 404;
    default:
      return 500;
  }
}

}  // namespace

ServerConnection::ServerConnection(ServerGate& gate, int descriptor, std::uint32_t slot,
                                   std::uint32_t generation, TlsContext* tls)
    : gate_(gate),
      descriptor_(descriptor),
      slot_(slot),
      generation_(generation),
      parser_(gate.limits()) {
  for (Completion* completion : {&receive_, &send_, &read_, &control_, &cancel_})
    completion->context = this;
  receive_.callback = on_received;
  send_.callback = on_sent;
  read_.callback = control_.callback = cancel_.callback = on_noted;
  if (tls == nullptr) return;
  tls_ = Owner<TlsSession>(new TlsSession(*tls, output_to(encrypted_)));
}

ServerConnection::~ServerConnection() {
  gate_.uncount_body(body_.size());
  List<FileWaiter, Files::waiting>::remove(*this);
}

// ---- what the ring tells ------------------------------------------------------------------------

void ServerConnection::change() { gate_.change(*this); }

void ServerConnection::on_noted(Completion& completion, Outcome) { self(completion).change(); }

void ServerConnection::on_received(Completion& completion, Outcome outcome) {
  self(completion).received(std::move(outcome));
}

void ServerConnection::received(Outcome outcome) {
  change();
  if (outcome.result > 0) {
    auto const size = static_cast<std::uint32_t>(outcome.result);
    gate_.counters().bytes_in += size;
    moved_ += size;
    if (phase_ == Phase::lingering || phase_ == Phase::closing) lingered_bytes_ += size;
    else if (phase_ != Phase::ending) keep(std::move(outcome.buffer));
  } else if (outcome.result == 0) {
    peer_ended_ = true;
  } else {
    std::int32_t const result = outcome.result;
    bool const again = result == -ENOBUFS || result == -EAGAIN || result == -EINTR ||
                       result == -ECANCELED || result == -ENOMEM;
    broken_ = broken_ || !again;
  }
}

void ServerConnection::keep(Buffer bytes) {
  WEIR_ASSERT(input_.empty());
  if (tls_) decrypt(bytes.view());
  else if (held_.empty()) input_ = std::move(bytes);
  else held_.append(bytes.view().text());
}

void ServerConnection::decrypt(View ciphertext) {
  http::decrypt(*tls_, ciphertext.span(), held_);
  if (tls_->state() == TlsSession::State::ended) peer_ended_ = true;
  if (tls_->state() != TlsSession::State::failed) return;
  // What is left to be sent is the alert, which a reset would overtake.
  unread_ = true;
  ++gate_.counters().tls_failures;
  drop_rest();
  out_.clear();
  phase_ = Phase::closing;
}

void ServerConnection::on_sent(Completion& completion, Outcome outcome) {
  ServerConnection& connection = self(completion);
  connection.change();
  if (outcome.result > 0) {
    auto const size = static_cast<std::uint32_t>(outcome.result);
    connection.sent_ += size;
    connection.moved_ += size;
    connection.gate_.counters().bytes_out += size;
    WEIR_ASSERT(connection.sent_ <= connection.sending_.size());
  } else if (outcome.result != -EAGAIN && outcome.result != -EINTR &&
             outcome.result != -ECANCELED && outcome.result != -ENOMEM) {
    connection.broken_ = true;
  }
}

void ServerConnection::on_read(Completion& completion, Outcome outcome) {
  ServerConnection& connection = self(completion);
  connection.change();
  if (outcome.result <= 0) {
    connection.out_.clear();
    // It has become shorter, or cannot be read: then the answer cannot be what it said.
    connection.broken_ = outcome.result != -EINTR && outcome.result != -EAGAIN;
    return;
  }
  auto const size = static_cast<std::uint32_t>(outcome.result);
  connection.out_.resize(size);
  connection.file_at_ += size;
  connection.file_left_ -= size;
}

// ---- input --------------------------------------------------------------------------------------

std::string_view ServerConnection::rest() const {
  std::string_view const all = held_.empty() ? input_.view().text() : std::string_view(held_);
  return all.substr(at_);
}

void ServerConnection::consume(std::uint32_t size) {
  at_ += size;
  if (rest().empty()) drop_rest();
}

void ServerConnection::drop_rest() {
  input_ = {};
  clear(held_);
  at_ = 0;
}

// A buffer of the pool is not kept beyond the turn of the loop.
void ServerConnection::own_rest() {
  if (held_.empty()) held_.assign(rest());
  else held_.erase(0, at_);
  input_ = {};
  at_ = 0;
}

bool ServerConnection::may_process() const {
  bool const asks = phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body;
  return asks && !paused_ && out_.size() < gate_.limits().output_mark_bytes;
}

void ServerConnection::process_input() {
  while (may_process() && !rest().empty()) {  // ends: each turn takes something
    bool const went_on = phase_ == Phase::body ? process_body() : process_head();
    if (!went_on) break;
  }
  own_rest();
}

bool ServerConnection::process_head() {
  phase_ = Phase::head;
  Progress const progress = parser_.read_head(rest());
  consume(progress.taken);
  if (progress.parsed == Parsed::refused) refuse(parser_.refusal());
  else if (progress.parsed == Parsed::done) begin_request();
  return progress.parsed != Parsed::more || progress.taken > 0;
}

bool ServerConnection::process_body() {
  Progress const progress = parser_.read_body(rest(), *this);
  consume(progress.taken);
  if (progress.parsed == Parsed::refused) refuse(parser_.refusal());
  else if (overflowed_) refuse(Refusal::bodies_too_large);
  else if (failed_) fail();
  else if (progress.parsed == Parsed::done) dispatch();
  return progress.parsed != Parsed::more || progress.taken > 0;
}

// ---- requests -----------------------------------------------------------------------------------

void ServerConnection::begin_request() {
  MessageHead const& head = parser_.head();
  ++gate_.counters().requests;
  ++request_count_;
  bool const ends =
      gate_.is_stopping() || request_count_ >= gate_.limits().requests_per_connection_max;
  last_ = !head.keeps_alive || ends;
  unread_ = unread_ || ends;  // its next request may be on its way
  Target target;
  if (!split_target(head.target, decoded_path_, target)) return refuse(Refusal::bad_path);
  request_.method = method_named(head.method);
  request_.method_name = head.method;
  request_.target = head.target;
  request_.path = target.path;
  request_.query = target.query;
  request_.fields = head.fields;
  request_.body = {};
  request_.is_http_1_0 = head.is_http_1_0;
  request_.id = exchange_id();
  route_ = gate_.route(target.path);
  if (parser_.has_body()) return begin_body();
  dispatch();
}

// The body of a request that will not be answered with success anyway is not waited for.
void ServerConnection::begin_body() {
  Handler* const handler = route_ == nullptr ? nullptr : route_->handler_for(request_.method);
  if (handler == nullptr) {
    unread_ = last_ = true;
    return dispatch();
  }
  Limits const& limits = gate_.limits();
  bool const receives = handler->receives();
  parser_.limit_body(receives ? limits.streamed_body_bytes_max : limits.body_bytes_max);
  if (parser_.refusal() != Refusal::none) return refuse(parser_.refusal());
  if (receives) {
    try {
      receiver_ = handler->receive(request_);
    } catch (...) {
      return fail();
    }
  }
  phase_ = Phase::body;
  if (parser_.head().expects_continue && rest().empty()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
}

void ServerConnection::take(std::string_view part) {
  if (failed_ || overflowed_) return;
  if (!receiver_) {
    overflowed_ = !gate_.count_body(part.size());
    if (!overflowed_) body_ += part;
    return;
  }
  try {
    if (receiver_->take(part) == Take::pause) paused_ = true;
  } catch (...) {
    failed_ = true;
  }
}

void ServerConnection::dispatch() {
  request_.body = body_;
  phase_ = Phase::answering;
  Handler* const handler = route_ == nullptr ? nullptr : route_->handler_for(request_.method);
  if (handler == nullptr) {
    bool const reads = request_.method == Method::get || request_.method == Method::head;
    Folder const* const folder = gate_.folder(request_.path);
    if (route_ != nullptr) return answer(status(405).with("Allow", route_->allowed()));
    if (folder == nullptr) return answer(status(404));
    if (!reads) return answer(status(405).with("Allow", "GET, HEAD"));
    std::string_view const path = request_.path.substr(folder->prefix.size());
    FileUser file = gate_.files().find(folder->number, path, *this);
    waits_ = !file;
    if (file) answer_with_file(std::move(file));
    return;
  }
  try {
    Response response = receiver_ ? receiver_->finish() : handler->answer(request_);
    answer(std::move(response));
  } catch (...) {
    fail();
  }
}

void ServerConnection::fail() {
  ++gate_.counters().handler_failures;
  if (phase_ == Phase::body || parser_.has_body()) unread_ = last_ = true;
  out_.reserve(out_.size() + 256);
  source_ = {};
  later_ = {};
  answer(status(500));
}

// Whatever else comes on this connection means nothing any more.
void ServerConnection::refuse(Refusal refusal) {
  ++gate_.counters().refused[static_cast<std::size_t>(refusal)];
  unread_ = last_ = true;
  request_.method = Method::get;
  request_.is_http_1_0 = false;
  answer(status(status_of(refusal)));
}

void ServerConnection::drop_request() {
  gate_.uncount_body(body_.size());
  clear(body_);
  receiver_ = {};
  source_ = {};
  later_ = {};
  file_ = {};
  request_.fields.clear();
  route_ = nullptr;
  paused_ = waits_ = failed_ = overflowed_ = chunks_ = false;
}

// ---- answers ------------------------------------------------------------------------------------

// `fields` are lines that are whole.
void ServerConnection::write_head(int status, std::string_view fields) {
  auto const digit = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
  ++gate_.counters().responses[digit];
  out_ += "HTTP/1.1 ";
  append_number(out_, static_cast<std::uint64_t>(status));
  out_ += ' ';
  out_ += reason_of(status);
  out_ += "\r\nDate: ";
  out_ += gate_.date();
  out_ += "\r\n";
  if (last_) out_ += "Connection: close\r\n";
  else if (request_.is_http_1_0) out_ += "Connection: keep-alive\r\n";
  out_ += fields;
}

void ServerConnection::answer(Response response) {
  WEIR_ASSERT(phase_ != Phase::ending);
  phase_ = Phase::answering;
  if (response.later) {
    WEIR_ASSERT(!later_);
    later_ = std::move(response.later);
    return;
  }
  if (response.status < 200 || response.status > 599) response = status(500);
  bool const sends_body = has_body(response.status) && request_.method != Method::head;
  chunks_ = response.source && !request_.is_http_1_0;
  if (response.source && request_.is_http_1_0) last_ = true;
  if (response.close) last_ = true;
  write_head(response.status, {});
  if (!response.type.empty() && can_be_sent({"Content-Type", response.type}))
    out_.append("Content-Type: ").append(response.type).append("\r\n");
  for (OwnedField const& field : response.fields) {
    if (is_ours(field.name) || !can_be_sent(field)) continue;
    out_.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (chunks_) {
    out_ += "Transfer-Encoding: chunked\r\n";
  } else if (!response.source && has_body(response.status)) {
    out_ += "Content-Length: ";
    append_number(out_, response.body.size());
    out_ += "\r\n";
  }
  out_ += "\r\n";
  if (sends_body && response.source) {
    source_ = std::move(response.source);
    return;
  }
  if (sends_body) out_ += response.body;
  end_answer();
}

void ServerConnection::found(FileUser file, int error) {
  change();
  waits_ = false;
  if (phase_ != Phase::answering) return;
  if (file) return answer_with_file(std::move(file));
  if (error != EISDIR) return answer(status(status_of_file_error(error)));
  std::string location(request_.target.substr(0, request_.target.find('?')));
  location += '/';
  if (!request_.query.empty()) location.append("?").append(request_.query);
  // ("//host/" would be somebody else's.)
  bool const is_path = location.starts_with('/') && !location.starts_with("//");
  answer(is_path ? redirect(std::move(location), 301) : status(404));
}

void ServerConnection::answer_with_file(FileUser file) {
  FileAnswer const decided = answer_for(request_, file->facts());
  if (decided.status == 412) return answer(status(412));
  if (decided.status == 416) {
    return answer(status(416).with("Content-Range", "bytes */" + std::to_string(file->size)));
  }
  write_head(decided.status, file->fields);
  std::uint64_t const size = decided.end - decided.begin;
  if (decided.status == 206) {
    out_ += "Content-Range: bytes ";
    append_number(out_, decided.begin);
    out_ += '-';
    append_number(out_, decided.end - 1);
    out_ += '/';
    append_number(out_, file->size);
    out_ += "\r\n";
  }
  if (decided.status != 304) {
    out_ += "Content-Length: ";
    append_number(out_, size);
    out_ += "\r\n";
  }
  out_ += "\r\n";
  bool const sends_body = decided.status != 304 && request_.method != Method::head && size > 0;
  if (sends_body && !file->in_memory) {
    file_ = std::move(file);
    file_at_ = decided.begin;
    file_left_ = size;
    return;
  }
  if (sends_body) out_.append(file->content, decided.begin, size);
  end_answer();
}

// Everything of it is in `out_`, or has gone.
void ServerConnection::end_answer() {
  drop_request();
  phase_ = last_ ? Phase::closing : Phase::idle;
  if (phase_ == Phase::idle) return parser_.reset();
  // What follows a last request is not an answer's business, but must not break it.
  if (!rest().empty()) unread_ = true;
  drop_rest();
}

// Of an answer that is given part by part, when all before has gone. True: there is something to be
// done at once.
bool ServerConnection::advance_answer() {
  if (waits_) return false;
  if (file_) return send_file();
  if (later_) return ask_later();
  WEIR_ASSERT(source_);
  return ask_source();
}

bool ServerConnection::ask_source() {
  std::string part;
  More more = More::no;
  try {
    more = source_->next(part);
  } catch (...) {
    ++gate_.counters().handler_failures;
    terminate();  // the peer sees that the body has no end
    return true;
  }
  if (!part.empty() && chunks_) {
    append_number(out_, part.size(), 16);
    out_.append("\r\n").append(part).append("\r\n");
  } else if (!part.empty()) {
    out_ = std::move(part);
  }
  if (more == More::no) {
    if (chunks_) out_ += "0\r\n\r\n";
    end_answer();
    return true;
  }
  waits_ = more == More::later;
  if (!waits_ && out_.empty()) change();  // it has nothing, and wants to be asked in the next turn
  return !out_.empty();
}

bool ServerConnection::ask_later() {
  Response response;
  try {
    waits_ = !later_->answer(response);
    if (waits_) return false;
    WEIR_ASSERT(!response.later);
    later_ = {};
    answer(std::move(response));
  } catch (...) {
    fail();
  }
  return true;
}

bool ServerConnection::send_file() {
  if (tls_ && file_left_ > 0) {
    read_file();
    return false;
  }
  while (file_left_ > 0) {  // ends: what fits is bounded, and each turn sends something
    Limits const& limits = gate_.limits();
    auto const size = std::min<std::uint64_t>(file_left_, limits.file_send_bytes);
    std::int32_t const sent = gate_.ring().kernel().send_file(
        descriptor_, file_->descriptor, file_at_, static_cast<std::uint32_t>(size));
    if (sent > 0) {
      count_moved(static_cast<std::uint32_t>(sent));
      if (static_cast<std::uint32_t>(sent) == size) break;  // the others have their turn
    } else if (sent == -EAGAIN) {
      read_.callback = on_noted;
      gate_.ring().poll_once(read_, descriptor_, POLLOUT);
      return false;
    } else if (sent == -ENODATA) {
      read_file();
      return false;
    } else {
      broken_ = true;  // the peer is gone, or the file has become shorter
      return true;
    }
  }
  if (file_left_ == 0) end_answer();
  else change();
  return file_left_ == 0;
}

void ServerConnection::count_moved(std::uint32_t size) {
  gate_.counters().moved_bytes += size;
  gate_.counters().bytes_out += size;
  moved_ += size;
  file_at_ += size;
  file_left_ -= size;
}

// What has to be fetched from the disk is, without holding up anybody, and sent from memory.
void ServerConnection::read_file() {
  auto const size = std::min<std::uint64_t>(file_left_, gate_.limits().file_read_bytes);
  out_.resize(size);
  read_.callback = on_read;
  gate_.ring().read(read_, file_->descriptor, reinterpret_cast<std::byte*>(out_.data()),
                    static_cast<std::uint32_t>(size), file_at_);
}

bool ServerConnection::has_output() const {
  if (!tls_) return !out_.empty();
  return !encrypted_.empty() || (tls_->is_open() && !tls_->has_said_end() && !out_.empty());
}

void ServerConnection::start_send() {
  if (sent_ == sending_.size()) {
    clear(sending_);
    sent_ = 0;
    if (tls_ && tls_->is_open() && !tls_->has_said_end() && !out_.empty()) {
      broken_ = !tls_->send(std::as_bytes(std::span(out_))) || broken_;
      clear(out_);
    }
    std::swap(sending_, tls_ ? encrypted_ : out_);
  }
  WEIR_ASSERT(sent_ < sending_.size());
  part_ = {sending_.data() + sent_, sending_.size() - sent_};
  // Not held back (MSG_MORE) until a file follows: a peer that is awake takes the file's segments
  // on its own processor, and 1 MiB costs ours half as much.
  gate_.ring().send(send_, descriptor_, {&part_, 1}, 0);
}

// ---- what it needs ------------------------------------------------------------------------------

bool ServerConnection::settle() {
  while (phase_ != Phase::ending) {  // ends: each turn begins an operation or ends an answer
    if (broken_) {
      terminate();
      break;
    }
    process_input();
    if (is_sending() || !read_.idle()) break;
    if (sent_ < sending_.size() || has_output()) {
      start_send();
      break;
    }
    bool const went_on = phase_ == Phase::answering && advance_answer();
    if (went_on) continue;
    if (phase_ == Phase::closing) settle_closing();
    else settle_peers_end();
    break;
  }
  if (phase_ == Phase::ending) return settle_end();
  settle_receive();
  settle_timer();
  return false;
}

// With TLS the peer is told that nothing follows. True: that is to be sent.
bool ServerConnection::say_end() {
  if (!tls_ || !tls_->is_open() || tls_->has_said_end()) return false;
  tls_->end();
  return !encrypted_.empty();
}

// The last answer has gone.
void ServerConnection::settle_closing() {
  if (say_end()) return start_send();
  if (!unread_ || peer_ended_) return terminate();
  phase_ = Phase::lingering;
  gate_.ring().shut_down(control_, descriptor_, SHUT_WR);
}

// Nothing more comes, and everything that came has been answered as far as it could be.
void ServerConnection::settle_peers_end() {
  bool const lingered = phase_ == Phase::lingering && peer_ended_;
  bool const asks = phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body;
  bool const stopped = phase_ == Phase::idle && gate_.is_stopping();
  // It may not have got its last answer yet, and be asking for more.
  bool const was_answered = stopped && request_count_ > 0 && !peer_ended_;
  // Who waits for a source that has nothing yet is not waited for when it is gone.
  bool const gone = peer_ended_ && phase_ == Phase::answering && waits_ && (source_ || later_);
  if (was_answered) {
    phase_ = Phase::closing;
    unread_ = true;
    return settle_closing();
  }
  if (lingered || stopped || gone) return terminate();
  if (!peer_ended_ || !asks || paused_) return;
  if (phase_ != Phase::idle) ++gate_.counters().refused[static_cast<std::size_t>(Refusal::cut_off)];
  terminate();
}

void ServerConnection::settle_receive() {
  if (!receive_.idle() || peer_ended_ || broken_) return;
  bool const asks = may_process();
  // Ahead of its turn, to notice when the peer is gone.
  bool const ahead = phase_ == Phase::answering && held_.empty();
  bool const lingers =
      phase_ == Phase::lingering && lingered_bytes_ <= gate_.limits().linger_bytes_max;
  if (asks || ahead || lingers)
    gate_.ring().receive(receive_, descriptor_, BufferOrPool(gate_.pool()));
}

void ServerConnection::settle_timer() {
  Timed wanted = Timed::nothing;
  if (phase_ == Phase::lingering) wanted = Timed::linger;
  else if (is_sending() || !read_.idle() || file_) wanted = Timed::transfer;
  else if (shakes_hands()) wanted = Timed::head;
  else if (phase_ == Phase::idle) wanted = Timed::idle;
  else if (phase_ == Phase::head) wanted = Timed::head;
  else if (phase_ == Phase::body && !paused_) wanted = Timed::transfer;
  if (wanted == timed_) return;
  timed_ = wanted;
  moved_at_deadline_ = moved_;
  deadline_ = wanted == Timed::nothing ? never : gate_.now() + gate_.time_of(wanted);
  gate_.set_timed(*this, wanted);
}

void ServerConnection::expire() {
  Timed const what = std::exchange(timed_, Timed::nothing);
  change();
  switch (what) {
    case Timed::nothing:
      return;
    case Timed::idle:
      ++gate_.counters().closed_idle;
      return terminate();
    case Timed::head:
      if (!shakes_hands()) return refuse(Refusal::too_slow);
      ++gate_.counters().closed_slow;
      return terminate();
    case Timed::transfer:
      if (moved_ - moved_at_deadline_ >= gate_.limits().transfer_bytes_min) return;
      if (phase_ == Phase::body && !is_sending()) return refuse(Refusal::too_slow);
      ++gate_.counters().closed_slow;
      return terminate();
    case Timed::linger:
      return terminate();
  }
}

// ---- its end ------------------------------------------------------------------------------------

void ServerConnection::stop() {
  last_ = unread_ = true;
  change();
}

void ServerConnection::terminate() {
  if (phase_ == Phase::ending) return;
  phase_ = Phase::ending;
  List<FileWaiter, Files::waiting>::remove(*this);
  receiver_ = {};
  source_ = {};
  later_ = {};
  change();
}

void ServerConnection::resume() {
  paused_ = waits_ = false;
  change();
}

bool ServerConnection::settle_end() {
  gate_.set_timed(*this, Timed::nothing);
  Ring& ring = gate_.ring();
  bool const busy =
      !receive_.idle() || is_sending() || !read_.idle() || !control_.idle() || !cancel_.idle();
  if (busy) {
    if (cancelled_ || descriptor_ < 0) return false;
    cancelled_ = true;
    if (!read_.idle()) ring.cancel_quietly(read_);
    ring.cancel_descriptor(cancel_, descriptor_);
    return false;
  }
  drop_request();
  input_ = {};
  if (descriptor_ < 0) return true;
  ring.close(control_, std::exchange(descriptor_, -1));
  return false;
}

}  // namespace weir::http
