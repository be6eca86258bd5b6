// Weir inside somebody else's loop, as programs: both sides of the loop do their work, and a signal
// ends them.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "examples/foreign_loops/callback_loop.h"
#include "tests/child_program.h"

namespace weir {
namespace {

class LineClient {
 public:
  explicit LineClient(std::uint16_t port_number) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_number);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  ~LineClient() { ::close(socket_); }
  LineClient(LineClient const&) = delete;
  LineClient& operator=(LineClient const&) = delete;

  void send(std::string_view text) const {
    EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // Up to so many bytes; fewer at the end.
  std::string receive(std::size_t size) const {
    std::string text(size, ' ');
    ssize_t const count = ::recv(socket_, text.data(), size, MSG_WAITALL);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
  std::string ask(std::string_view text) const {
    send(text);
    return receive(text.size());
  }

 private:
  int socket_ = -1;
};

std::string name_of_program(std::string const& path) { return path.substr(path.rfind('/') + 1); }

class ForeignLoop : public testing::TestWithParam<char const*> {
 protected:
  ChildProgram program_{GetParam(), {"0"}};
  std::uint16_t const port_number_ = program_.read_port_number();
};
INSTANTIATE_TEST_SUITE_P(Programs, ForeignLoop,
                         testing::Values(WEIR_ASIO_LOOP, WEIR_POLL_LOOP, WEIR_CALLBACK_LOOP),
                         [](auto const& tested) { return name_of_program(tested.param); });

TEST_P(ForeignLoop, serves_every_connection_line_by_line) {
  std::vector<std::unique_ptr<LineClient>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<LineClient>(port_number_));
  for (int round = 0; round < 50; ++round) {
    for (auto const& client : clients) EXPECT_EQ(client->ask("hello, you\n"), "HELLO, YOU\n");
  }
}

TEST_P(ForeignLoop, works_off_what_does_not_fit_into_one_time_around) {
  std::string sent;
  std::string expected;
  while (sent.size() < 256 * 1024) {
    sent += "a line of some length that is not too short\n";
    expected += "A LINE OF SOME LENGTH THAT IS NOT TOO SHORT\n";
  }
  LineClient const client(port_number_);
  for (int round = 0; round < 4; ++round) EXPECT_TRUE(client.ask(sent) == expected) << round;
}

TEST_P(ForeignLoop, ends_at_a_signal_and_closes_its_connections) {
  LineClient const client(port_number_);
  EXPECT_EQ(client.ask("x\n"), "X\n");
  program_.send(SIGTERM);
  EXPECT_EQ(client.receive(1), "");
  EXPECT_EQ(program_.wait(), 0);
}

// The worker may end in the turns that are made before the loop runs.
TEST(CallbackLoop, told_to_quit_before_it_runs_does_not_wait) {
  example::CallbackLoop loop;
  loop.quit();
  loop.run();
}

// What the program has to do beside Weir, in the two that read standard input.
class OwnWork : public ForeignLoop {};
INSTANTIATE_TEST_SUITE_P(Programs, OwnWork, testing::Values(WEIR_POLL_LOOP, WEIR_CALLBACK_LOOP),
                         [](auto const& tested) { return name_of_program(tested.param); });

TEST_P(OwnWork, goes_on_beside_that_of_the_flow) {
  LineClient const client(port_number_);
  for (int i = 1; i <= 20; ++i) {
    EXPECT_EQ(client.ask("x\n"), "X\n");
    EXPECT_TRUE(program_.give("how many?\n"));
    EXPECT_EQ(program_.read_line(), std::to_string(i) + " lines");
  }
  program_.close_input();
  EXPECT_EQ(client.receive(1), "");
  EXPECT_EQ(program_.wait(), 0);
}

}  // namespace
}  // namespace weir
