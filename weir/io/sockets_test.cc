// Sockets in flows: the servers and clients of docs/net.md, as they stand there.
#include <string>
#include <utility>
#include <vector>

#include "tests/io/test_worker.h"
#include "tests/net/netstring.h"
#include "tests/net/test_addresses.h"
#include "tests/net/test_net.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/tcp.h"
#include "weir/io/udp.h"

namespace weir {
namespace {

class SocketsTest : public testing::TestWithParam<KernelChoice> {
 protected:
  Worker& worker() { return test_.worker(); }

  TestNet test_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Kernels, SocketsTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(SocketsTest, server_of_lines) {
  Endpoint& server = *worker().listen(Address::loopback(0), line_frames).value();
  worker().add(flow(source_tcp(server) >> dest_tcp(server)));
  Client& client = test_.connect(server.address());
  client.send("hello\nworld\n");
  ASSERT_TRUE(test_.run_until([&] { return client.received == "hello\nworld\n"; }));
}

TEST_P(SocketsTest, server_with_a_framing_of_its_own) {
  Endpoint& server = *worker().listen(Address::loopback(0), frames_of<Netstring>).value();
  worker().add(flow(source_tcp(server) >> dest_tcp(server)));
  Client& client = test_.connect(server.address());
  client.send("5:hello,0:,");
  ASSERT_TRUE(test_.run_until([&] { return client.received == "5:hello,0:,"; }));
}

TEST_P(SocketsTest, server_at_a_unix_socket) {
  Endpoint& server = *worker().listen(unused_local_address()).value();
  worker().add(flow(source_unix(server) >> dest_unix(server)));
  Client& client = test_.connect(server.address());
  client.send(framed("hello"));
  ASSERT_TRUE(test_.run_until([&] { return client.received == framed("hello"); }));
}

TEST_P(SocketsTest, server_and_client_of_datagrams) {
  DatagramEndpoint& server = *worker().net().open_datagrams(Address::loopback(0)).value();
  worker().add(flow(source_udp(worker(), server) >> dest_udp(server)));
  DatagramEndpoint& client = *worker().net().open_datagrams(Address::loopback(0)).value();
  std::vector<std::string> answers;
  Bytes const hello(std::string_view("hello"));
  worker().add(flow(source_iter(std::vector{std::pair(server.address(), 1)}) >>
                        map([&](Address const& to, int) {
                          return Datagram{to, hello.view()};
                        }) >>
                        dest_udp(client),
                    source_udp(worker(), client) >> for_each([&](Address const& from, View bytes) {
                      EXPECT_EQ(from, server.address());
                      answers.emplace_back(bytes.text());
                    })));
  ASSERT_TRUE(test_.run_until([&] { return answers.size() == 1; }));
  EXPECT_EQ(answers[0], "hello");
}

TEST_P(SocketsTest, client_that_connects_when_it_has_something_to_send) {
  Endpoint& server = *worker().listen(Address::loopback(0), line_frames).value();
  worker().add(flow(source_tcp(server) >> dest_tcp(server)));
  LazyDialer& peers = worker().net().make_lazy_dialer(line_frames);
  std::vector<std::pair<Address, std::string>> answers;
  std::vector<std::pair<Address, ConnectionEvent::Kind>> events;
  std::string text = "hello";
  auto const* const bytes = reinterpret_cast<std::byte const*>(text.data());
  View const hello(const_cast<std::byte*>(bytes), 5, nullptr);
  worker().add(flow(
      source_iter(std::vector{server.address()}) >> map([&](Address const& to) {
        return AddressedFrame{to, hello};
      }) >>
          dest_tcp(peers),
      source_tcp(peers) >> for_each([&](Address const& from, View line) {
        answers.emplace_back(from, line.text());
      }),
      source_tcp_events(peers) >> for_each([&](Address const& whom, ConnectionEvent const& event) {
        events.emplace_back(whom, event.kind);
      })));
  ASSERT_TRUE(test_.run_until([&] { return answers.size() == 1 && events.size() == 1; }));
  EXPECT_EQ(answers[0], (std::pair<Address, std::string>(server.address(), "hello")));
  EXPECT_EQ(events[0], std::pair(server.address(), ConnectionEvent::Kind::opened));
}

}  // namespace
}  // namespace weir
