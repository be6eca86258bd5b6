// The examples that are coroutines, as programs.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

// What a command prints, and its exit status.
struct Ended {
  std::string output;
  int status = -1;
};
Ended run(std::string const& command) {
  Ended result;
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  char room[4096];
  for (std::size_t size = 0; (size = std::fread(room, 1, sizeof(room), pipe)) > 0;)
    result.output.append(room, size);
  result.status = WEXITSTATUS(::pclose(pipe));
  return result;
}

class CatTest : public testing::Test {
 protected:
  CatTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "weir_cat_XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  ~CatTest() override { std::filesystem::remove_all(folder_); }

  std::string file(std::string const& name, std::string const& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return (folder_ / name).string();
  }
  static std::string cat() { return std::string(WEIR_CAT) + " "; }

  std::filesystem::path folder_;
};

TEST_F(CatTest, CopiesFilesOneAfterTheOther) {
  std::string large;
  for (int i = 0; i < 300'000; ++i) large += static_cast<char>('a' + i % 26);
  Ended const result = run(cat() + file("a", "first\n") + " " + file("b", large));
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.output == "first\n" + large) << result.output.size();
}

TEST_F(CatTest, CopiesItsInput) {
  EXPECT_EQ(run("echo input | " + cat()).output, "input\n");
  EXPECT_EQ(run("echo input | " + cat() + file("a", "file ") + " -").output, "file input\n");
  EXPECT_EQ(run(cat() + "< /dev/null").output, "");
}

TEST_F(CatTest, SaysWhatItCannotCopyAndGoesOn) {
  Ended const result = run(cat() + (folder_ / "none").string() + " " + file("a", "a") + " " +
                           folder_.string() + " 2>&1");
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.output.find("No such file"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("Is a directory"), std::string::npos) << result.output;
}

class EchoTest : public testing::Test {
 protected:
  EchoTest() {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], 1);
      ::execl(WEIR_ECHO_COROUTINES, "echo_coroutines", "0", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    std::FILE* const output = ::fdopen(ends[0], "r");
    EXPECT_EQ(std::fscanf(output, "listening on 127.0.0.1:%d", &port_number_), 1);
    std::fclose(output);
  }
  ~EchoTest() override {
    if (process_ > 0) end(SIGKILL);
  }

  int end(int signal) {
    ::kill(process_, signal);
    int status = -1;
    EXPECT_EQ(::waitpid(process_, &status, 0), process_);
    process_ = 0;
    return status;
  }
  int connect() const {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port_number_));
    EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return socket;
  }
  static std::string receive(int socket, std::size_t size) {
    std::string all;
    char room[4096];
    while (all.size() < size) {
      ssize_t const count = ::recv(socket, room, std::min(sizeof(room), size - all.size()), 0);
      if (count <= 0) break;
      all.append(room, static_cast<std::size_t>(count));
    }
    return all;
  }

  pid_t process_ = 0;
  int port_number_ = 0;
};

TEST_F(EchoTest, EachConnectionGetsBackWhatItSends) {
  std::vector<int> sockets;
  for (int i = 0; i < 20; ++i) sockets.push_back(connect());
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      std::string const text(1 + i * 1000, static_cast<char>('a' + i));
      ASSERT_EQ(::send(sockets[i], text.data(), text.size(), MSG_NOSIGNAL),
                static_cast<ssize_t>(text.size()));
    }
    for (std::size_t i = 0; i < sockets.size(); ++i)
      EXPECT_EQ(receive(sockets[i], 1 + i * 1000),
                std::string(1 + i * 1000, static_cast<char>('a' + i)));
  }
  ::shutdown(sockets[0], SHUT_WR);
  EXPECT_EQ(receive(sockets[0], 1), "");  // and its end
  for (int const socket : sockets) ::close(socket);
}

TEST_F(EchoTest, ASignalEndsItWithConnectionsOpen) {
  int const socket = connect();
  ASSERT_EQ(::send(socket, "x", 1, MSG_NOSIGNAL), 1);
  EXPECT_EQ(receive(socket, 1), "x");
  int const status = end(SIGTERM);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(receive(socket, 1), "");
  ::close(socket);
}

}  // namespace
