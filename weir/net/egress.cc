#include "weir/net/egress.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "weir/net/connection.h"
#include "weir/net/endpoint.h"
#include "weir/net/lane.h"
#include "weir/net/net.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

// Frames between two looks at the pressure.
constexpr std::int64_t items_per_look = 64;
// What the first doubling of a smaller mark starts from.
constexpr std::uint64_t doubled_mark_min = 4096;
// A payload up to this size is copied behind its header rather than sent as a part of its own.
constexpr std::uint32_t copied_payload_max = 1024;

}  // namespace

// Frames for one peer that lie one behind the other in memory, as those of an echo do: they reach
// its queue as one segment. Only of frames that are sent behind their headers (length_prefixed).
struct Egress::Row {
  Connection* connection = nullptr;  // whom the last frame was for; it may have no row
  Storage* storage = nullptr;        // null: there is no row
  std::byte* begin = nullptr;
  std::byte* end = nullptr;

  // Takes the frame if it goes on where the row ends.
  [[gnu::always_inline]] bool take(Frame const& frame) {
    View const& payload = frame.second;
    if (storage == nullptr || payload.storage() != storage) return false;
    std::byte* const header = const_cast<std::byte*>(payload.data()) - length_header_bytes;
    if (header != end) return false;
    if (payload.headroom() < length_header_bytes || connection->id() != frame.first) return false;
    write_length_header(header, payload.size());
    end = header + length_header_bytes + payload.size();
    return true;
  }
  // Begins a row with this frame, which has room for its header.
  void start(View const& payload) {
    storage = payload.storage();
    begin = const_cast<std::byte*>(payload.data()) - length_header_bytes;
    write_length_header(begin, payload.size());
    end = begin + length_header_bytes + payload.size();
  }
  void finish() {
    if (storage == nullptr) return;
    connection->append(begin, static_cast<std::uint32_t>(end - begin), *storage);
    storage = nullptr;
  }
};

Handoff<Frame>& Egress::connect(Graph& graph, Subgraph& writer) {
  Lane& lane = endpoint_.use_lane_of(graph, Endpoint::Reads::no);
  writers_.push_back(std::make_unique<EgressWriter>(*this, lane));
  EgressWriter& made = *writers_.back();
  made.subgraph.run = &Egress::run;
  made.subgraph.self = &made;
  made.subgraph.name = "egress";
  made.subgraph.stratum = stratum_last;
  graph.add(made.subgraph);
  graph.connect(&writer, made.handoff, &made.subgraph);
  lane.add(made);
  return made.handoff;
}

// ---- frames into queues -------------------------------------------------------------------------

Status Egress::run(void* self, Activation& activation) {
  EgressWriter& writer = *static_cast<EgressWriter*>(self);
  Egress& egress = writer.egress;
  NetCounters& counters = egress.endpoint_.net().counters();
  Row row;
  while (!writer.handoff.empty()) {  // ends: each turn takes items, or the budget is used up
    if (activation.budget <= 0) return Status::yielded;
    egress.settle_full();
    if (egress.full()) {
      writer.lane.hold(writer);
      return Status::yielded;
    }
    if (egress.must_try_first()) return Status::yielded;
    std::int64_t const given = std::min(activation.budget, items_per_look);
    std::int64_t left = given;
    counters.frames_out += static_cast<std::uint64_t>(given);
    writer.handoff.drain(
        [&](Frame const& frame) {
          egress.appended_ += frame.second.size() + length_header_bytes;
          if (!row.take(frame)) egress.append(frame.first, frame.second, row);
        },
        left);
    row.finish();
    activation.budget -= given - left;
    counters.frames_out -= static_cast<std::uint64_t>(left);
  }
  return Status::done;
}

void Egress::give(ConnectionId id, View const& payload) {
  Row row;
  ++endpoint_.net().counters().frames_out;
  appended_ += payload.size() + length_header_bytes;
  append(id, payload, row);
  row.finish();
}

Lane* Egress::lane_in_tick() const {
  for (std::unique_ptr<EgressWriter> const& writer : writers_)
    if (writer->lane.is_in_tick()) return &writer->lane;
  return nullptr;
}

bool Egress::must_try_first() const {
  return pressure_.untried + appended_ > endpoint_.net().limits().egress_untried_mark_bytes;
}

void Egress::append(ConnectionId id, View const& payload, Row& row) {
  row.finish();
  Connection*& peer = row.connection;
  if (peer == nullptr || peer->id() != id) {
    peer = endpoint_.find(id);
    if (peer != nullptr && peer->has_sent_end()) peer = nullptr;
    if (peer != nullptr) endpoint_.net().change(*peer);
  }
  SlowPolicy const policy = endpoint_.options().slow_policy;
  bool const drops = policy == SlowPolicy::drop_newest || policy == SlowPolicy::drop_oldest;
  bool const no_room = drops && peer != nullptr && !make_room(*peer, payload);
  if (peer == nullptr || no_room) {
    NetCounters& counters = endpoint_.net().counters();
    appended_ -= payload.size() + length_header_bytes;
    --counters.frames_out;
    ++(no_room ? counters.frames_dropped_slow : counters.frames_dropped);
    return;
  }
  std::uint64_t const before = peer->queue_bytes();
  append_framed(*peer, payload, row);
  if (!drops) return;
  row.finish();  // the next one is asked about its room
  peer->note_frame(before);
}

bool Egress::make_room(Connection& connection, View const& payload) const {
  std::uint64_t around = 0;  // at most
  switch (endpoint_.options().framing) {
    case Framing::length_prefixed:
      around = length_header_bytes;
      break;
    case Framing::lines:
      around = 1;
      break;
    case Framing::custom:
      around = 2 * custom_framing_bytes_max;
      break;
    case Framing::raw:
      break;
  }
  return connection.make_room(payload.size() + around);
}

void Egress::append_framed(Connection& peer, View const& payload, Row& row) {
  bool const has_room = payload.headroom() >= length_header_bytes && payload.storage() != nullptr;
  switch (endpoint_.options().framing) {
    case Framing::length_prefixed:
      return has_room ? row.start(payload) : append_encoded(peer, payload, length_header_bytes, 0);
    case Framing::lines:
      return append_encoded(peer, payload, 0, 1);
    case Framing::custom:
      return append_custom(peer, payload);
    case Framing::raw:
      if (!payload.empty()) append_payload(peer, payload);
  }
}

void Egress::append_encoded(Connection& connection, View const& payload, std::uint32_t header,
                            std::uint32_t trailer) {
  bool const copied = payload.size() <= copied_payload_max;
  if (!copied && header == 0) {
    append_payload(connection, payload);
    return append_encoded(connection, View(), 0, trailer);
  }
  std::uint32_t const inner = copied ? payload.size() : 0;
  FrameArena::Space const space = arena_.allocate(header + inner + trailer);
  if (header > 0) write_length_header(space.data, payload.size());
  if (inner > 0) std::memcpy(space.data + header, payload.data(), inner);
  if (trailer > 0) space.data[header + inner] = std::byte{'\n'};
  connection.append(space.data, header + inner + trailer, space.storage);
  if (!copied) append_payload(connection, payload);
}

void Egress::append_custom(Connection& connection, View const& payload) {
  CustomFraming const& custom = *endpoint_.options().custom;
  std::array<std::byte, custom_framing_bytes_max> header{};
  std::array<std::byte, custom_framing_bytes_max> trailer{};
  std::uint32_t const before = custom.write_header(payload.size(), header.data());
  std::uint32_t const behind = custom.write_trailer(payload.size(), trailer.data());
  WEIR_ASSERT(before <= header.size());
  WEIR_ASSERT(behind <= trailer.size());
  bool const copied = payload.size() <= copied_payload_max;
  std::uint32_t const inner = copied ? payload.size() : 0;
  auto const append = [&](std::uint32_t header_size, std::uint32_t trailer_size) {
    std::uint32_t const size = header_size + inner + trailer_size;
    if (size == 0) return;
    FrameArena::Space const space = arena_.allocate(size);
    std::memcpy(space.data, header.data(), header_size);
    if (inner > 0) std::memcpy(space.data + header_size, payload.data(), inner);
    std::memcpy(space.data + header_size + inner, trailer.data(), trailer_size);
    connection.append(space.data, size, space.storage);
  };
  if (copied) return append(before, behind);
  append(before, 0);
  append_payload(connection, payload);
  append(0, behind);
}

// Memory that nobody counts ends with the tick: it is copied.
void Egress::append_payload(Connection& connection, View const& payload) {
  if (payload.storage() != nullptr) {
    std::byte* const data = const_cast<std::byte*>(payload.data());
    return connection.append(data, payload.size(), *payload.storage());
  }
  Storage& copy = allocate_storage(payload.size());
  std::memcpy(bytes_of(copy), payload.data(), payload.size());
  connection.append(bytes_of(copy), payload.size(), copy);
  copy.release();
}

// ---- pressure -----------------------------------------------------------------------------------

bool Egress::over_mark(std::uint64_t waiting, std::uint64_t received, bool was_over,
                       std::uint8_t doublings) const {
  if (waiting == 0) return false;
  Net& net = endpoint_.net();
  Limits const& limits = net.limits();
  std::uint64_t const half = limits.egress_total_mark_bytes / 2;
  std::uint64_t const room = half - std::min(half, net.pressure());
  std::uint64_t mark = limits.egress_connection_mark_bytes;
  if (doublings > 0) mark = std::max(mark, doubled_mark_min) << doublings;
  std::uint64_t const part = was_over ? 2 : 1;
  // Where marks rise the pressure is below total/4, so whoever stands finds room at last.
  return waiting > mark / part || waiting + received > (doublings > 0 ? room : room / 4 / part);
}

void Egress::count_pressure(Pressure before, Pressure after) {
  WEIR_ASSERT(before.waiting <= pressure_.waiting);
  WEIR_ASSERT(before.held <= pressure_.held);
  std::uint64_t const then = pressure_.bytes();
  pressure_.waiting += after.waiting - before.waiting;
  pressure_.held += after.held - before.held;
  WEIR_ASSERT(before.untried <= pressure_.untried);
  pressure_.untried += after.untried - before.untried;
  endpoint_.net().count_pressure(then, pressure_.bytes());
}

void Egress::count_over_hard_limit(bool over) {
  WEIR_ASSERT(over || over_hard_limit_count_ > 0);
  over_hard_limit_count_ += over ? 1 : -1u;
}

void Egress::settle_full() {
  Net& net = endpoint_.net();
  std::uint64_t const total = net.limits().egress_total_mark_bytes;
  std::uint64_t const mark = full_ ? total / 2 : total;
  // With several endpoints: at least the even share. And while nobody is waited for, what is held
  // goes on.
  bool const shares = pressure_.bytes() * net.pressed_count() > mark && pressure_.waiting > 0;
  bool const full = (net.pressure() > mark && shares) || over_hard_limit_count_ > 0;
  if (full == full_) return;
  full_ = full;
  full_deadline_ = never;
  if (!full || endpoint_.options().slow_policy == SlowPolicy::wait) return;
  full_deadline_ = net.ring().clock().now() + net.limits().pressure_time_max;
  net.note_deadline(full_deadline_);
}

void Egress::close_slow() {
  Net& net = endpoint_.net();
  std::vector<Connection*> slow;
  Connections<On::endpoint>& all = endpoint_.connections();
  for (Connection* one = all.front(); one != nullptr; one = all.next(*one))
    if (one->is_alive() && one->pressure().waiting > 0) slow.push_back(one);
  std::sort(slow.begin(), slow.end(), [](Connection* a, Connection* b) {
    return a->pressure().bytes() > b->pressure().bytes();
  });
  std::uint64_t const enough = net.limits().egress_total_mark_bytes / 2;
  std::uint64_t left = pressure_.bytes();
  for (Connection* const connection : slow) {
    if (left <= enough) break;
    left -= connection->pressure().bytes();
    connection->terminate(CloseReason::slow);
  }
  full_deadline_ = net.ring().clock().now() + net.limits().pressure_time_max;
}

}  // namespace weir
