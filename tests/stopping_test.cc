// Each example, under load, is told to end: it brings to an end what it has begun, prints or sends
// nothing that is cut in the middle, and ends with status 0. Told a second time, it ends at once.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/child_program.h"

namespace weir {
namespace {

class Stopping : public testing::Test {
 protected:
  void SetUp() override { ::signal(SIGPIPE, SIG_IGN); }
};

// ---- servers ------------------------------------------------------------------------------------

// A stream as a function of the offset.
using Stream = std::function<std::uint8_t(std::uint64_t offset)>;
// Looks at what has come, bytes after bytes: how many of them are wrong.
using Check = std::function<std::uint64_t(std::string_view)>;

Check expect(Stream const& stream) {
  return [stream, offset = std::uint64_t{0}](std::string_view bytes) mutable {
    std::uint64_t wrong = 0;
    for (char const byte : bytes) wrong += static_cast<std::uint8_t>(byte) != stream(offset++);
    return wrong;
  };
}

// A client that sends as fast as it can, and looks at each byte that comes back.
class LoadedConnection {
 public:
  LoadedConnection(std::uint16_t port_number, Stream sent, Check check)
      : sent_(std::move(sent)), check_(std::move(check)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_number);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  ~LoadedConnection() { ::close(socket_); }
  LoadedConnection(LoadedConnection const&) = delete;
  LoadedConnection& operator=(LoadedConnection const&) = delete;

  pollfd interest() const {
    return {ended_ ? -1 : socket_, static_cast<short>(refused_ ? POLLIN : POLLIN | POLLOUT), 0};
  }
  void act(short ready) {
    std::array<char, 4096> room;
    if ((ready & POLLOUT) != 0 && !refused_) {
      for (std::size_t i = 0; i < room.size(); ++i)
        room[i] = static_cast<char>(sent_(sent_count_ + i));
      ssize_t const count = ::send(socket_, room.data(), room.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count > 0) sent_count_ += static_cast<std::uint64_t>(count);
      else refused_ = errno != EAGAIN;
    }
    if ((ready & (POLLIN | POLLHUP | POLLERR)) == 0) return;
    ssize_t const count = ::recv(socket_, room.data(), room.size(), MSG_DONTWAIT);
    ended_ = count == 0 || (count < 0 && errno != EAGAIN);
    if (ended_) ::shutdown(socket_, SHUT_RDWR);
    if (count <= 0) return;
    received_ += static_cast<std::uint64_t>(count);
    wrong_ += check_({room.data(), static_cast<std::size_t>(count)});
  }

  bool ended() const { return ended_; }
  std::uint64_t received() const { return received_; }
  std::uint64_t wrong() const { return wrong_; }

 private:
  Stream const sent_;
  Check check_;
  int socket_ = -1;
  bool refused_ = false;
  bool ended_ = false;
  std::uint64_t sent_count_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t wrong_ = 0;
};

using Connections = std::vector<std::unique_ptr<LoadedConnection>>;

void act_until(Connections& connections, std::function<bool()> const& predicate) {
  while (!predicate()) {
    std::vector<pollfd> watched;
    for (auto const& connection : connections) watched.push_back(connection->interest());
    ASSERT_GT(::poll(watched.data(), watched.size(), -1), 0);
    for (std::size_t i = 0; i < watched.size(); ++i) connections[i]->act(watched[i].revents);
  }
}

// Each connection has had that much answered when the signal comes, and goes on sending.
void load_and_stop(ChildProgram& server, Connections& connections, int signal) {
  constexpr std::uint64_t warm_bytes = 256 * 1024;
  act_until(connections, [&] {
    for (auto const& connection : connections) {
      EXPECT_FALSE(connection->ended());
      if (connection->ended()) return true;
      if (connection->received() < warm_bytes) return false;
    }
    return true;
  });
  server.send(signal);
  act_until(connections, [&] {
    for (auto const& connection : connections)
      if (!connection->ended()) return false;
    return true;
  });
  EXPECT_EQ(server.wait(), 0);
  for (auto const& connection : connections) EXPECT_EQ(connection->wrong(), 0u);
}

TEST_F(Stopping, echo_coroutines_sends_back_what_it_has_read) {
  for (int const signal : {SIGTERM, SIGINT}) {
    ChildProgram server(WEIR_ECHO_COROUTINES, {"0"});
    std::uint16_t const port_number = server.read_port_number();
    Connections connections;
    for (std::uint64_t n = 0; n < 8; ++n) {
      Stream const stream = [n](std::uint64_t offset) {
        return static_cast<std::uint8_t>(offset * 7 + (offset >> 8) + n);
      };
      connections.push_back(
          std::make_unique<LoadedConnection>(port_number, stream, expect(stream)));
    }
    load_and_stop(server, connections, signal);
  }
}

std::uint8_t byte_of(std::uint32_t number, std::uint64_t at) {
  return static_cast<std::uint8_t>(number >> (24 - 8 * at));
}

// A question, and then edges that lead from each vertex to the next one: the answers are the
// vertices in their order.
TEST_F(Stopping, reachability_answers_what_has_reached_it) {
  ChildProgram server(WEIR_REACHABILITY, {"--serve", "127.0.0.1:0"});
  std::uint16_t const port_number = server.read_port_number();
  Connections connections;
  for (std::uint32_t n = 0; n < 4; ++n) {
    std::uint32_t const first = n << 24;
    Stream const sent = [first](std::uint64_t offset) -> std::uint8_t {
      if (offset < 4) return offset == 3 ? 4 : 0;
      if (offset < 8) return byte_of(first, offset - 4);
      std::uint64_t const at = (offset - 8) % 12;
      auto const from = first + static_cast<std::uint32_t>((offset - 8) / 12);
      if (at < 4) return at == 3 ? 8 : 0;
      return at < 8 ? byte_of(from, at - 4) : byte_of(from + 1, at - 8);
    };
    Stream const expected = [first](std::uint64_t offset) -> std::uint8_t {
      std::uint64_t const at = offset % 8;
      if (at < 4) return at == 3 ? 4 : 0;
      return byte_of(first + static_cast<std::uint32_t>(offset / 8), at - 4);
    };
    connections.push_back(std::make_unique<LoadedConnection>(port_number, sent, expect(expected)));
  }
  load_and_stop(server, connections, SIGTERM);
}

// Requests for two files in turn, one behind the other: each answer that has begun is whole.
TEST_F(Stopping, file_server_sends_whole_answers) {
  std::string pattern = std::filesystem::temp_directory_path() / "weir_stopping_XXXXXX";
  std::filesystem::path const folder = ::mkdtemp(pattern.data());
  std::string const files[2] = {std::string(100, 'a'), std::string(300'000, 'b')};
  std::ofstream(folder / "0") << files[0];
  std::ofstream(folder / "1") << files[1];
  std::string const requests =
      "GET /0 HTTP/1.1\r\nHost: x\r\n\r\nGET /1 HTTP/1.1\r\nHost: x\r\n\r\n";
  Stream const sent = [&](std::uint64_t offset) {
    return static_cast<std::uint8_t>(requests[offset % requests.size()]);
  };
  ChildProgram server(WEIR_FILE_SERVER, {folder, "127.0.0.1:0"});
  std::uint16_t const port_number = server.read_port_number();
  std::vector<std::string> begun(4);  // the answer that is not whole yet, of each
  std::uint64_t last_answers = 0;
  Connections connections;
  for (std::string& rest : begun) {
    Check const check = [&, answers = 0u](std::string_view bytes) mutable -> std::uint64_t {
      rest += bytes;
      while (true) {  // ends: each turn takes an answer
        std::string const& file = files[answers % 2];
        std::size_t const head = rest.find("\r\n\r\n") + 4;
        if (head < 4 || rest.size() < head + file.size()) return 0;
        last_answers += rest.substr(0, head).find("Connection: close\r\n") < head;
        bool const right =
            rest.starts_with("HTTP/1.1 200 OK\r\n") && rest.compare(head, file.size(), file) == 0;
        if (!right) return 1;
        rest.erase(0, head + file.size());
        ++answers;
      }
    };
    connections.push_back(std::make_unique<LoadedConnection>(port_number, sent, check));
  }
  load_and_stop(server, connections, SIGTERM);
  for (std::string const& rest : begun) EXPECT_EQ(rest.substr(0, 200), "");
  EXPECT_LE(last_answers, connections.size());
  std::filesystem::remove_all(folder);
}

// ---- programs that read and print ---------------------------------------------------------------

// The n-th of an endless number of lines.
std::string line_of(std::uint64_t n) { return "line " + std::to_string(n) + " has an x\n"; }

// Gives lines until they are read no more.
class EndlessInput {
 public:
  explicit EndlessInput(ChildProgram& program)
      : thread_([&program] {
          std::string block;
          for (std::uint64_t n = 1;; ++n) {
            block += line_of(n);
            if (block.size() < 4096) continue;
            if (!program.give(block)) return;
            block.clear();
          }
        }) {}
  // The program has ended.
  ~EndlessInput() { thread_.join(); }

 private:
  std::thread thread_;
};

std::string read_at_least(ChildProgram const& program, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    std::string const more = program.read_some();
    if (more.empty()) break;
    text += more;
  }
  return text;
}

TEST_F(Stopping, find_lines_prints_whole_lines_up_to_where_it_has_read) {
  ChildProgram program(WEIR_FIND_LINES, {"x"});
  EndlessInput const input(program);
  std::string text = read_at_least(program, 1 << 20);
  program.send(SIGTERM);
  text += program.read_all();
  EXPECT_EQ(program.wait(), 0);
  std::size_t at = 0;
  for (std::uint64_t n = 1; at < text.size(); ++n) {
    std::string const expected = std::to_string(n) + ":" + line_of(n);
    ASSERT_EQ(text.compare(at, expected.size(), expected), 0) << "line " << n;
    at += expected.size();
  }
}

TEST_F(Stopping, cat_writes_what_it_has_read) {
  ChildProgram program(WEIR_CAT, {});
  EndlessInput const input(program);
  std::string text = read_at_least(program, 1 << 20);
  program.send(SIGTERM);
  text += program.read_all();
  EXPECT_EQ(program.wait(), 0);
  std::size_t at = 0;
  for (std::uint64_t n = 1; at < text.size(); ++n) {
    std::string const expected = line_of(n).substr(0, text.size() - at);
    ASSERT_EQ(text.compare(at, expected.size(), expected), 0) << "line " << n;
    at += expected.size();
  }
}

// It reads a named pipe that has no end.
TEST_F(Stopping, word_count_counts_what_it_has_read) {
  std::string const path = testing::TempDir() + "words_" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  ChildProgram program(WEIR_WORD_COUNT, {path, "1"});
  int const pipe = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);  // when it is opened for reading
  ASSERT_GE(pipe, 0);
  std::filesystem::remove(path);
  std::string block;
  for (int n = 0; n < 300; ++n) block += "one two three\n";
  for (std::size_t given = 0; given < 4u << 20; given += block.size())
    ASSERT_EQ(::write(pipe, block.data(), block.size()), static_cast<ssize_t>(block.size()));
  program.send(SIGTERM);
  while (::write(pipe, block.data(), block.size()) > 0) {}
  ::close(pipe);
  std::array<unsigned long long, 3> counts{};
  std::string const text = program.read_all();
  EXPECT_EQ(std::sscanf(text.c_str(), "%llu one\n%llu three\n%llu two\n", &counts[0], &counts[1],
                        &counts[2]),
            3)
      << text;
  EXPECT_EQ(program.wait(), 0);
  EXPECT_GT(counts[0], 4'000u);
  EXPECT_EQ(counts[0], counts[1]);
  EXPECT_EQ(counts[0], counts[2]);
}

// ---- the second signal --------------------------------------------------------------------------

// Whether a handler of the program's own waits for SIGTERM: so it is once the first one was seen.
bool has_handler(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("SigCgt:", 0) != 0) continue;
    return (std::stoull(line.substr(7), nullptr, 16) >> (SIGTERM - 1) & 1) != 0;
  }
  return false;
}

// Nobody reads what they print, so they cannot bring it to an end.
TEST_F(Stopping, a_second_signal_ends_what_does_not_come_to_its_end) {
  struct Case {
    char const* program;
    std::vector<std::string> arguments;
  };
  for (Case const& one : {Case{WEIR_FIND_LINES, {"x"}}, Case{WEIR_CAT, {}}}) {
    ChildProgram program(one.program, one.arguments);
    program.hold_one_page_of_output();
    EndlessInput const input(program);
    while (program.unread_bytes() < ChildProgram::page_bytes) std::this_thread::yield();
    program.send(SIGTERM);
    while (!has_handler(program.process())) std::this_thread::yield();
    program.send(SIGTERM);
    EXPECT_EQ(program.wait(), 128 + SIGTERM) << one.program;
  }
}

}  // namespace
}  // namespace weir
