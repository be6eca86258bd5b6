#include "weir/http/server_gate.h"

#include <algorithm>
#include <ctime>

#include "weir/ring/ring.h"

namespace weir::http {

namespace {

// How long a Date may be behind.
constexpr Duration date_time_max = 200 * milliseconds;

}  // namespace

Handler* Route::handler_for(Method method) const {
  Handler* const handler = handlers[static_cast<std::size_t>(method)].get();
  if (handler != nullptr || method != Method::head) return handler;
  Handler* const get = handlers[static_cast<std::size_t>(Method::get)].get();
  return get;
}

std::string Route::allowed() const {
  std::string names;
  for (std::size_t i = 0; i < method_count; ++i) {
    auto const method = static_cast<Method>(i);
    if (handler_for(method) == nullptr) continue;
    names.append(names.empty() ? "" : ", ").append(name_of(method));
  }
  return names;
}

ServerGate::ServerGate(Worker& worker, ServerOptions const& options)
    : worker_(worker), options_(options), files_(worker.ring(), options_.limits, counters_) {
  WEIR_ASSERT(sensible(options.limits));
  timer_.context = this;
  timer_.callback = [](Completion& completion, Outcome outcome) {
    ServerGate& gate = *static_cast<ServerGate*>(completion.context);
    gate.timer_deadline_ = never;
    gate.timer_fired_ = gate.timer_fired_ || outcome.result == 0;
    gate.timer_cancelled_ = false;
  };
}

ServerGate::~ServerGate() { WEIR_ASSERT(is_closed()); }

// ---- set-up -------------------------------------------------------------------------------------

Result<Address> ServerGate::listen(Address const& address, Sharing sharing, TlsContext* tls) {
  if (stopping_) return Error{0, "listen on " + address.text() + ": the server has been stopped"};
  if (pool_ == nullptr) {
    auto pool = BufferPool::make(ring(), {.count = limits().pool_buffer_count,
                                          .size = limits().pool_buffer_bytes,
                                          .whole_buffers = true});
    if (!pool) return pool.error();
    pool_ = std::move(pool).value();
  }
  Kernel& kernel = ring().kernel();
  Result<int> const opened = kernel.open_listener(address, limits().accept_backlog_count, sharing);
  if (!opened) return opened.error();
  acceptors_.push_back(std::make_unique<Acceptor>(*this, opened.value(), tls));
  return kernel.local_address(opened.value());
}

void ServerGate::add(Method method, std::string_view path, Owner<Handler> handler) {
  WEIR_ASSERT(path.starts_with('/') || path == "*");
  routes_[std::string(path)].handlers[static_cast<std::size_t>(method)] = std::move(handler);
}

Result<void> ServerGate::add_folder(std::string_view prefix, std::string const& folder,
                                    FolderOptions const& options) {
  WEIR_ASSERT(prefix.starts_with('/') && prefix.ends_with('/'));
  if (stopping_) return Error{0, "serve " + folder + ": the server has been stopped"};
  Result<int> const opened = ring().kernel().open_file(folder + "/", FileUse::read);
  if (!opened) return opened.error();
  Folder const added{std::string(prefix), files_.add_folder(opened.value(), options)};
  auto const shorter = [&](Folder const& other) { return other.prefix.size() < prefix.size(); };
  folders_.insert(std::find_if(folders_.begin(), folders_.end(), shorter), added);
  return {};
}

// The path itself; or else "/a/b/*", "/a/*", "/*" for "/a/b/c": as many looks as it has slashes.
Route* ServerGate::route(std::string_view path) {
  auto found = routes_.find(path);
  std::string pattern(path);
  while (found == routes_.end() && !pattern.empty()) {
    pattern.resize(pattern.rfind('/', pattern.size() - 1) + 1);
    if (pattern.empty()) break;  // a path without a slash, which is "*"
    found = routes_.find(pattern + "*");
    pattern.pop_back();
  }
  return found == routes_.end() ? nullptr : &found->second;
}

Folder const* ServerGate::folder(std::string_view path) const {
  for (Folder const& folder : folders_)
    if (path.starts_with(folder.prefix)) return &folder;
  return nullptr;
}

// ---- connections --------------------------------------------------------------------------------

bool ServerGate::may_accept() const {
  return !stopping_ && connection_count_ < limits().connection_count_max;
}

void ServerGate::accepted(int descriptor, TlsContext* tls) {
  ++counters_.accepted;
  std::uint32_t slot = 0;
  if (!free_slots_.empty()) {
    slot = free_slots_.back();
    free_slots_.pop_back();
  } else {
    slot = static_cast<std::uint32_t>(table_.size());
    table_.emplace_back();
    generations_.push_back(1);
  }
  ++connection_count_;
  table_[slot] =
      std::make_unique<ServerConnection>(*this, descriptor, slot, generations_[slot], tls);
  ServerConnection& connection = *table_[slot];
  change(connection);
  if (limits().connections_per_peer_max == 0) return;
  Result<Address> const peer = ring().kernel().peer_address(descriptor);
  bool const may = peer.ok() && peers_.enter({slot, generations_[slot]}, peer.value(),
                                             limits().connections_per_peer_max);
  if (may) return;
  ++counters_.closed_too_many;
  connection.terminate();
}

void ServerGate::release(ServerConnection& connection) {
  std::uint32_t const slot = connection.slot();
  peers_.leave({slot, generations_[slot]}, now());
  changed_.remove(connection);
  table_[slot].reset();
  ++generations_[slot];
  free_slots_.push_back(slot);
  --connection_count_;
  ++counters_.closed;
}

void ServerGate::resume(ExchangeId id) {
  bool const is_there = id.slot < table_.size() && table_[id.slot] != nullptr;
  if (is_there && table_[id.slot]->exchange_id() == id) table_[id.slot]->resume();
}

bool ServerGate::count_body(std::uint64_t bytes) {
  if (body_bytes_ + bytes > limits().body_total_bytes_max) return false;
  body_bytes_ += bytes;
  return true;
}

void ServerGate::uncount_body(std::uint64_t bytes) {
  WEIR_ASSERT(bytes <= body_bytes_);
  body_bytes_ -= bytes;
}

std::string_view ServerGate::date() {
  Instant const time = now();
  if (time >= date_until_) {
    date_ = make_date(options_.unix_time());
    date_until_ = time + date_time_max;
  }
  return date_.text();
}

// ---- time ---------------------------------------------------------------------------------------

Duration ServerGate::time_of(Timed timed) const {
  switch (timed) {
    case Timed::nothing:
      return never;
    case Timed::idle:
      return limits().idle_time;
    case Timed::head:
      return limits().head_time;
    case Timed::transfer:
      return limits().transfer_time;
    case Timed::linger:
      return limits().linger_time;
  }
  return never;
}

// All in a list have the same time, so the first that came is the first to expire.
void ServerGate::set_timed(ServerConnection& connection, Timed timed) {
  List<ServerConnection, On::timed>::remove(connection);
  if (timed != Timed::nothing) timed_[static_cast<std::size_t>(timed)].push_back(connection);
}

void ServerGate::expire() {
  timer_fired_ = false;
  Instant const time = now();
  if (time >= wake_) wake_ = never;
  for (auto& list : timed_) {
    while (list.front() != nullptr && list.front()->deadline() <= time) {
      ServerConnection& connection = *list.front();
      list.remove(connection);
      connection.expire();
    }
  }
}

void ServerGate::wake_after(Duration duration) { wake_ = std::min(wake_, now() + duration); }

void ServerGate::settle_timer() {
  Instant next = wake_;
  for (auto const& list : timed_)
    if (list.front() != nullptr) next = std::min(next, list.front()->deadline());
  if (terminated_ && is_empty()) next = never;
  if (timer_.idle()) {
    if (next == never) return;
    timer_deadline_ = next;
    ring().timeout(timer_, next);
  } else if ((next < timer_deadline_ || (terminated_ && next == never)) && !timer_cancelled_) {
    timer_cancelled_ = true;
    ring().cancel_quietly(timer_);
  }
}

// ---- the gate -----------------------------------------------------------------------------------

void ServerGate::settle() {
  if (timer_fired_) expire();
  for (auto const& acceptor : acceptors_) acceptor->settle();
  settle_changed();
  if (terminated_) settle_end();
  settle_timer();
}

// What changes again meanwhile has its turn in the next turn of the loop.
void ServerGate::settle_changed() {
  List<ServerConnection, On::changed> now_changed;
  now_changed.take(changed_);
  while (ServerConnection* const connection = now_changed.front()) {
    now_changed.remove(*connection);
    if (connection->settle()) release(*connection);
  }
}

bool ServerGate::may_sleep() const {
  if (timer_fired_ || !changed_.empty()) return false;
  return std::all_of(acceptors_.begin(), acceptors_.end(),
                     [](auto const& acceptor) { return acceptor->may_sleep(); });
}

void ServerGate::stop() {
  if (stopping_) return;
  stopping_ = true;
  for (auto const& acceptor : acceptors_) acceptor->stop();
  for (auto const& connection : table_)
    if (connection != nullptr) connection->stop();
}

void ServerGate::terminate() {
  stop();
  terminated_ = true;
  for (auto const& connection : table_)
    if (connection != nullptr) connection->terminate();
}

void ServerGate::abandon() {
  terminate();
  routes_.clear();
}

void ServerGate::settle_end() {
  if (!is_empty() || closes_files_) return;
  closes_files_ = true;
  files_.terminate();
}

bool ServerGate::is_closed() const {
  bool const accepts = !std::all_of(acceptors_.begin(), acceptors_.end(),
                                    [](auto const& acceptor) { return acceptor->is_closed(); });
  return terminated_ && !accepts && is_empty() && closes_files_ && files_.is_closed() &&
         timer_.idle();
}

}  // namespace weir::http
