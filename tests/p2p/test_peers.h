// Nodes and peers for the tests of fetch, in one simulated world: a TestNode fetches and serves; a
// ScriptedPeer is the bare other end of a connection, which says what a test wants it to say.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/log.h"
#include "weir/net/frame.h"
#include "weir/p2p/fetch.h"
#include "weir/p2p/message.h"
#include "weir/sim/peer.h"
#include "weir/store/memory_store.h"
#include "weir/testing.h"
#include "weir/worker/worker.h"

namespace weir {

inline constexpr std::string_view test_space = "the space of the tests";

// As kitsune2's MemoryOp: the id is the first 32 bytes, padded with zeros; no hash.
inline Op make_op(std::string_view bytes) {
  Op op{.id = {}, .created_at = 1, .bytes = Bytes(bytes)};
  std::memcpy(op.id.bytes.data(), bytes.data(), std::min<std::size_t>(bytes.size(), op_id_bytes));
  return op;
}
inline Op make_op(std::uint64_t number, std::size_t size = 64) {
  std::string bytes(size, '.');
  std::memcpy(bytes.data(), &number, std::min(sizeof number, size));
  return make_op(bytes);
}
inline std::vector<Op> make_ops(std::uint64_t first, std::uint64_t count, std::size_t size = 64) {
  std::vector<Op> ops;
  for (std::uint64_t i = 0; i < count; ++i) ops.push_back(make_op(first + i, size));
  return ops;
}
inline std::vector<OpId> ids_of(std::vector<Op> const& ops) {
  std::vector<OpId> ids;
  for (Op const& op : ops) ids.push_back(op.id);
  return ids;
}

// What MemoryOp's id promises. Stands in for SHA-256.
inline bool is_id_of(void*, OpId const& id, View bytes) { return make_op(bytes.text()).id == id; }

inline FetchOptions options_of(FetchPolicy const& policy, Log* log = nullptr) {
  return {.policy = policy,
          .space = std::string(test_space),
          .seed = 7,
          .verify = {&is_id_of, nullptr},
          .log = log};
}

// What a log has said.
class LogLines {
 public:
  explicit LogLines(Clock const& clock)
      : log({.sink = {&LogLines::write, this}, .level = LogLevel::info}, clock) {}
  bool contains(std::string_view text) const {
    return std::any_of(lines_.begin(), lines_.end(), [&](std::string const& line) {
      return line.find(text) != std::string::npos;
    });
  }

 private:
  static void write(void* self, LogRecord const& record) {
    static_cast<LogLines*>(self)->lines_.push_back(log_line(record));
  }
  std::vector<std::string> lines_;

 public:
  Log log;
};

// Counts how often it was woken.
struct DrainedListener {
  int told = 0;
  Waker waker() {
    return {[](void* self) { ++static_cast<DrainedListener*>(self)->told; }, this};
  }
};

// A store in memory that can be told to fail, and remembers what it was given.
class ScriptedStore final : public OpStore {
 public:
  Result<void> filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) override {
    if (fails_to_filter) return Error{0, "filtering failed"};
    return store_.filter_missing(ids, missing);
  }
  Result<void> retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                        Retrieved& retrieved) override {
    ++retrievals;
    return store_.retrieve(ids, bytes_max, retrieved);
  }
  Result<void> commit(Batch const& batch, Committed& committed) override {
    for (Op const& op : batch.ops) given.push_back(op);
    if (fails_to_commit) return Error{0, "the disk is full"};
    return store_.commit(batch, committed);
  }
  Result<Bookmark> list_since(Bookmark after, ListLimits limits,
                              std::vector<OpEntry>& entries) override {
    return store_.list_since(after, limits, entries);
  }
  Result<void> load_wants(std::vector<OpId>& wants) override { return store_.load_wants(wants); }
  OpCounts counts() const override { return store_.counts(); }

  bool holds(OpId const& id) const { return store_.holds(id); }
  bool holds_all(std::vector<Op> const& ops) const {
    return std::all_of(ops.begin(), ops.end(), [&](Op const& op) { return holds(op.id); });
  }
  void put(std::vector<Op> ops) {
    Committed committed;
    static_cast<void>(store_.commit({.ops = ops}, committed));
  }
  std::string bytes_of(OpId const& id) {
    Retrieved found;
    static_cast<void>(store_.retrieve(std::span(&id, 1), ~0ull, found));
    return found.ops.empty() ? std::string() : std::string(found.ops[0].bytes.text());
  }

  bool fails_to_filter = false;
  bool fails_to_commit = false;
  std::vector<Op> given;
  int retrievals = 0;

 private:
  MemoryStore store_;
};

class TestNode {
 public:
  TestNode(TestWorker& worker, FetchPolicy const& policy, Log* log = nullptr)
      : TestNode(worker, options_of(policy, log), Address::loopback(0)) {}
  TestNode(TestWorker& worker, FetchOptions const& options, Address const& listens_at)
      : listener_(*worker->listen(listens_at).value()),
        links(&listener_, &worker->make_dialer()),
        fetch(*worker, links, options) {
    fetch.run(store);
  }

  Address const& address() const { return listener_.address(); }
  PeerNumber peer(Address const& address) { return links.peer_at(address); }
  PeerNumber peer(TestNode const& node) { return peer(node.address()); }
  void want(std::vector<Op> const& ops, PeerNumber from) { fetch.add_ops(ids_of(ops), from); }
  // Of how many (op, peer).
  std::size_t pending_pairs() const {
    std::size_t pairs = 0;
    for (PendingSummary const& one : fetch.state_summary()) pairs += one.peers.size();
    return pairs;
  }

 private:
  Endpoint& listener_;

 public:
  ScriptedStore store;
  PeerLinks links;
  Fetch fetch;
};

class ScriptedPeer {
 public:
  // Listens.
  explicit ScriptedPeer(TestWorker& worker)
      : worker_(worker), socket_(make_sim_peer(worker.world())) {
    address = socket_->listen();
  }
  // Connects.
  ScriptedPeer(TestWorker& worker, Address const& to)
      : worker_(worker), socket_(make_sim_peer(worker.world())) {
    socket_->connect(to);
    worker.advance();
  }

  Peer& socket() { return *socket_; }

  struct Said {
    std::vector<OpId> ids;  // requested
    std::vector<OpId> cancelled;
    std::vector<Op> ops;  // sent
    std::vector<OpId> absent;
    std::uint64_t credit = 0;
    bool is_response = false;
  };
  // The messages that have come since this was asked before.
  std::vector<Said> hear() {
    bytes_ += socket_->receive();
    std::vector<Said> all;
    for (;;) {
      if (bytes_.size() < length_header_bytes) return all;
      std::uint32_t const size =
          read_length_header(reinterpret_cast<std::byte const*>(bytes_.data()));
      if (bytes_.size() - length_header_bytes < size) return all;
      all.push_back(read(Bytes(std::string_view(bytes_).substr(length_header_bytes, size))));
      bytes_.erase(0, length_header_bytes + size);
    }
  }
  // All ids requested since.
  std::vector<OpId> requested() {
    std::vector<OpId> ids;
    for (Said const& said : hear()) ids.insert(ids.end(), said.ids.begin(), said.ids.end());
    return ids;
  }

  void request(std::vector<OpId> const& ids, std::uint64_t credit = 0, std::uint32_t version = 0,
               std::vector<OpId> const& cancelled = {}) {
    send(
        RequestToSend{.op_ids = ids, .cancelled = cancelled, .credit = credit, .version = version});
  }
  void respond(std::vector<Op> const& ops, std::vector<OpId> const& absent = {},
               std::uint32_t version = 0) {
    send(ResponseToSend{.ops = ops, .absent = absent, .version = version});
  }
  template <class Message>
  void send(Message const& message) {
    std::string frame(size_in_frame(message, test_space), '\0');
    write_frame(message, test_space, std::as_writable_bytes(std::span(frame)));
    send_frame(frame);
  }
  void send_frame(std::string_view payload) {
    std::string frame(length_header_bytes, '\0');
    write_length_header(reinterpret_cast<std::byte*>(frame.data()),
                        static_cast<std::uint32_t>(payload.size()));
    frame.append(payload);
    for (std::size_t sent = 0; sent < frame.size();) {
      std::uint32_t const taken = socket_->send(std::string_view(frame).substr(sent));
      if (taken == 0) {  // its window is full; and who does not read is not read
        bytes_ += socket_->receive();
        worker_.advance(1 * microseconds);
      }
      sent += taken;
    }
  }

  Address address;

 private:
  static Said read(Bytes const& frame) {
    Envelope const envelope = read_envelope(frame.view()).value();
    EXPECT_EQ(envelope.module.text(), fetch_module);
    EXPECT_EQ(envelope.space.text(), test_space);
    Result<FetchMessage> const message = read_fetch(envelope.data);
    EXPECT_TRUE(message.ok());
    Said said;
    if (auto const* request = std::get_if<FetchRequest>(&message.value())) {
      for (IdField const& field : request->op_ids()) said.ids.push_back(field.id);
      for (IdField const& field : request->cancelled()) said.cancelled.push_back(field.id);
      said.credit = request->credit;
    } else if (auto const* response = std::get_if<FetchResponse>(&message.value())) {
      said.is_response = true;
      for (OpField const& field : response->ops())
        said.ops.push_back({field.id, field.created_at, field.data.own()});
      for (IdField const& field : response->absent()) said.absent.push_back(field.id);
    }
    return said;
  }

  TestWorker& worker_;
  std::unique_ptr<Peer> socket_;
  std::string bytes_;
};

}  // namespace weir
