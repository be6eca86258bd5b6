// Nodes on real kernels: each with its storage thread, connected over loopback with mutual TLS.
#include "weir/p2p/node.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "weir/http/client.h"
#include "weir/http/open_metrics.h"
#include "weir/http/open_metrics_page.h"
#include "weir/p2p/content.h"
#include "weir/p2p/node_metrics.h"
#include "weir/sim/test_kernels.h"
#include "weir/store/crash_store.h"
#include "weir/store/memory_store.h"
#include "weir/store/rocks_store.h"
#include "weir/worker/worker.h"

namespace weir {
namespace {

using Json = nlohmann::json;

Ed25519Key key_of(int number) {
  Ed25519Key::Seed seed{};
  seed[0] = static_cast<std::byte>(number);
  return Ed25519Key::from_seed(seed);
}

std::vector<Op> blobs(std::string const& name, int count) {
  std::vector<Op> ops;
  Sha256 hasher;
  for (int n = 0; n < count; ++n) {
    std::string const bytes = name + " " + std::to_string(n);
    Content content;
    content.created_at = 1'700'000'000'000'000 + static_cast<std::uint64_t>(n);
    content.data = std::as_bytes(std::span(bytes));
    ops.push_back(make_op(content, hasher));
  }
  return ops;
}

class NodeTest : public testing::TestWithParam<KernelChoice> {
 protected:
  // Nodes on one worker are as far apart as nodes on several: they only have sockets in common.
  Node& start(int number, NodeOptions options, Owner<OpStore> store = {}) {
    options.key = key_of(number);
    if (!store) store = Owner<OpStore>(new MemoryStore);
    Result<Owner<Node>> made = Node::make(*worker_, std::move(store), std::move(options));
    EXPECT_TRUE(made.ok()) << made.error().message;
    nodes_.push_back(std::move(made).value());
    return *nodes_.back();
  }
  Node& start(int number, std::vector<Node*> const& peers = {}) {
    NodeOptions options = plain();
    for (Node* peer : peers) options.peers.push_back({peer->address(), std::nullopt});
    return start(number, std::move(options));
  }
  static NodeOptions plain() { return NodeOptions{.key = key_of(0)}; }

  Committed put(Node& node, std::vector<Op> ops) {
    Committed committed;
    bool done = false;
    EXPECT_TRUE(node.put(std::move(ops), [&](Result<Committed> result) {
      EXPECT_TRUE(result.ok());
      if (result.ok()) committed = *result;
      done = true;
    }));
    EXPECT_TRUE(worker_->run_until([&] { return done; }));
    return committed;
  }
  bool holds(Node& node, OpId const& id) {
    std::size_t found = 0;
    bool done = false;
    EXPECT_TRUE(node.get({id}, 1 << 20, [&](Result<Retrieved> result) {
      found = result.ok() ? result->ops.size() : 0;
      done = true;
    }));
    EXPECT_TRUE(worker_->run_until([&] { return done; }));
    return found == 1;
  }
  bool all_hold(std::size_t count) {
    return worker_->run_until([&] {
      for (Owner<Node> const& node : nodes_)
        if (node->status().held.ops != count) return false;
      return true;
    });
  }

  std::unique_ptr<Worker> make_worker() {
    WorkerOptions options;
    options.make_kernel = [this] { return kernel_.make_kernel(); };
    return Worker::make(std::move(options)).value();
  }

  TestKernel kernel_{GetParam()};
  std::unique_ptr<Worker> worker_ = make_worker();
  std::vector<Owner<Node>> nodes_;
};

// Whose storage threads take as long as they like, which no simulated clock can know.
INSTANTIATE_TEST_SUITE_P(Kernels, NodeTest, testing::ValuesIn(test_kernels_not_named("sim")),
                         name_of);

TEST_P(NodeTest, NodesThatStartWithDifferentOpsEndWithTheSame) {
  Node& a = start(1);
  Node& b = start(2, {&a});
  start(3, {&b});  // which is told of what a has by b
  put(a, blobs("a", 500));
  put(b, blobs("b", 300));
  put(*nodes_[2], blobs("c", 200));
  EXPECT_TRUE(all_hold(1000));
  for (Owner<Node> const& node : nodes_) EXPECT_EQ(node->status().fetch.ops_damaged, 0u);
}

TEST_P(NodeTest, WhatIsPutLaterIsToldAtOnce) {
  Node& a = start(1);
  Node& b = start(2, {&a});
  put(a, blobs("a", 10));
  ASSERT_TRUE(all_hold(10));
  std::uint64_t const sessions = a.status().sync.sessions_done;
  put(b, blobs("b", 10));
  ASSERT_TRUE(all_hold(20));
  EXPECT_EQ(a.status().sync.sessions_done, sessions) << "no session was needed for it";
}

TEST_P(NodeTest, WhatIsWantedComesWhenSomebodyHasIt) {
  Node& a = start(1);
  std::vector<Op> const ops = blobs("a", 3);
  std::size_t wanted = 0;
  ASSERT_TRUE(a.want({ops[0].id, ops[1].id}, [&](Result<std::size_t> count) { wanted = *count; }));
  ASSERT_TRUE(worker_->run_until([&] { return wanted == 2; }));
  EXPECT_EQ(a.status().held.wants, 2u);
  Node& b = start(2, {&a});
  put(b, {ops[0]});
  ASSERT_TRUE(worker_->run_until([&] { return a.status().held.wants == 1; }));
  EXPECT_TRUE(holds(a, ops[0].id));
}

TEST_P(NodeTest, WhoIsBlockedIsNotLetIn) {
  NodeOptions options = plain();
  options.blocked = {PeerId{key_of(2).public_key()}};
  Node& a = start(1, std::move(options));
  Node& stranger = start(2, {&a});
  Node& friendly = start(3, {&a});
  put(a, blobs("a", 5));
  ASSERT_TRUE(worker_->run_until([&] { return friendly.status().held.ops == 5; }));
  EXPECT_EQ(stranger.status().held.ops, 0u);
  EXPECT_EQ(a.status().connections, 1u);
}

TEST_P(NodeTest, PeersAreWhoTheirKeysSay) {
  Node& a = start(1);
  NodeOptions options = plain();
  options.peers = {{a.address(), a.id()}};
  Node& b = start(2, std::move(options));
  put(a, blobs("a", 5));
  ASSERT_TRUE(all_hold(5));
  ASSERT_EQ(b.peers().size(), 1u);
  EXPECT_EQ(b.peers()[0].id, a.id());
  ASSERT_EQ(a.peers().size(), 1u);
  EXPECT_EQ(a.peers()[0].id, b.id());
  // Who expects somebody else there does not talk to whom he finds.
  options = plain();
  options.peers = {{a.address(), b.id()}};
  Node& mistaken = start(3, std::move(options));
  Node& right = start(4, {&a});
  ASSERT_TRUE(worker_->run_until([&] { return right.status().held.ops == 5; }));
  EXPECT_EQ(mistaken.status().connections, 0u);
  EXPECT_EQ(mistaken.status().held.ops, 0u);
}

TEST_P(NodeTest, NodesFindEachOtherByABootstrapService) {
  NodeOptions options = plain();
  options.http = "127.0.0.1:0";
  options.serves_bootstrap = true;
  Node& service = start(1, std::move(options));
  std::string const url = "http://" + service.http_address().text();
  options = plain();
  options.bootstrap = {url};
  Node& b = start(2, std::move(options));
  put(b, blobs("b", 5));
  http::Client client(*worker_);
  bool known = false;
  bool asking = false;
  ASSERT_TRUE(worker_->run_until([&] {
    if (known || asking) return known;
    asking = true;
    client.get(url + "/bootstrap/" + "d2Vpcg", [&](Result<http::Answer> answer) {
      asking = false;
      known = answer.ok() && answer->body.find(b.id().text()) != std::string::npos;
    });
    return false;
  }));
  options = plain();
  options.bootstrap = {url};
  Node& c = start(3, std::move(options));
  ASSERT_TRUE(worker_->run_until([&] { return c.status().held.ops == 5; }));
  EXPECT_EQ(c.peers()[0].id, b.id());
  EXPECT_EQ(service.status().held.ops, 0u) << "it tells who is there, and no more";
}

TEST_P(NodeTest, ADiskThatIsFullForAWhileLosesNothing) {
  Node& a = start(1);
  put(a, blobs("a", 50));
  auto* const disk = new CrashStore({.seed = 1});
  NodeOptions options = plain();
  options.peers = {{a.address(), std::nullopt}};
  disk->fail_next(2);
  Node& b = start(2, std::move(options), Owner<OpStore>(disk));
  std::vector<Op> const own = blobs("b", 1);
  bool refused = false;
  ASSERT_TRUE(b.put(own, [&](Result<Committed> done) { refused = !done.ok(); }));
  ASSERT_TRUE(worker_->run_until([&] { return refused; })) << "what is not kept is not said to be";
  ASSERT_TRUE(worker_->run_until([&] { return b.status().held.ops == 50; }));
  EXPECT_GT(b.status().fetch.store_failures, 0u);
  put(b, own);
  EXPECT_TRUE(all_hold(51));
}

// A store that has lost the bytes of what it holds, until that is discarded.
class LosingStore final : public OpStore {
 public:
  explicit LosingStore(std::vector<Op> ops) {
    Committed committed;
    EXPECT_TRUE(store_.process_incoming(ops, committed).ok());
  }
  Result<void> filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) override {
    return store_.filter_missing(ids, missing);
  }
  Result<void> retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                        Retrieved& retrieved) override {
    Result<void> const done = store_.retrieve(ids, bytes_max, retrieved);
    if (lost_) {
      for (Op const& op : std::exchange(retrieved.ops, {})) retrieved.damaged.push_back(op.id);
    }
    return done;
  }
  Result<void> commit(Batch const& batch, Committed& committed) override {
    if (!batch.discard.empty()) lost_ = false;
    return store_.commit(batch, committed);
  }
  Result<Bookmark> list_since(Bookmark after, ListLimits limits,
                              std::vector<OpEntry>& entries) override {
    return store_.list_since(after, limits, entries);
  }
  Result<void> load_wants(std::vector<OpId>& wants) override { return store_.load_wants(wants); }
  OpCounts counts() const override { return store_.counts(); }

 private:
  MemoryStore store_;
  bool lost_ = true;
};

TEST_P(NodeTest, AnOpThatIsDamagedOnTheDiskIsFetchedAgain) {
  std::vector<Op> const ops = blobs("a", 1);
  Node& a = start(1, plain(), Owner<OpStore>(new LosingStore(ops)));
  Node& b = start(2, {&a});
  put(b, ops);
  ASSERT_TRUE(worker_->run_until([&] { return b.status().loaded && a.status().connections == 1; }));
  EXPECT_FALSE(holds(a, ops[0].id)) << "its bytes are not what they were";
  ASSERT_TRUE(worker_->run_until([&] { return a.status().fetch.ops_stored == 1; }));
  EXPECT_TRUE(holds(a, ops[0].id));
  EXPECT_EQ(a.status().held.wants, 0u);
}

TEST_P(NodeTest, WhatIsWantedAndHeldIsThereAgainAfterARestart) {
  std::string const path = testing::TempDir() + "/node_" + std::to_string(::getpid());
  std::filesystem::remove_all(path);
  auto const open = [&] { return RocksStore::open(path).value(); };
  std::vector<Op> const ops = blobs("a", 3);
  {
    Node& a = start(1, plain(), open());
    put(a, {ops[0]});
    bool wanted = false;
    ASSERT_TRUE(a.want({ops[1].id}, [&](Result<std::size_t> count) { wanted = *count == 1; }));
    ASSERT_TRUE(worker_->run_until([&] { return wanted; }));
    nodes_.clear();
    worker_ = make_worker();
  }
  Node& a = start(1, plain(), open());
  EXPECT_TRUE(holds(a, ops[0].id));
  Node& b = start(2, {&a});
  put(b, {ops[1]});
  ASSERT_TRUE(worker_->run_until([&] { return a.status().held.ops == 2; }));
  EXPECT_EQ(a.status().held.wants, 0u);
  nodes_.clear();
  worker_ = make_worker();
  std::filesystem::remove_all(path);
}

// What weir-node's commands ask, as the headers say.
TEST_P(NodeTest, AnswersWhatCommandsAsk) {
  std::string const path = testing::TempDir() + "/node_" + std::to_string(::getpid()) + ".sock";
  NodeOptions options = plain();
  options.control = "unix:" + path;
  start(1, std::move(options));
  http::Client client(*worker_);
  auto const ask = [&](http::Method method, std::string target, std::string body = {}) {
    http::Call call;
    call.method = method;
    call.to = Address::at_path(path).value();
    call.target = std::move(target);
    call.body = std::move(body);
    std::optional<http::Answer> answer;
    client.send(std::move(call), [&](Result<http::Answer> told) {
      EXPECT_TRUE(told.ok()) << told.error().message;
      answer = told.ok() ? std::move(told).value() : http::Answer{};
    });
    EXPECT_TRUE(worker_->run_until([&] { return answer.has_value(); }));
    return *answer;
  };
  std::vector<Op> const ops = blobs("x", 2);
  std::string body;
  for (Op const& op : ops) {
    std::uint32_t const size = op.bytes.size();
    body.append(reinterpret_cast<char const*>(&size), sizeof(size)).append(op.bytes.text());
  }
  constexpr http::Method get = http::Method::get;
  constexpr http::Method post = http::Method::post;
  http::Answer answer = ask(post, "/ops", body);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(Json::parse(answer.body), (Json{{"stored", 2}, {"held", 0}}));
  EXPECT_EQ(Json::parse(ask(post, "/ops", body).body), (Json{{"stored", 0}, {"held", 2}}));
  EXPECT_EQ(ask(get, "/ops/" + ops[1].id.hex()).body, ops[1].bytes.text());
  EXPECT_EQ(ask(get, "/ops/" + std::string(64, '0')).status, 404);
  EXPECT_EQ(ask(get, "/ops/nonsense").status, 400);
  Json const listed = Json::parse(ask(get, "/ops?after=0&max=1").body);
  ASSERT_EQ(listed["entries"].size(), 1u);
  EXPECT_EQ(listed["entries"][0]["id"], ops[0].id.hex());
  Json const rest = Json::parse(ask(get, "/ops?after=" + listed["next"].dump()).body);
  EXPECT_EQ(rest["entries"].size(), 1u);
  EXPECT_EQ(ask(get, "/ops?max=0").status, 400);
  EXPECT_EQ(ask(get, "/ops?after=x").status, 400);
  EXPECT_EQ(ask(post, "/ops", "abc").status, 400);
  EXPECT_EQ(ask(post, "/ops", std::string("\x03\0\0\0abc", 7)).status, 400);
  EXPECT_EQ(Json::parse(ask(post, "/want", Json{{"ids", {std::string(64, 'a')}}}.dump()).body),
            (Json{{"wanted", 1}}));
  EXPECT_EQ(ask(post, "/want", "{}").status, 400);
  Json const status = Json::parse(ask(get, "/status").body);
  EXPECT_EQ(status["ops"], 2);
  EXPECT_EQ(status["wants"], 1);
  EXPECT_EQ(Json::parse(ask(get, "/peers").body), Json::array());
  http::MetricsPage const metrics = http::read_metrics(ask(get, "/metrics").body);
  EXPECT_EQ(metrics.problems, std::vector<std::string>{});
  EXPECT_EQ(metrics.value("weir_node_ops"), 2);
  for (http::Family const& family : node_families())
    EXPECT_TRUE(metrics.families.contains(std::string(family.name))) << family.name;
}

TEST(NodeMetrics, AreAllInTheDocumentation) {
  std::ifstream file(WEIR_SOURCE_DIR "/docs/node.md");
  std::string const page(std::istreambuf_iterator<char>(file), {});
  for (http::Family const& family : node_families()) {
    std::string const type = family.type == http::MetricType::counter ? "counter" : "gauge";
    std::string const row =
        "| `" + std::string(family.name) + "` | " + type + " | " + std::string(family.help) + " |";
    EXPECT_NE(page.find(row), std::string::npos) << row;
  }
}

TEST_P(NodeTest, StopsInOrder) {
  Node& a = start(1);
  Node& b = start(2, {&a});
  put(a, blobs("a", 100));
  ASSERT_TRUE(all_hold(100));
  put(b, blobs("b", 100));
  worker_->stop();
  EXPECT_TRUE(worker_->run_until([&] { return worker_->stopped(); }));
}

}  // namespace
}  // namespace weir
