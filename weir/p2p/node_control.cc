#include "weir/p2p/node_control.h"

#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weir/http/server.h"
#include "weir/p2p/content.h"
#include "weir/p2p/node.h"

namespace weir {

namespace {

using Json = nlohmann::ordered_json;

http::Response refusal(int status, std::string const& sentence) {
  http::Response response = http::json(Json{{"error", sentence}}.dump());
  response.status = status;
  return response;
}

http::Response refusal(Error const& error) {
  return refusal(error.code == ENOSPC ? 507 : 503, error.message);
}

http::Response too_much() { return refusal(503, "the node is asked too much at once: try again"); }

double seconds_of(Duration time) { return static_cast<double>(time) / 1e9; }

Json json_of(FetchCounters const& fetch) {
  return {{"ids_added", fetch.ids_added},
          {"requests", fetch.requests},
          {"ids_asked", fetch.ids_asked},
          {"ops_received", fetch.ops_received},
          {"bytes_received", fetch.bytes_received},
          {"ops_stored", fetch.ops_stored},
          {"ops_duplicate", fetch.ops_duplicate},
          {"bytes_duplicate", fetch.bytes_duplicate},
          {"ops_unsolicited", fetch.ops_unsolicited},
          {"ops_damaged", fetch.ops_damaged},
          {"absent", fetch.absent},
          {"timeouts", fetch.timeouts},
          {"hedged", fetch.hedged},
          {"store_failures", fetch.store_failures}};
}

Json json_of(SyncCounters const& sync) {
  return {{"sessions_begun", sync.sessions_begun},
          {"sessions_taken", sync.sessions_taken},
          {"sessions_done", sync.sessions_done},
          {"messages_sent", sync.messages_sent},
          {"bytes_sent", sync.bytes_sent},
          {"bytes_received", sync.bytes_received},
          {"needed", sync.needed},
          {"learnt", sync.learnt},
          {"published", sync.published}};
}

Json json_of(NodeStatus const& status) {
  return {{"id", status.id.text()},
          {"address", status.address},
          {"space", status.space},
          {"loaded", status.loaded},
          {"ops", status.held.ops},
          {"bytes", status.held.bytes},
          {"wants", status.held.wants},
          {"pending", status.pending},
          {"pending_bytes", status.pending_bytes},
          {"connections", status.connections},
          {"bytes_per_second", status.bytes_per_second},
          {"fetch", json_of(status.fetch)},
          {"sync", json_of(status.sync)}};
}

Json json_of(NodePeer const& peer) {
  return {{"id", peer.has_id ? Json(peer.id.text()) : Json(nullptr)},
          {"address", peer.address},
          {"connected", peer.connected},
          {"pending", peer.pending},
          {"received_bytes", peer.received_bytes},
          {"bytes_per_second", peer.bytes_per_second},
          {"back_off_seconds", seconds_of(peer.back_off)},
          {"latency_seconds", seconds_of(peer.latency)}};
}

// The ops of a POST /ops, or what is wrong with it.
Result<std::vector<Op>> ops_of(std::string_view body) {
  std::vector<Op> ops;
  Sha256 hasher;
  while (!body.empty()) {
    std::uint32_t size = 0;
    if (body.size() < sizeof(size)) return Error{0, "the body ends in the length of an op"};
    std::memcpy(&size, body.data(), sizeof(size));
    body.remove_prefix(sizeof(size));
    if (size > body.size()) return Error{0, "the body ends in an op"};
    if (size > op_bytes_max) return Error{0, "an op is too large"};
    std::string_view const bytes = body.substr(0, size);
    body.remove_prefix(size);
    auto const span = std::as_bytes(std::span(bytes));
    std::optional<std::uint64_t> const created_at = created_at_of(span);
    if (!created_at) return Error{0, "an op is none that a node makes: it is no content"};
    ops.push_back({.id = {hasher.of(span)}, .created_at = *created_at, .bytes = Bytes(bytes)});
  }
  return ops;
}

// The number behind `name=`; `otherwise` where it is not there, nothing where it is no number.
std::optional<std::uint64_t> number_of(std::string_view query, std::string_view name,
                                       std::uint64_t otherwise) {
  while (!query.empty()) {
    std::string_view const pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    std::size_t const equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    if (equals == std::string_view::npos) return std::nullopt;
    std::string_view const text = pair.substr(equals + 1);
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
  }
  return otherwise;
}

Result<std::vector<OpId>> ids_of(std::string_view body) {
  Json const wanted = Json::parse(body, nullptr, false);
  Error const wrong{0, "wanted is {\"ids\": [\"64 hex digits\", ...]}"};
  if (!wanted.is_object() || !wanted.contains("ids") || !wanted["ids"].is_array()) return wrong;
  std::vector<OpId> ids;
  for (Json const& one : wanted["ids"]) {
    std::optional<OpId> const id =
        one.is_string() ? OpId::of_hex(one.get_ref<std::string const&>()) : std::nullopt;
    if (!id) return wrong;
    ids.push_back(*id);
  }
  return ids;
}

}  // namespace

// Answers that the storage will know: by a number each, as long as somebody waits for them.
struct NodeControl::Replies {
  Replies(Node& its_node, http::Server& its_server) : node(its_node), server(its_server) {}

  struct Reply {
    http::ExchangeId exchange;
    bool known = false;
    http::Response response{};
  };

  class Waiting final : public http::Later {
   public:
    Waiting(Replies& replies, std::uint64_t number) : replies_(replies), number_(number) {}
    ~Waiting() override { replies_.waiting.erase(number_); }
    bool answer(http::Response& response) override {
      Reply& reply = replies_.waiting.at(number_);
      if (reply.known) response = std::move(reply.response);
      return reply.known;
    }

   private:
    Replies& replies_;
    std::uint64_t const number_;
  };

  // What `begin` begins tells its answer to the number that it is given; false: it does not begin.
  template <class Begin>
  http::Response later(http::Request const& request, Begin begin) {
    std::uint64_t const number = ++last_number;
    waiting.emplace(number, Reply{request.id});
    if (!begin(number)) {
      waiting.erase(number);
      return too_much();
    }
    http::Response response;
    response.later = Owner<http::Later>(new Waiting(*this, number));
    return response;
  }
  void tell(std::uint64_t number, http::Response response) {
    auto const found = waiting.find(number);
    if (found == waiting.end()) return;  // whoever asked has gone
    found->second.known = true;
    found->second.response = std::move(response);
    server.resume(found->second.exchange);
  }

  http::Response put(http::Request const& request);
  http::Response get(http::Request const& request);
  http::Response list(http::Request const& request);
  http::Response want(http::Request const& request);

  Node& node;
  http::Server& server;
  std::uint64_t last_number = 0;
  std::unordered_map<std::uint64_t, Reply> waiting;
};

http::Response NodeControl::Replies::put(http::Request const& request) {
  Result<std::vector<Op>> ops = ops_of(request.body);
  if (!ops.ok()) return refusal(400, ops.error().message);
  std::size_t const count = ops->size();
  return later(request, [&](std::uint64_t number) {
    return node.put(std::move(*ops), [this, number, count](Result<Committed> done) {
      if (!done.ok()) return tell(number, refusal(done.error()));
      std::uint64_t refused = 0;
      for (Stored const one : done->ops) refused += one == Stored::refused ? 1 : 0;
      if (refused > 0) return tell(number, refusal(507, "the store has no room for all of them"));
      Json const answer{{"stored", done->stored_count}, {"held", count - done->stored_count}};
      tell(number, http::json(answer.dump()));
    });
  });
}

http::Response NodeControl::Replies::get(http::Request const& request) {
  std::optional<OpId> const id = OpId::of_hex(request.path.substr(std::strlen("/ops/")));
  if (!id) return refusal(400, "an id is 64 hex digits");
  return later(request, [&](std::uint64_t number) {
    return node.get({*id}, op_bytes_max, [this, number](Result<Retrieved> found) {
      if (!found.ok()) return tell(number, refusal(found.error()));
      if (!found->damaged.empty()) return tell(number, refusal(500, "it is damaged on the disk"));
      if (found->ops.empty()) return tell(number, refusal(404, "it is not held"));
      std::string_view const bytes = found->ops[0].bytes.text();
      tell(number, http::content("application/octet-stream", std::string(bytes)));
    });
  });
}

http::Response NodeControl::Replies::list(http::Request const& request) {
  std::optional<std::uint64_t> const after = number_of(request.query, "after", 0);
  std::optional<std::uint64_t> const max = number_of(request.query, "max", 1000);
  if (!after || !max || *max == 0 || *max > control_list_max)
    return refusal(400, "after is a bookmark, and max a number up to 65536");
  ListLimits const limits{.ops_max = static_cast<std::size_t>(*max)};
  return later(request, [&](std::uint64_t number) {
    return node.list(*after, limits, [this, number](Result<Listed> listed) {
      if (!listed.ok()) return tell(number, refusal(listed.error()));
      Json entries = Json::array();
      for (OpEntry const& entry : listed->entries) {
        entries.push_back(
            {{"id", entry.id.hex()}, {"created_at", entry.created_at}, {"size", entry.size}});
      }
      tell(number, http::json(Json{{"entries", entries}, {"next", listed->next}}.dump()));
    });
  });
}

http::Response NodeControl::Replies::want(http::Request const& request) {
  Result<std::vector<OpId>> ids = ids_of(request.body);
  if (!ids.ok()) return refusal(400, ids.error().message);
  std::size_t const count = ids->size();
  return later(request, [&](std::uint64_t number) {
    return node.want(std::move(*ids), [this, number, count](Result<std::size_t> wanted) {
      if (!wanted.ok()) return tell(number, refusal(wanted.error()));
      if (*wanted < count)
        return tell(number, refusal(507, "too much is wanted: not all of it is remembered"));
      tell(number, http::json(Json{{"wanted", *wanted}}.dump()));
    });
  });
}

NodeControl::NodeControl(Node& node, http::Server& server)
    : replies_(make_owner<Replies>(node, server)) {
  Replies& replies = *replies_;
  server.get("/status",
             [&node](http::Request const&) { return http::json(json_of(node.status()).dump()); });
  server.get("/peers", [&node](http::Request const&) {
    Json peers = Json::array();
    for (NodePeer const& peer : node.peers()) peers.push_back(json_of(peer));
    return http::json(peers.dump());
  });
  server.post("/ops", [&replies](http::Request const& request) { return replies.put(request); });
  server.get("/ops", [&replies](http::Request const& request) { return replies.list(request); });
  server.get("/ops/*", [&replies](http::Request const& request) { return replies.get(request); });
  server.post("/want", [&replies](http::Request const& request) { return replies.want(request); });
}

NodeControl::~NodeControl() = default;

}  // namespace weir
