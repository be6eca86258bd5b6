#include "weir/http/client_gate.h"

#include <algorithm>
#include <cerrno>

#include "weir/crypto/tls_context.h"
#include "weir/ring/ring.h"

namespace weir::http {

namespace {

bool is_repeatable(Method method) {
  return method == Method::get || method == Method::head || method == Method::put ||
         method == Method::remove || method == Method::options;
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// "http://127.0.0.1:8080/x" into address, host and target; what is wrong with it, or nothing.
// `tls` is whose context an "https://" uses that has none.
std::string_view split_url(Call& call, TlsContext* tls) {
  std::string_view url = call.url;
  bool const secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://")) return "only http:// and https:// are spoken here";
  if (!secure && call.tls != nullptr) return "it has a TlsContext, and is not https://";
  if (secure && call.tls == nullptr) call.tls = tls;
  if (secure && call.tls == nullptr) return "https:// needs a TlsContext: Client::use_tls()";
  url.remove_prefix(secure ? 8 : 7);
  std::size_t const slash = std::min(url.find_first_of("/?#"), url.size());
  std::string authority(url.substr(0, slash));
  std::string_view const rest = url.substr(slash, url.find('#') - slash);
  if (call.host.empty()) call.host = authority;
  call.target = rest.starts_with('/') ? "" : "/";
  call.target += rest;
  std::size_t const bracket = authority.find(']');
  bool const has_port =
      authority.find(':', bracket == std::string::npos ? 0 : bracket) != std::string::npos;
  if (!has_port) authority += secure ? ":443" : ":80";
  if (authority.starts_with("localhost:")) authority.replace(0, 9, "127.0.0.1");
  Result<Address> const parsed = Address::parse(authority);
  if (!parsed) return "a URL names an address here, such as http://127.0.0.1:8080/";
  call.to = parsed.value();
  return {};
}

// What is wrong with it, or nothing.
std::string_view check(Call const& call) {
  if (call.to.empty()) return "it says no address";
  if (call.tls != nullptr && call.tls->role() != TlsContext::Role::client)
    return "its TlsContext is a server's";
  if (call.method == Method::other) return "it says no method";
  if (!call.target.starts_with('/') && call.target != "*") return "its target begins with no slash";
  bool clean = is_clean(call.target) && is_clean(call.host) && is_clean(call.type) &&
               call.target.find(' ') == std::string::npos;
  for (OwnedField const& field : call.fields) {
    clean = clean && !field.name.empty() && is_clean(field.name) && is_clean(field.value) &&
            field.name.find_first_of(" :") == std::string::npos;
  }
  return clean ? std::string_view() : "a line break or a space where there can be none";
}

std::string head_of(Call const& call) {
  std::string head(name_of(call.method));
  head.append(" ").append(call.target).append(" HTTP/1.1\r\nHost: ").append(call.host);
  head += "\r\n";
  if (!call.type.empty()) head.append("Content-Type: ").append(call.type).append("\r\n");
  bool const may_have_body = call.method != Method::get && call.method != Method::head;
  if (call.source) head += "Transfer-Encoding: chunked\r\n";
  else if (!call.body.empty() || may_have_body)
    head.append("Content-Length: ").append(std::to_string(call.body.size())).append("\r\n");
  for (OwnedField const& field : call.fields)
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  return head += "\r\n";
}

}  // namespace

std::string_view Answer::field(std::string_view name) const {
  for (OwnedField const& field : fields)
    if (same_token(field.name, name)) return field.value;
  return {};
}

ClientGate::ClientGate(Worker& worker, ClientLimits const& limits)
    : worker_(worker), limits_(limits) {
  WEIR_ASSERT(limits.receive_bytes > 0 && limits.connections_per_address_max > 0);
  parser_limits_.line_bytes_max = limits.head_bytes_max;
  parser_limits_.head_bytes_max = limits.head_bytes_max;
  parser_limits_.field_count_max = limits.field_count_max;
  timer_.context = this;
  timer_.callback = [](Completion& completion, Outcome) {
    static_cast<ClientGate*>(completion.context)->assigns_ = true;
  };
}

ClientGate::~ClientGate() { WEIR_ASSERT(is_closed()); }

CallId ClientGate::begin(Call call, Owner<CallObserver> observer) {
  CallId const id{++last_number_};
  std::string_view wrong = call.url.empty() ? std::string_view() : split_url(call, tls_);
  if (wrong.empty()) wrong = check(call);
  if (wrong.empty() && call.host.empty()) call.host = call.to.text();
  int code = EINVAL;
  if (wrong.empty() && (stopping_ || terminated_)) {
    wrong = "the client has ended";
    code = ECANCELED;
  } else if (wrong.empty() && calls_.size() >= limits_.call_count_max) {
    wrong = "there are too many calls already";
    code = EAGAIN;
  }
  Owner<CallState> state(new CallState);
  state->id = id;
  state->what = std::string(name_of(call.method)) + " " +
                (call.url.empty() ? call.to.text() + call.target : call.url);
  state->observer = std::move(observer);
  CallState& begun = *state;
  calls_[id.number] = std::move(state);
  if (!wrong.empty()) {
    end(begun, Error{code, begun.what + ": " + std::string(wrong)});
    return id;
  }
  begun.method = call.method;
  begun.to = call.to;
  begun.tls = call.tls;
  begun.head = head_of(call);
  begun.may_repeat = is_repeatable(call.method) && !call.source;
  begun.body = std::move(call.body);
  begun.source = std::move(call.source);
  begun.deadline = now() + (call.time > 0 ? call.time : limits_.call_time);
  waiting_.push_back(id.number);
  assigns_ = true;
  return id;
}

CallState* ClientGate::find(CallId id) {
  auto const found = calls_.find(id.number);
  return found == calls_.end() ? nullptr : found->second.get();
}

void ClientGate::cancel(CallId id) {
  CallState* const call = find(id);
  if (call == nullptr) return;
  if (call->connection != nullptr) call->connection->drop_call();
  end(*call, Error{ECANCELED, call->what + ": cancelled"});
}

void ClientGate::resume(CallId id) {
  CallState* const call = find(id);
  if (call != nullptr && call->connection != nullptr) call->connection->resume();
}

void ClientGate::end(CallState& call, Result<Answer> result) {
  auto const found = calls_.find(call.id.number);
  WEIR_ASSERT(found != calls_.end());
  ended_.push_back({std::move(found->second), std::move(result)});
  calls_.erase(found);
  assigns_ = true;
}

void ClientGate::repeat(CallState& call) {
  call.may_repeat = false;
  waiting_.push_front(call.id.number);
  assigns_ = true;
}

// ---- connections --------------------------------------------------------------------------------

void ClientGate::assign() {
  assigns_ = false;
  std::deque<std::uint64_t> waiting = std::move(waiting_);
  waiting_.clear();
  for (std::uint64_t const number : waiting) {
    CallState* const call = find({number});
    if (call != nullptr && !assign(*call)) waiting_.push_back(number);
  }
}

// True: it waits no longer.
bool ClientGate::assign(CallState& call) {
  if (now() >= call.deadline) {
    end(call, Error{ETIMEDOUT, call.what + ": no connection in time"});
    return true;
  }
  std::uint32_t there = 0;
  for (auto const& connection : connections_) {
    if (!connection->leads_to(call) || connection->is_ending()) continue;
    ++there;
    if (!connection->is_free()) continue;
    connection->start(call);
    return true;
  }
  if (there >= limits_.connections_per_address_max) return false;
  if (connections_.size() >= limits_.connection_count_max) {
    for (auto const& connection : connections_) {
      if (!connection->is_free()) continue;
      connection->end();  // one that nobody needs makes room
      break;
    }
    return false;
  }
  Result<int> const opened = ring().kernel().open_socket(call.to.family());
  if (!opened) {
    end(call, Error{opened.error().code, call.what + ": " + opened.error().message});
    return true;
  }
  connections_.push_back(std::make_unique<ClientConnection>(*this, opened.value(), call));
  return true;
}

void ClientGate::settle() {
  List<ClientConnection, OnClient::changed> changed;
  changed.take(changed_);
  while (ClientConnection* const connection = changed.front()) {
    changed.remove(*connection);
    bool const was_free = connection->is_free();
    bool const closed = connection->settle();
    if (closed || connection->is_free() != was_free) assigns_ = true;
    if (!closed) continue;
    changed_.remove(*connection);
    std::erase_if(connections_, [&](auto const& other) { return other.get() == connection; });
  }
  if (assigns_) assign();
  tell();
  settle_timer();
}

// Looked at when the first of those that wait now will have waited too long.
void ClientGate::settle_timer() {
  if (terminated_) {
    if (!timer_.idle()) ring().cancel_quietly(timer_);
    return;
  }
  if (!timer_.idle() || waiting_.empty()) return;
  Instant first = never;
  for (std::uint64_t const number : waiting_)
    if (CallState const* const call = find({number})) first = std::min(first, call->deadline);
  if (first == never) return;
  Instant const look = now() + limits_.connect_time;  // one that comes later may be due earlier
  ring().timeout(timer_, std::min(first, look));
}

// Who is told may call again, which is for the next turn.
void ClientGate::tell() {
  std::vector<Ended> ended = std::move(ended_);
  ended_.clear();
  for (Ended& one : ended)
    if (one.call->observer) one.call->observer->done(std::move(one.result));
}

bool ClientGate::may_sleep() const { return changed_.empty() && !assigns_ && ended_.empty(); }

void ClientGate::stop() {
  stopping_ = true;
  for (auto const& connection : connections_)
    if (connection->is_free()) connection->end();
}

// (A goodbye takes connect_time at most.)
bool ClientGate::is_done() const {
  return calls_.empty() && std::none_of(connections_.begin(), connections_.end(),
                                        [](auto const& one) { return one->is_ending(); });
}

void ClientGate::terminate() {
  if (terminated_) return;
  stopping_ = terminated_ = true;
  for (auto const& connection : connections_) {
    connection->drop_call();
    connection->terminate();
  }
  std::vector<std::uint64_t> numbers;
  for (auto const& [number, call] : calls_) numbers.push_back(number);
  for (std::uint64_t const number : numbers) {
    CallState& call = *find({number});
    end(call, Error{ECANCELED, call.what + ": the client has ended"});
  }
}

void ClientGate::abandon() {
  for (auto const& [number, call] : calls_) call->observer = {};
  for (Ended& one : ended_) one.call->observer = {};
  terminate();
}

bool ClientGate::is_closed() const {
  return terminated_ && connections_.empty() && ended_.empty() && timer_.idle();
}

}  // namespace weir::http
