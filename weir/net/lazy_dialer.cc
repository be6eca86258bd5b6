#include "weir/net/lazy_dialer.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "weir/net/connection.h"
#include "weir/net/endpoint.h"
#include "weir/net/net.h"
#include "weir/ring/ring.h"
#include "weir/sched/graph.h"

namespace weir {

namespace {

// Enough for any two bounds.
constexpr std::uint32_t doublings_max = 40;

std::uint64_t seed_of(RedialOptions const& options, Instant now) {
  return options.seed != 0 ? options.seed : mix(now);
}

}  // namespace

struct LazyDialer::Target {
  Address address;
  ConnectionId connection;  // valid from an attempt until its end
  bool open = false;
  std::uint32_t failures = 0;  // in a row
  Instant opened_at = 0;
  Instant retry_at = 0;   // not before
  Instant forget_at = 0;  // if nothing waits
  Queue<Bytes> waiting;
  std::uint64_t waiting_bytes = 0;
  // When one of the two is due; while it has no connection.
  std::multimap<Instant, Target*>::iterator deadline;
};

struct LazyDialer::Known {
  Address address;
  Target* target = nullptr;  // null once it has ended
};

struct LazyDialer::Book {
  struct AddressHash {
    std::size_t operator()(Address const& address) const {
      return static_cast<std::size_t>(address.hash());
    }
  };
  std::unordered_map<Address, Target, AddressHash> targets;
  std::unordered_map<ConnectionId, Known> known;
  Queue<ConnectionId> ended;  // among them, oldest first
  std::multimap<Instant, Target*> deadlines;
};

struct LazyDialer::Writer {
  explicit Writer(LazyDialer& its_dialer) : dialer(its_dialer) {}

  LazyDialer& dialer;
  Handoff<AddressedFrame> handoff{"lazy dialer"};
  Handoff<Frame>* frames = nullptr;
  Subgraph subgraph;
};

LazyDialer::LazyDialer(Endpoint& endpoint, RedialOptions const& options)
    : endpoint_(endpoint),
      options_(options),
      random_(seed_of(options, endpoint.net().ring().clock().now())),
      book_(new Book) {
  WEIR_ASSERT(options.wait_first > 0);
  WEIR_ASSERT(options.wait_first <= options.wait_max);
  WEIR_ASSERT(options.wait_max <= never / 4);
  WEIR_ASSERT(options.address_count_max > 0);
}

LazyDialer::~LazyDialer() = default;

std::size_t LazyDialer::address_count() const { return book_->targets.size(); }

Handoff<AddressedFrame>& LazyDialer::connect(Graph& graph, Subgraph& writer) {
  writers_.push_back(std::make_unique<Writer>(*this));
  Writer& made = *writers_.back();
  made.subgraph.run = &LazyDialer::run;
  made.subgraph.self = &made;
  made.subgraph.name = "lazy dialer";
  made.subgraph.stratum = stratum_last;  // whoever sends may be in any
  graph.add(made.subgraph);
  graph.connect(&writer, made.handoff, &made.subgraph);
  made.frames = &endpoint_.egress().connect(graph, made.subgraph);
  return made.handoff;
}

// ---- out ----------------------------------------------------------------------------------------

Status LazyDialer::run(void* self, Activation& activation) {
  Writer& writer = *static_cast<Writer*>(self);
  bool const done = writer.handoff.drain(
      [&](AddressedFrame const& item) {
        writer.dialer.send(item.first, item.second, *writer.frames);
      },
      activation.budget);
  return done ? Status::done : Status::yielded;
}

void LazyDialer::send(Address const& address, View const& payload, Handoff<Frame>& frames) {
  Target* const target = target_of(address);
  if (target == nullptr) {
    ++endpoint_.net().counters().frames_dropped_waiting;
    return;
  }
  // One that is ending takes nothing any more: what is for its address waits for the next.
  bool const takes = target->open && endpoint_.find(target->connection) != nullptr;
  if (takes) return frames.push(Frame{target->connection, payload});
  keep(*target, payload);
}

LazyDialer::Target* LazyDialer::target_of(Address const& address) {
  if (latest_ != nullptr && latest_->address == address) return latest_;
  auto found = book_->targets.find(address);
  if (found == book_->targets.end()) {
    bool const refused =
        stopped_ || address.empty() || book_->targets.size() >= options_.address_count_max;
    if (refused) return nullptr;
    found = book_->targets.try_emplace(address).first;
    found->second.address = address;
    found->second.deadline = book_->deadlines.end();
  }
  return latest_ = &found->second;
}

void LazyDialer::keep(Target& target, View const& payload) {
  std::uint64_t const bytes = payload.size() + waiting_item_bytes;
  bool const fits = target.waiting_bytes + bytes <= options_.waiting_bytes_max &&
                    waiting_bytes_ + bytes <= options_.waiting_total_bytes_max;
  if (!fits || stopped_) {
    ++endpoint_.net().counters().frames_dropped_waiting;
  } else {
    target.waiting.push(payload.own());
    target.waiting_bytes += bytes;
    waiting_bytes_ += bytes;
  }
  if (!target.connection.valid()) schedule(target);
}

// What it waits for, without a connection: to be dialled, or forgotten.
void LazyDialer::schedule(Target& target) {
  Instant const due = target.waiting.empty() ? target.forget_at : target.retry_at;
  if (target.deadline != book_->deadlines.end()) {
    if (target.deadline->first == due) return;
    book_->deadlines.erase(target.deadline);
  }
  target.deadline = book_->deadlines.emplace(due, &target);
  endpoint_.net().note_deadline(due);
}

void LazyDialer::drop_waiting(Target& target) {
  endpoint_.net().counters().frames_dropped_waiting += target.waiting.size();
  waiting_bytes_ -= std::exchange(target.waiting_bytes, 0);
  target.waiting.clear();
}

// ---- connections --------------------------------------------------------------------------------

void LazyDialer::dial(Target& target) {
  WEIR_ASSERT(!target.connection.valid());
  if (target.failures > 0) ++endpoint_.net().counters().redialled;
  target.connection = endpoint_.dial(target.address);
  book_->known.emplace(target.connection, Known{target.address, &target});
}

void LazyDialer::opened(Connection& connection) {
  auto const known = book_->known.find(connection.id());
  if (known == book_->known.end()) return;  // adopted
  Target& target = *known->second.target;
  target.open = true;
  target.opened_at = endpoint_.net().ring().clock().now();
  while (!target.waiting.empty()) {
    Bytes const payload = target.waiting.pop();
    endpoint_.egress().give(connection.id(), payload.view());
  }
  waiting_bytes_ -= std::exchange(target.waiting_bytes, 0);
}

void LazyDialer::ended(Connection& connection) {
  auto const known = book_->known.find(connection.id());
  if (known == book_->known.end()) return;
  Target& target = *std::exchange(known->second.target, nullptr);
  book_->ended.push(connection.id());
  if (book_->ended.size() > options_.address_count_max) book_->known.erase(book_->ended.pop());
  Instant const now = endpoint_.net().ring().clock().now();
  bool const lived =
      std::exchange(target.open, false) && now - target.opened_at > bound_after(target.failures);
  target.failures = lived ? 0 : target.failures + 1;
  target.connection = {};
  bool const given_up = options_.attempts_max > 0 && target.failures >= options_.attempts_max;
  if (given_up || stopped_) drop_waiting(target);
  Duration const bound = bound_after(target.failures);
  target.retry_at = now + random_.below(bound + 1);
  target.forget_at = now + 2 * bound;
  schedule(target);
}

Duration LazyDialer::bound_after(std::uint32_t failures) const {
  std::uint32_t const doublings = failures == 0 ? 0 : std::min(failures - 1, doublings_max);
  bool const beyond = options_.wait_first > options_.wait_max >> doublings;
  return beyond ? options_.wait_max : options_.wait_first << doublings;
}

// Ends: whoever is due is connecting then, or forgotten.
Instant LazyDialer::check_deadlines(Instant now) {
  while (!book_->deadlines.empty()) {
    auto const first = book_->deadlines.begin();
    if (first->first > now) return first->first;
    Target& target = *first->second;
    target.deadline = book_->deadlines.end();
    book_->deadlines.erase(first);
    if (!target.waiting.empty() && endpoint_.events().crowded()) {
      target.retry_at = now + options_.wait_first;  // its flow is held: nobody would be told
      schedule(target);
      continue;
    }
    if (!target.waiting.empty()) {
      dial(target);
      continue;
    }
    if (latest_ == &target) latest_ = nullptr;
    Address const address = target.address;
    book_->targets.erase(address);
  }
  return never;
}

void LazyDialer::stop() {
  stopped_ = true;
  for (auto& [address, target] : book_->targets) {
    drop_waiting(target);
    if (!target.connection.valid()) schedule(target);
  }
  WEIR_ASSERT(waiting_bytes_ == 0);
}

// ---- in -----------------------------------------------------------------------------------------

std::optional<Address> LazyDialer::address_of(ConnectionId id) const {
  auto const known = book_->known.find(id);
  if (known == book_->known.end()) return std::nullopt;
  return known->second.address;
}
}  // namespace weir
