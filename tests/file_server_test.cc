// examples/file_server, as a program: it serves, and ends in good order when it is told to.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

class FileServerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "weir_files_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    std::ofstream(folder_ / "index.html") << "<p>here";
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], 1);
      ::execl(WEIR_FILE_SERVER, WEIR_FILE_SERVER, folder_.c_str(), "127.0.0.1:0", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    std::FILE* const output = ::fdopen(ends[0], "r");
    ASSERT_EQ(std::fscanf(output, "listening on 127.0.0.1:%d", &port_number_), 1);
    std::fclose(output);
  }
  void TearDown() override {
    if (process_ > 0) ::kill(process_, SIGKILL);
    std::filesystem::remove_all(folder_);
  }

  // What it answers until it closes the connection.
  std::string ask(std::string const& request) const {
    int const link = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_number_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(link, reinterpret_cast<sockaddr const*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::write(link, request.data(), request.size()), static_cast<ssize_t>(request.size()));
    std::string answer;
    char room[4096];
    for (ssize_t count = 0; (count = ::read(link, room, sizeof(room))) > 0;)
      answer.append(room, static_cast<std::size_t>(count));
    ::close(link);
    return answer;
  }

  std::filesystem::path folder_;
  int process_ = -1;
  int port_number_ = 0;
};

TEST_F(FileServerTest, ServesAFolderUntilItIsTold) {
  std::string const page = ask("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(page.starts_with("HTTP/1.1 200 OK\r\n")) << page;
  EXPECT_TRUE(page.ends_with("\r\n\r\n<p>here")) << page;
  EXPECT_TRUE(ask("GET /healthz HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nok\n"));
  EXPECT_TRUE(ask("GET /../x HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 400 "));
  ::kill(process_, SIGTERM);
  int status = -1;
  ASSERT_EQ(::waitpid(process_, &status, 0), process_);
  process_ = -1;
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
