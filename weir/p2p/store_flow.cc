#include "weir/p2p/store_flow.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "weir/base/queue.h"
#include "weir/p2p/alarm.h"
#include "weir/p2p/credit.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/pool.h"
#include "weir/p2p/storage.h"
#include "weir/p2p/store_port.h"
#include "weir/sched/ends.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/store/id_set.h"

namespace weir {

namespace {

// The stratum in which the storage is asked: behind all that fetch does in a tick.
constexpr int ask_stratum = 2;
// Ids of one request to leave out what is held, about; and so many requests at a time. Writes do
// not wait for more.
constexpr std::size_t filter_ids_max = 8192;
constexpr std::uint32_t filters_asked_max = 2;
// Ids that one commit puts on the want-list, or takes off it.
constexpr std::size_t list_ids_max = 16'384;
// What could not be put there is tried again after this.
constexpr Duration list_retry_time = 1 * seconds;
// Of what is no answer: there is room.
constexpr std::uint64_t room_token = ~std::uint64_t{0};
constexpr std::uint32_t every_rank = std::numeric_limits<std::uint32_t>::max();
// Answers of this flow itself: that there is room, of each kind, and that the storage has ended.
constexpr std::size_t own_answers_max = 16;

}  // namespace

class StoreFlow::Serving final : public AnswerSink {
 public:
  Serving(Graph& graph, FetchParts& fetch, StorageThread& storage, StoreFlowOptions const& options);
  ~Serving();

  std::size_t keep(std::span<OpId const> ids);
  void let_go(std::span<OpId const> ids);
  bool keeps(OpId const& id) const { return kept_.contains(id); }
  StoreFlowCounters const& counters() const { return counters_; }
  std::uint32_t asked_count() const { return asked_.size(); }
  std::uint64_t waiting_bytes() const { return ops_bytes_ + commit_.bytes; }

 private:
  // ---- what is asked, by its token

  // Of several calls, or of a part of a large one.
  struct Filtering {
    std::vector<WantedOps> calls;
  };
  struct Writing {
    std::vector<WrittenOp> ops;
    std::vector<std::uint64_t> times;  // created_at of each
    std::vector<OpId> listed;
    std::vector<OpId> unlisted;
    std::uint64_t credit_bytes = 0;
  };
  struct LoadingWants {};
  using Asking = std::variant<LoadingWants, Filtering, Writing, Turn>;
  // One that is made, and not taken yet.
  struct Next {
    StoreRequest request;
    std::uint64_t bytes = 0;  // of its ops
    bool is_made = false;
  };
  // The storage brings what the graph waits for: it comes though nothing else is received.
  struct Answers : Channel<StoreAnswer> {
    explicit Answers(std::size_t capacity) : Channel(capacity, "answers of the store") {
      bring_awaited();
    }
  };
  struct Alarms {
    using value_type = Instant;
    SourceAlarm source;
    void attach(Graph& graph, Subgraph& reader) { source.attach(graph, reader); }
    bool drain(auto&& push, std::int64_t& budget) { return source.drain(push, budget); }
  };

  void install();

  // ---- the last of a tick
  void queue_call(WantedOps&& call);
  void queue_op(IncomingOp&& incoming);
  void ask_all(Instant now);
  bool ask_next();
  template <class Make>
  bool ask_each(Next& next, Make make);
  bool hand_over(Next& next);
  void make_request(Next& next, Asking asking, decltype(StoreRequest::what) what);
  bool make_filter();
  bool make_commit();
  bool make_read();
  void list_wants(Writing& writing, CommitRequest& request);
  void note_list(Instant now);
  void settle();

  // ---- the first
  void give(StoreAnswer&& answer) override;  // on the storage thread
  void take_answer(StoreAnswer&& answer);
  void end_filter(Filtering&& filtering, StoreAnswer& answer);
  void end_commit(Writing&& writing, StoreAnswer& answer);
  void end_read(Turn&& turn, StoreAnswer& answer);
  void end_loading(StoreAnswer& answer);
  void list_again(Writing const& writing);
  void take_room();
  Waker when_asking();
  Waker when_planning();

  Graph& graph_;
  FetchParts& fetch_;
  StorageThread& storage_;
  StoreFlowOptions const options_;
  StoreFlowCounters counters_;

  Answers answers_;
  Channel<unit> room_{1, "room of the store"};
  Handoff<unit> ask_{"ask"};  // something may be to be asked
  Alarm alarm_;
  Alarms alarms_;
  Suspension suspension_;
  bool awaits_ = false;  // the graph knows that something is to be answered

  Pool<Asking> asked_;
  Queue<WantedOps> calls_;  // to be filtered, each of at most so many ids
  std::vector<WantedOps> parts_;
  std::uint32_t filters_asked_ = 0;
  Queue<Turn> turns_;
  std::vector<Op> ops_;  // to be written
  std::vector<WrittenOp> written_;
  std::uint64_t ops_bytes_ = 0;
  Next load_, filter_, commit_, read_;

  Credit credit_;                   // what was promised, and not handed over with a commit
  std::uint64_t handed_bytes_ = 0;  // the rest of it: credit_ + handed_bytes_ <= room_bytes

  IdSet kept_;
  // Of FetchState::to_list: the first ones have waited for long enough; more will have at look_at.
  std::size_t list_due_count_ = 0;
  std::size_t list_marked_count_ = 0;  // those that are due included
  Instant list_look_at_ = never;
  Instant list_retry_at_ = 0;      // 0: the list could be written
  std::uint32_t lists_asked_ = 0;  // commits under way that change it; at most one
};

StoreFlow::Serving::Serving(Graph& graph, FetchParts& fetch, StorageThread& storage,
                            StoreFlowOptions const& options)
    : graph_(graph),
      fetch_(fetch),
      storage_(storage),
      options_(options),
      answers_(storage.limits().requests_max + own_answers_max),
      alarms_{source_alarm(fetch.worker, alarm_)},
      suspension_(graph, every_rank),
      kept_(fetch.want.random.next()) {
  fetch_.want.keeps_list = options_.keeps_list;
  install();
  take_room();
  if (options_.keeps_list) make_request(load_, LoadingWants{}, WantsRequest{});
}

StoreFlow::Serving::~Serving() {
  storage_.when_room({nullptr, this});
  storage_.when_room_for_ops({nullptr, &room_});
  storage_.forget(*this);
}

void StoreFlow::Serving::install() {
  StorePort& port = fetch_.store;
  graph_.make_subgraph(
      "store: answers", 0, from(answers_, room_),
      to(port.filtered, port.written, port.served, fetch_.changes, ask_),
      [this](auto& answers, auto& room, auto&, auto&, auto&, auto&, auto&) {
        bool all = answers.drain([this](StoreAnswer&& answer) { take_answer(std::move(answer)); });
        all &= room.drain([](unit) {});
        if (!all) return;
        take_room();
        ask_.push(unit{});
      });
  graph_.make_subgraph(
      "store: ask", ask_stratum,
      from(port.to_filter, port.incoming, port.turns, port.list_changes, alarms_, ask_), to(),
      [this](auto& calls, auto& ops, auto& turns, auto& changes, auto& alarms, auto& ask) {
        bool all = calls.drain([this](WantedOps&& call) { queue_call(std::move(call)); });
        all &= ops.drain([this](IncomingOp&& op) { queue_op(std::move(op)); });
        all &= turns.drain([this](Turn&& turn) { turns_.push(std::move(turn)); });
        all &= changes.drain([this](unit) { fetch_.store.list_changed = false; });
        all &= alarms.drain([](Instant) {});
        all &= ask.drain([](unit) {});
        if (all) ask_all(graph_.context().now());
      });
}

// ---- the want-list's other reason ---------------------------------------------------------------

std::size_t StoreFlow::Serving::keep(std::span<OpId const> ids) {
  std::size_t count = 0;
  while (count < ids.size() && (kept_.size() < options_.kept_ids_max || kept_.contains(ids[count])))
    kept_.insert(ids[count++]);
  return count;
}

void StoreFlow::Serving::let_go(std::span<OpId const> ids) {
  for (OpId const& id : ids) {
    if (kept_.erase(id)) fetch_.want.to_unlist.push_back(id);
  }
  if (!std::exchange(fetch_.store.list_changed, true)) fetch_.store.list_changes.give(unit{});
}

// ---- asking -------------------------------------------------------------------------------------

void StoreFlow::Serving::queue_call(WantedOps&& call) {
  while (call.ops.size() > filter_ids_max) {
    auto const end = call.ops.end();
    auto const begin = end - static_cast<std::ptrdiff_t>(filter_ids_max);
    WantedOps part{call.peer, {}, filter_ids_max};
    part.ops.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
    call.ops.erase(begin, end);
    call.asked_count -= filter_ids_max;
    parts_.push_back(std::move(part));
  }
  calls_.push(std::move(call));
  for (; !parts_.empty(); parts_.pop_back()) calls_.push(std::move(parts_.back()));
}

void StoreFlow::Serving::queue_op(IncomingOp&& incoming) {
  Op& op = incoming.op;
  written_.push_back({incoming.peer, op.id, op.bytes.size(), Written::failed});
  ops_bytes_ += op.bytes.size();
  ops_.push_back(std::move(op));
}

void StoreFlow::Serving::ask_all(Instant now) {
  note_list(now);
  if (!ask_next()) {
    ++counters_.waits;
    storage_.when_room(when_asking());
    ask_next();
  }
  settle();
}

// Asks whatever can be. False: there was no room for something.
bool StoreFlow::Serving::ask_next() {
  bool room = ask_each(load_, [] { return false; });
  room &= ask_each(commit_, [this] { return make_commit(); });
  room &= ask_each(filter_, [this] { return make_filter(); });
  room &= ask_each(read_, [this] { return make_read(); });
  return room;
}

template <class Make>
bool StoreFlow::Serving::ask_each(Next& next, Make make) {
  while (next.is_made || make()) {  // ends: each turn hands over some of what waits
    if (!hand_over(next)) return false;
  }
  return true;
}

bool StoreFlow::Serving::hand_over(Next& next) {
  std::uint64_t const token = next.request.token;
  switch (storage_.ask(next.request)) {
    case Asked::full:
      return false;
    case Asked::taken:
      break;
    case Asked::ended: {
      StoreAnswer answer;
      answer.token = token;
      answer.error = Error{ECANCELED, "the storage has been stopped"};
      if (!answers_.try_send(std::move(answer))) return false;  // a tick will come
      next.request = {};
      break;
    }
  }
  next.is_made = false;
  next.bytes = 0;
  return true;
}

void StoreFlow::Serving::make_request(Next& next, Asking asking,
                                      decltype(StoreRequest::what) what) {
  std::uint32_t const token = asked_.take();
  asked_[token] = std::move(asking);
  next.request.token = token;
  next.request.to = this;
  next.request.what = std::move(what);
  next.is_made = true;
}

bool StoreFlow::Serving::make_filter() {
  if (calls_.empty() || filters_asked_ == filters_asked_max) return false;
  ++filters_asked_;
  ++counters_.filters;
  Filtering filtering;
  FilterRequest request;
  while (!calls_.empty() && request.ids.size() < filter_ids_max) {
    filtering.calls.push_back(calls_.pop());
    for (WantedOp const& op : filtering.calls.back().ops) request.ids.push_back(op.id);
  }
  make_request(filter_, std::move(filtering), std::move(request));
  return true;
}

bool StoreFlow::Serving::make_read() {
  if (turns_.empty()) return false;
  ++counters_.reads;
  Turn turn = turns_.pop();
  RetrieveRequest request{turn.ids, turn.bytes_max};
  make_request(read_, std::move(turn), std::move(request));
  return true;
}

// As many of the ops that have come as go into a batch, and what has changed of the want-list.
bool StoreFlow::Serving::make_commit() {
  Writing writing;
  CommitRequest request;
  list_wants(writing, request);
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  while (count < ops_.size()) {
    std::uint64_t const size = ops_[count].bytes.size();
    if (count > 0 && bytes + size > storage_.limits().batch_bytes_max) break;
    bytes += size;
    ++count;
  }
  if (count == 0 && request.want.empty() && request.unwant.empty()) return false;
  ++counters_.commits;
  if (count == ops_.size()) {
    request.ops.swap(ops_);
    writing.ops.swap(written_);
  } else {
    auto const part = static_cast<std::ptrdiff_t>(count);
    request.ops.assign(std::make_move_iterator(ops_.begin()),
                       std::make_move_iterator(ops_.begin() + part));
    writing.ops.assign(written_.begin(), written_.begin() + part);
    ops_.erase(ops_.begin(), ops_.begin() + part);
    written_.erase(written_.begin(), written_.begin() + part);
  }
  writing.times.reserve(count);
  for (Op const& op : request.ops) writing.times.push_back(op.created_at);
  ops_bytes_ -= bytes;
  request.credit = credit_.split(std::min(bytes, credit_.amount()));
  writing.credit_bytes = request.credit.amount();
  handed_bytes_ += writing.credit_bytes;
  make_request(commit_, std::move(writing), std::move(request));
  commit_.bytes = bytes;
  return true;
}

// What the want-list does not know and should, as it is now: whatever happened in between.
void StoreFlow::Serving::list_wants(Writing& writing, CommitRequest& request) {
  FetchState& want = fetch_.want;
  if (lists_asked_ > 0 || list_retry_at_ != 0) return;
  while (list_due_count_ > 0 && request.want.size() < list_ids_max) {
    OpTicket const ticket = want.to_list.pop();
    --list_due_count_;
    list_marked_count_ -= list_marked_count_ > 0 ? 1 : 0;
    PendingOp& op = want.pending.op(ticket.op);
    if (op.use != ticket.use || op.listed) continue;
    op.listed = true;
    request.want.push_back(op.id);
  }
  while (!want.to_unlist.empty() && request.unwant.size() < list_ids_max) {
    OpId const id = want.to_unlist.back();
    want.to_unlist.pop_back();
    std::uint32_t const op = want.pending.find(id);
    if (kept_.contains(id) || (op != no_number && want.pending.op(op).listed)) continue;
    request.unwant.push_back(id);
  }
  counters_.listed += request.want.size();
  counters_.unlisted += request.unwant.size();
  lists_asked_ += request.want.empty() && request.unwant.empty() ? 0 : 1;
  writing.listed = request.want;
  writing.unlisted = request.unwant;
}

// Those that waited when it was looked at last, list_time ago, have waited for long enough.
void StoreFlow::Serving::note_list(Instant now) {
  if (list_retry_at_ != 0 && list_retry_at_ <= now) list_retry_at_ = 0;
  std::size_t const count = fetch_.want.to_list.size();
  if (options_.list_time == 0) {
    list_due_count_ = count;
    return;
  }
  if (list_look_at_ != never && list_look_at_ <= now) {
    list_due_count_ = std::exchange(list_marked_count_, 0);
    list_look_at_ = never;
  }
  if (list_look_at_ != never || count == list_due_count_) return;
  list_marked_count_ = count;
  list_look_at_ = now + options_.list_time;
}

// After anything has happened: what waits for what.
void StoreFlow::Serving::settle() {
  StorePort& port = fetch_.store;
  bool const waited = std::exchange(port.turns_wait, read_.is_made || !turns_.empty());
  if (waited && !port.turns_wait && !std::exchange(fetch_.turns_asked, true))
    fetch_.next_turns.give(unit{});

  bool const too_much = commit_.is_made && waiting_bytes() > options_.waiting_bytes_max;
  if (too_much && !suspension_.is_set()) ++counters_.suspensions;
  if (too_much) suspension_.set();
  else suspension_.release();

  bool const awaits = asked_.size() > 0;
  if (awaits && !awaits_) graph_.begin_awaiting();
  if (!awaits && awaits_) graph_.end_awaiting();
  awaits_ = awaits;

  alarm_.set(std::min(list_look_at_, list_retry_at_ == 0 ? never : list_retry_at_));
}

// ---- answers ------------------------------------------------------------------------------------

void StoreFlow::Serving::give(StoreAnswer&& answer) { answers_.send(std::move(answer)); }

// When something waits to be asked: an answer, so to speak, which the graph awaits.
Waker StoreFlow::Serving::when_asking() {
  return {[](void* self) {
            StoreAnswer answer;
            answer.token = room_token;
            // (When there is no room for it, a tick will come anyway.)
            static_cast<void>(static_cast<Serving*>(self)->answers_.try_send(std::move(answer)));
          },
          this};
}

// When fetch could do with more: nobody is waiting for that.
Waker StoreFlow::Serving::when_planning() {
  return {
      [](void* room) { static_cast<void>(static_cast<Channel<unit>*>(room)->try_send(unit{})); },
      &room_};
}

void StoreFlow::Serving::take_answer(StoreAnswer&& answer) {
  if (answer.token == room_token) return;
  auto const token = static_cast<std::uint32_t>(answer.token);
  Asking asking = std::exchange(asked_[token], LoadingWants{});
  asked_.give(token);
  if (auto* const filtering = std::get_if<Filtering>(&asking))
    return end_filter(std::move(*filtering), answer);
  if (auto* const writing = std::get_if<Writing>(&asking))
    return end_commit(std::move(*writing), answer);
  if (auto* const turn = std::get_if<Turn>(&asking)) return end_read(std::move(*turn), answer);
  end_loading(answer);
}

void StoreFlow::Serving::end_filter(Filtering&& filtering, StoreAnswer& answer) {
  --filters_asked_;
  std::size_t next = 0;
  for (WantedOps& call : filtering.calls) {
    // Where the store cannot say, it is better to fetch an op twice than never.
    if (!answer.error) leave_out_held(call, std::get<Missing>(answer.what).ids, next);
    fetch_.store.filtered.push(std::move(call));
  }
}

void StoreFlow::Serving::end_commit(Writing&& writing, StoreAnswer& answer) {
  StorePort& port = fetch_.store;
  handed_bytes_ -= writing.credit_bytes;
  lists_asked_ -= writing.listed.empty() && writing.unlisted.empty() ? 0 : 1;
  if (answer.error) {
    ++counters_.commits_failed;
    fetch_.log.error("the store could not write", {{"reason", answer.error->message}});
    list_again(writing);
    for (WrittenOp const& written : writing.ops) port.written.push(written);
    return;
  }
  Committed const& committed = std::get<Committed>(answer.what);
  for (std::size_t i = 0; i < writing.ops.size(); ++i) {
    WrittenOp& written = writing.ops[i];
    written.written = written_as(committed.ops[i]);
    if (written.written != Written::refused && kept_.size() > 0) kept_.erase(written.id);
    if (written.written == Written::stored)
      port.on_stored({written.peer, written.id, writing.times[i], written.size});
    port.written.push(written);
  }
}

// The batch that was to tell the want-list has failed.
void StoreFlow::Serving::list_again(Writing const& writing) {
  if (writing.listed.empty() && writing.unlisted.empty()) return;
  FetchState& want = fetch_.want;
  for (OpId const& id : writing.listed) {
    std::uint32_t const op = want.pending.find(id);
    if (op == no_number) continue;
    want.pending.op(op).listed = false;
    want.to_list.push(OpTicket{op, want.pending.op(op).use});
  }
  want.to_unlist.insert(want.to_unlist.end(), writing.unlisted.begin(), writing.unlisted.end());
  list_retry_at_ = graph_.context().now() + list_retry_time;
}

void StoreFlow::Serving::end_read(Turn&& turn, StoreAnswer& answer) {
  Served served;
  if (answer.error) {  // it is not known what is held: nothing is said of it
    ++counters_.reads_failed;
    fetch_.log.error("the store could not read", {{"reason", answer.error->message}});
    served.peer = turn.peer;
    served.connection = turn.connection;
  } else {
    Retrieved& found = std::get<Retrieved>(answer.what);
    for (OpId const& id : found.damaged) {
      ++counters_.damaged;
      fetch_.log.error("an op is damaged in the store, and not served", {{"op", id.hex()}});
      if (options_.damaged.function != nullptr)
        options_.damaged.function(options_.damaged.context, id);
    }
    served = served_of(std::move(turn), found);
    served.request = std::move(answer.request);
    served.bytes = std::move(answer.bytes);
  }
  fetch_.store.served.push(std::move(served));
}

void StoreFlow::Serving::end_loading(StoreAnswer& answer) {
  if (answer.error) {
    fetch_.log.error("the want-list cannot be read", {{"reason", answer.error->message}});
    return;
  }
  std::vector<OpId>& ids = std::get<Wants>(answer.what).ids;
  keep(ids);
  if (options_.wants_loaded.function != nullptr)
    options_.wants_loaded.function(options_.wants_loaded.context, std::move(ids));
}

// As much as the policy plans with, as far as there is room.
void StoreFlow::Serving::take_room() {
  std::uint64_t const most = fetch_.want.policy.room_bytes;
  if (most == 0) return;
  auto const lacking = [&] { return most - credit_.amount() - handed_bytes_; };
  if (lacking() > 0) credit_.add(storage_.promise(lacking()));
  if (lacking() > 0) {
    storage_.when_room_for_ops(when_planning());
    credit_.add(storage_.promise(lacking()));
  }
  if (set_room(fetch_.want, credit_.amount() + handed_bytes_)) fetch_.changes.push(unit{});
}

// -------------------------------------------------------------------------------------------------

StoreFlow::StoreFlow(StorageThread& storage, StoreFlowOptions const& options)
    : storage_(storage), options_(options) {}
StoreFlow::~StoreFlow() = default;

void StoreFlow::serve(Graph& graph, FetchParts& fetch) {
  WEIR_ASSERT(!serving_);
  serving_ = make_owner<Serving>(graph, fetch, storage_, options_);
}

std::size_t StoreFlow::keep(std::span<OpId const> ids) { return serving_->keep(ids); }
void StoreFlow::let_go(std::span<OpId const> ids) { serving_->let_go(ids); }
bool StoreFlow::keeps(OpId const& id) const { return serving_->keeps(id); }
StoreFlowCounters const& StoreFlow::counters() const { return serving_->counters(); }
std::uint32_t StoreFlow::asked_count() const { return serving_->asked_count(); }
std::uint64_t StoreFlow::waiting_bytes() const { return serving_->waiting_bytes(); }

}  // namespace weir
