// TLS in flows: the servers and clients of docs/tls.md, as they stand there.
#include "weir/io/tls.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/crypto/test_tls.h"
#include "tests/io/test_worker.h"
#include "tests/net/test_net.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir {
namespace {

class TlsTest : public testing::TestWithParam<KernelChoice> {
 protected:
  Worker& worker() { return test_.worker(); }

  Owner<TlsContext> server_tls_ = server_context(mutual_server_options());
  Owner<TlsContext> client_tls_ = client_context(mutual_client_options());
  TestNet test_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Kernels, TlsTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(TlsTest, server_and_client_know_each_other) {
  Endpoint& server = *worker().listen(Address::loopback(0), line_frames).value();
  std::vector<TlsEvent> events;
  worker().add(flow(source_tls(server, *server_tls_) >> dest_tls(server, *server_tls_),
                    source_tls_events(server, *server_tls_) >>
                        for_each([&](TlsEvent const& event) { events.push_back(event); })));
  LazyDialer& peers = worker().net().make_lazy_dialer(line_frames);
  std::vector<std::string> answers;
  std::string text = "hello";
  View const hello(reinterpret_cast<std::byte*>(text.data()), 5, nullptr);
  worker().add(flow(source_iter(std::vector{server.address()}) >> map([&](Address const& to) {
                      return AddressedFrame{to, hello};
                    }) >>
                        dest_tls(peers, *client_tls_),
                    source_tls(peers, *client_tls_) >> for_each([&](Address const&, View line) {
                      answers.emplace_back(line.text());
                    })));
  ASSERT_TRUE(test_.run_until([&] { return !answers.empty(); }));
  EXPECT_EQ(answers, std::vector<std::string>{"hello"});
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].event.kind, ConnectionEvent::Kind::opened);
  EXPECT_EQ(events[0].peer.key, test_key(2).public_key());
}

TEST_P(TlsTest, events_tell_of_each_who_came_and_of_those_refused_only_why) {
  TlsOptions options = server_options();
  options.check = PeerCheck::any_key;
  Owner<TlsContext> const tls = server_context(options);
  Endpoint& server = *worker().listen(Address::loopback(0)).value();
  std::vector<KeyHash> came;
  std::vector<CloseReason> went;
  worker().add(flow(source_tls(server, *tls) >> dest_tls(server, *tls),
                    source_tls_events(server, *tls) >> for_each([&](TlsEvent const& event) {
                      if (event.event.kind == ConnectionEvent::Kind::opened)
                        came.push_back(event.peer.key_hash);
                      else went.push_back(event.event.reason);
                    })));
  std::vector<Owner<TlsContext>> contexts;
  for (std::uint8_t key = 10; key < 14; ++key) {
    TlsOptions client = client_options();
    if (key != 12) client.credentials = test_credentials(key);
    contexts.push_back(client_context(client));
    Endpoint& dialer = worker().net().make_dialer({.tls = contexts.back().get()});
    worker().add(Echo{dialer});
    dialer.dial(server.address());
    ASSERT_TRUE(test_.run_until([&] { return came.size() + went.size() == key - 9u; }));
  }
  EXPECT_EQ(came, (std::vector{test_key_hash(10), test_key_hash(11), test_key_hash(13)}));
  EXPECT_EQ(went, std::vector{CloseReason::credentials_missing});
}

}  // namespace
}  // namespace weir
