#include "tools/weir_node/store_access.h"

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/weir_node/config.h"
#include "tools/weir_node/say.h"
#include "weir/p2p/peer_id.h"

namespace weir::tool {

namespace {

// Of ops that are in memory at a time.
constexpr std::uint64_t read_bytes_max = 8u << 20;

class StoreAccess final : public OpsAccess {
 public:
  StoreAccess(NodeDirectory directory, Owner<RocksStore> store)
      : directory_(std::move(directory)), store_(std::move(store)) {}

  bool is_running() const override { return false; }
  Result<PutCount> put(std::vector<Op> ops) override;
  Result<void> retrieve(std::span<OpId const> ids, Visit const& visit) override;
  Result<Bookmark> list(Bookmark after, std::size_t count_max,
                        std::vector<OpEntry>& entries) override {
    return store_->list_since(after, {.ops_max = count_max}, entries);
  }
  Result<void> want(std::span<OpId const> ids) override;
  Result<std::string> status() override;
  Result<std::string> peers() override;

 private:
  NodeDirectory const directory_;
  Owner<RocksStore> store_;
};

Result<PutCount> StoreAccess::put(std::vector<Op> ops) {
  Committed committed;
  Result<void> const done = store_->process_incoming(ops, committed);
  if (!done) return done.error();
  PutCount count;
  for (std::size_t n = 0; n < ops.size(); ++n) {
    if (committed.ops[n] == Stored::refused) {
      return Error{EFBIG, "the store refuses op " + ops[n].id.hex() + ": it is too large"};
    }
    ++(committed.ops[n] == Stored::stored ? count.stored : count.held);
  }
  return count;
}

Result<void> StoreAccess::retrieve(std::span<OpId const> ids, Visit const& visit) {
  Retrieved retrieved;
  while (!ids.empty()) {  // the first one is always answered
    Result<void> const read = store_->retrieve(ids, read_bytes_max, retrieved);
    if (!read) return read;
    auto op = retrieved.ops.begin();
    for (OpId const& id : ids.first(retrieved.answered)) {
      bool const is_there = op != retrieved.ops.end() && op->id == id;
      Result<void> const seen = visit(id, is_there ? &*op : nullptr);
      if (!seen) return seen;
      if (is_there) ++op;
    }
    ids = ids.subspan(retrieved.answered);
  }
  return {};
}

Result<void> StoreAccess::want(std::span<OpId const> ids) {
  Committed committed;
  Result<void> const done = store_->commit({.want = ids}, committed);
  if (!done || committed.wants_refused == 0) return done;
  return Error{ENOSPC, "the want-list is full: not all of it is remembered"};
}

Result<std::string> StoreAccess::status() {
  Result<Ed25519Key> key = load_key(directory_);
  if (!key) return key.error();
  Result<Config> config = load_config(directory_.config_file());
  if (!config) return config.error();
  OpCounts const counts = store_->counts();
  nlohmann::ordered_json status = {
      {"running", false},       {"id", PeerId{key->public_key()}.text()},
      {"space", config->space}, {"ops", counts.ops},
      {"bytes", counts.bytes},  {"wants", counts.wants}};
  if (!store_->notice().empty()) status["notice"] = store_->notice();
  return text_of(status);
}

// Those that it would dial.
Result<std::string> StoreAccess::peers() {
  Result<Config> config = load_config(directory_.config_file());
  if (!config) return config.error();
  nlohmann::ordered_json peers = nlohmann::ordered_json::array();
  for (PeerUrl const& url : config->peers) {
    nlohmann::ordered_json id;
    if (url.peer) id = url.peer->text();
    peers.push_back({{"id", id}, {"address", url.address.text()}, {"connected", false}});
  }
  return text_of(peers);
}

}  // namespace

Result<std::unique_ptr<OpsAccess>> open_store_access(NodeDirectory const& directory) {
  Result<Owner<RocksStore>> store = open_store(directory);
  if (!store) return store.error();
  return std::unique_ptr<OpsAccess>(new StoreAccess(directory, std::move(store).value()));
}

}  // namespace weir::tool
