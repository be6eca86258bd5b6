// Who a connection is: nodes that know each other by their keys, over TLS, on every kernel.
#include "weir/p2p/peer_links.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/p2p/test_peers.h"
#include "weir/crypto/tls_context.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/peer_store.h"
#include "weir/sim/test_kernels.h"

namespace weir {
namespace {

struct Keys {
  Keys() {
    while (!(PeerId{small.public_key()} < PeerId{large.public_key()})) std::swap(small, large);
  }
  Ed25519Key small = Ed25519Key::generate();
  Ed25519Key large = Ed25519Key::generate();
};

Owner<TlsContext> context_of(Ed25519Key const& key, TlsContext::Role role) {
  TlsOptions options;
  options.credentials = credentials_of(key).value();
  options.check = PeerCheck::any_key;
  return role == TlsContext::Role::server ? std::move(TlsContext::make_server(options)).value()
                                          : std::move(TlsContext::make_client(options)).value();
}

// What fetch was told of links besides doing what it does.
struct NamedNode {
  NamedNode(Worker& worker, Ed25519Key const& key, FetchOptions const& options,
            Address const& listens_at = Address::loopback(0))
      : id{key.public_key()},
        server_tls(context_of(key, TlsContext::Role::server)),
        client_tls(context_of(key, TlsContext::Role::client)),
        listener(*worker.listen(listens_at, {.tls = server_tls.get()}).value()),
        dialer(worker.make_dialer({.tls = client_tls.get()})),
        links(&listener, &dialer),
        fetch(worker, links, options) {
    links.identify(id, rules, worker.clock());
    fetch.run(store);
  }

  Address const& address() const { return listener.address(); }
  PeerUrl url() const { return {address(), id}; }
  void want(std::vector<Op> const& ops, PeerNumber from) { fetch.add_ops(ids_of(ops), from); }
  std::uint32_t connection_count() const {
    return listener.connection_count() + dialer.connection_count();
  }

  PeerId id;
  Owner<TlsContext> server_tls;
  Owner<TlsContext> client_tls;
  Endpoint& listener;
  Endpoint& dialer;
  AccessRules rules;
  ScriptedStore store;
  PeerLinks links;
  Fetch fetch;
};

class PeerLinksTest : public testing::TestWithParam<KernelChoice> {
 protected:
  PeerLinksTest() {
    WorkerOptions options;
    options.make_kernel = [this] { return kernel_.make_kernel(); };
    worker = Worker::make(std::move(options)).value();
  }
  std::unique_ptr<NamedNode> node_with(Ed25519Key const& key) {
    return std::make_unique<NamedNode>(*worker, key, options_of(weir_profile));
  }
  template <class Predicate>
  bool until(Predicate predicate) {
    return worker->run_until(predicate);
  }

 private:
  TestKernel kernel_{GetParam()};

 protected:
  std::unique_ptr<Worker> worker;
  Keys const keys;
  std::vector<Op> const ops = make_ops(1, 200, 512);
};
INSTANTIATE_TEST_SUITE_P(Kernels, PeerLinksTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(PeerLinksTest, APeerIsItsKey) {
  auto const node = node_with(keys.small);
  auto const holder = node_with(keys.large);
  holder->store.put(ops);
  PeerNumber const peer = node->links.peer_at(holder->address());
  EXPECT_EQ(node->links.id_of(peer), nullptr);
  node->want(ops, peer);
  ASSERT_TRUE(until([&] { return node->fetch.is_drained(); }));
  EXPECT_TRUE(node->store.holds_all(ops));
  ASSERT_NE(node->links.id_of(peer), nullptr);
  EXPECT_EQ(*node->links.id_of(peer), holder->id);
  EXPECT_EQ(node->links.text(peer), holder->id.short_text() + " " + holder->address().text());
  EXPECT_EQ(node->links.peer_at(holder->url()), peer);
}

TEST_P(PeerLinksTest, WhoIsDialledAsSomebodyElseIsRefused) {
  auto const node = node_with(keys.small);
  auto const holder = node_with(keys.large);
  holder->store.put(ops);
  PeerId const other{Ed25519Key::generate().public_key()};
  node->want(ops, node->links.peer_at(PeerUrl{holder->address(), other}));
  ASSERT_TRUE(
      until([&] { return node->links.counters().impostors > 0 && node->connection_count() == 0; }));
  EXPECT_EQ(node->fetch.counters().requests, 0u);
  EXPECT_EQ(node->fetch.pending_count(), ops.size());
  // At the same address is also who it is.
  node->want(ops, node->links.peer_at(holder->url()));
  ASSERT_TRUE(until([&] { return node->store.holds_all(ops); }));
}

TEST_P(PeerLinksTest, OneselfIsNoPeer) {
  auto const node = node_with(keys.small);
  node->want(ops, node->links.peer_at(node->address()));
  ASSERT_TRUE(until(
      [&] { return node->links.counters().ourselves >= 2 && node->connection_count() == 0; }));
  EXPECT_EQ(node->fetch.serve_counters().ids_requested, 0u);
}

TEST_P(PeerLinksTest, WhoIsBlockedIsNotLetInAndNotAsked) {
  auto const node = node_with(keys.small);
  auto const blocked = node_with(keys.large);
  auto const friendly = node_with(Ed25519Key::generate());
  node->rules.block(blocked->id);
  node->store.put(ops);
  blocked->want(ops, blocked->links.peer_at(node->address()));
  friendly->want(ops, friendly->links.peer_at(node->address()));
  ASSERT_TRUE(
      until([&] { return friendly->store.holds_all(ops) && node->links.counters().refused > 0; }));
  EXPECT_FALSE(blocked->store.holds(ops[0].id));
  node->want(make_ops(900, 1), node->links.peer_at(blocked->address()));
  std::uint64_t const refused = node->links.counters().refused;
  ASSERT_TRUE(until([&] { return node->links.counters().refused > refused; }));
  EXPECT_EQ(node->fetch.counters().requests, 0u);
}

TEST_P(PeerLinksTest, WithAnAllowListOnlyThoseOnItAreLetIn) {
  auto const node = node_with(keys.small);
  auto const allowed = node_with(keys.large);
  auto const stranger = node_with(Ed25519Key::generate());
  node->rules.allow(allowed->id);
  node->store.put(ops);
  stranger->want(ops, stranger->links.peer_at(node->address()));
  allowed->want(ops, allowed->links.peer_at(node->address()));
  ASSERT_TRUE(
      until([&] { return allowed->store.holds_all(ops) && node->links.counters().refused > 0; }));
  EXPECT_FALSE(stranger->store.holds(ops[0].id));
}

// Whoever dials first, and whether they know whom: one connection stays, that of the smaller, and
// what is wanted comes over it.
class PeerLinksThatDialEachOther : public PeerLinksTest {
 protected:
  void dial_each_other(bool named);
};
INSTANTIATE_TEST_SUITE_P(Kernels, PeerLinksThatDialEachOther, testing::ValuesIn(test_kernels()),
                         name_of);
TEST_P(PeerLinksThatDialEachOther, KeepOneConnectionWhereTheyKnowWhomTheyDial) {
  dial_each_other(true);
}
TEST_P(PeerLinksThatDialEachOther, KeepOneConnectionWhereTheyDoNot) { dial_each_other(false); }

void PeerLinksThatDialEachOther::dial_each_other(bool named) {
  std::vector<Op> const others = make_ops(5001, 200, 512);
  auto const small = node_with(keys.small);
  auto const large = node_with(keys.large);
  small->store.put(ops);
  large->store.put(others);
  auto const dialled = [&](NamedNode& from, NamedNode& to) {
    return named ? from.links.peer_at(to.url()) : from.links.peer_at(to.address());
  };
  PeerNumber const large_there = dialled(*small, *large);
  PeerNumber const small_there = dialled(*large, *small);
  small->want(others, large_there);
  large->want(ops, small_there);
  ASSERT_TRUE(until([&] {
    return small->store.holds_all(others) && large->store.holds_all(ops) &&
           small->connection_count() == 1 && large->connection_count() == 1;
  }));
  EXPECT_EQ(small->dialer.connection_count(), 1u);
  EXPECT_EQ(large->listener.connection_count(), 1u);
  EXPECT_EQ(small->links.current(large_there), small->links.peer_at(large->url()));
  EXPECT_TRUE(small->links.connection_of(large_there).valid());
}

// It came to us by itself; then we are told where it listens.
TEST_P(PeerLinksTest, ANumberThatIsFoundToMeanAKnownPeerTakesWhatIsWantedToIt) {
  auto const node = node_with(keys.large);
  auto const holder = node_with(keys.small);
  holder->store.put(ops);
  node->store.put(make_ops(900, 1));
  holder->want(make_ops(900, 1), holder->links.peer_at(node->address()));
  ASSERT_TRUE(until([&] { return holder->fetch.is_drained(); }));
  // Our connection is the one that is closed, so everything has to come over the other.
  PeerNumber const dialled = node->links.peer_at(holder->address());
  node->want(ops, dialled);
  ASSERT_TRUE(until([&] { return node->store.holds_all(ops) && node->connection_count() == 1; }));
  PeerNumber const known = node->links.current(dialled);
  EXPECT_NE(known, dialled);
  EXPECT_EQ(*node->links.id_of(known), holder->id);
  EXPECT_EQ(node->links.counters().duplicates, 1u);
  EXPECT_EQ(node->listener.connection_count(), 1u);
  EXPECT_EQ(node->fetch.counters().ops_unsolicited, 0u);
  // Whoever still has the old number means the same.
  std::vector<Op> const more = make_ops(7000, 10);
  holder->store.put(more);
  node->want(more, dialled);
  EXPECT_TRUE(until([&] { return node->store.holds_all(more); }));
}

TEST_P(PeerLinksTest, AtAnAddressThatNamesNobodyThereMayBeSomebodyElseTheNextTime) {
  auto const node = node_with(keys.small);
  auto first = node_with(keys.large);
  Address const address = first->address();
  PeerNumber const peer = node->links.peer_at(address);
  first->store.put(ops);
  node->want(ops, peer);
  ASSERT_TRUE(until([&] { return node->store.holds_all(ops); }));
  first->listener.stop(0);
  first->dialer.stop(0);
  ASSERT_TRUE(until([&] { return node->connection_count() == 0 && first->listener.is_closed(); }));
  NamedNode second(*worker, Ed25519Key::generate(), options_of(weir_profile), address);
  std::vector<Op> const more = make_ops(7000, 10);
  second.store.put(more);
  node->want(more, peer);
  ASSERT_TRUE(until([&] { return node->store.holds_all(more); }));
  EXPECT_EQ(*node->links.id_of(peer), second.id);
  EXPECT_NE(node->links.peer_at(first->url()), node->links.current(peer));
}

// ---- time passes --------------------------------------------------------------------------------

TEST(PeerLinksBan, HoldsForAnHourForTheKeyHoweverItComes) {
  TestWorker worker;
  Keys const keys;
  FetchOptions const options = options_of(weir_profile);
  FetchOptions lying = options;
  lying.policy.verify = false;
  NamedNode node(*worker, keys.small, options);
  NamedNode liar(*worker, keys.large, lying);
  std::vector<Op> const ops = make_ops(1, 10);
  std::vector<Op> damaged = ops;
  for (Op& op : damaged) op.bytes = Bytes("something else");
  liar.store.put(damaged);
  node.want(ops, node.links.peer_at(liar.address()));
  worker.advance(1 * seconds);
  EXPECT_TRUE(node.links.is_banned(liar.id));
  EXPECT_EQ(node.connection_count(), 0u);
  EXPECT_EQ(node.fetch.counters().ops_damaged, 3u);

  // It comes by itself.
  std::vector<Op> const held = make_ops(500, 10);
  node.store.put(held);
  liar.want(held, liar.links.peer_at(node.address()));
  worker.advance(60 * seconds);
  EXPECT_GT(node.links.counters().banned, 0u);
  EXPECT_FALSE(liar.store.holds(held[0].id));
  // It is asked for nothing.
  node.want(make_ops(700, 1), node.links.peer_at(liar.address()));
  worker.advance(60 * seconds);
  EXPECT_EQ(node.connection_count(), 0u);

  worker.advance(PeerLinks::ban_time + 2 * weir_profile.back_off_max);
  EXPECT_TRUE(liar.store.holds_all(held));  // it has tried again
  std::vector<Op> const good = make_ops(800, 5);
  liar.store.put(good);
  node.want(good, node.links.peer_at(liar.address()));
  worker.advance(1 * seconds);
  EXPECT_TRUE(node.store.holds_all(good));
}

}  // namespace
}  // namespace weir
