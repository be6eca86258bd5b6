// Static files: the server's processor time per request against nginx's, which serves the same
// folder with one worker, sendfile, no log and as many requests per connection as come.
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"

namespace weir::bench {
namespace {

constexpr double limit = 1.3;

struct Cell {
  char const* name;
  std::size_t bytes;
  unsigned connections;
};
constexpr Cell cells[] = {{"1KiB", 1024, 16}, {"64KiB", 64 << 10, 16}, {"1MiB", 1 << 20, 4}};

// Its folder lives as long as it.
class Scratch {
 public:
  Scratch() {
    std::string pattern = std::filesystem::temp_directory_path() / "weir_http_XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    std::filesystem::create_directory(folder_ / "www");
    // nginx, where root has started it, serves as somebody else.
    for (auto const& folder : {folder_, folder_ / "www"})
      std::filesystem::permissions(folder, std::filesystem::perms(0755));
    for (Cell const& cell : cells)
      std::ofstream(folder_ / "www" / cell.name, std::ios::binary) << std::string(cell.bytes, 'x');
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path const& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

int free_port_number() {
  int const listener = listen_on_loopback(0, 0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  close(listener);
  return ntohs(address.sin_port);
}

void write_configuration(std::filesystem::path const& folder, int port_number) {
  std::ofstream(folder / "nginx.conf") << fmt::format(
      "daemon off;\nmaster_process off;\nworker_processes 1;\npid {0}/pid;\n"
      "error_log stderr crit;\nevents {{ worker_connections 1024; use epoll; }}\n"
      "http {{\n  access_log off;\n  sendfile on;\n  keepalive_requests 1000000000;\n"
      "  client_body_temp_path {0}/a;\n  proxy_temp_path {0}/b;\n  fastcgi_temp_path {0}/c;\n"
      "  uwsgi_temp_path {0}/d;\n  scgi_temp_path {0}/e;\n"
      "  server {{ listen 127.0.0.1:{1}; root {0}/www; }}\n}}\n",
      folder.string(), port_number);
}

void wait_for(int port_number) {
  sockaddr_in const address = loopback(port_number);
  for (int attempt = 0; attempt < 500; ++attempt) {
    int const probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool const there =
        connect(probe, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
    close(probe);
    if (there) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error("nginx does not listen");
}

double load(Options const& options, Cell const& cell, int port_number, int pid) {
  return run_for_json({options.program("http_load"), "--port", std::to_string(port_number),
                       "--path", fmt::format("/{}", cell.name), "--bytes",
                       std::to_string(cell.bytes), "--connections",
                       std::to_string(cell.connections), "--seconds",
                       std::to_string(options.seconds), "--warmup", std::to_string(options.warmup),
                       "--pid", std::to_string(pid), "--cpu", std::to_string(options.load_cpu)})
      .at("server_cpu_us")
      .get<double>();
}

double run_weir(Options const& options, Scratch const& scratch, Cell const& cell) {
  Child server({options.program("weir_files"), "--folder", (scratch.folder() / "www").string(),
                "--cpu", std::to_string(options.server_cpu)});
  std::string const line = server.read_line();
  int const port_number = std::stoi(line.substr(std::string("listening ").size()));
  double const used = load(options, cell, port_number, server.pid());
  server.stop();
  return used;
}

double run_nginx(Options const& options, Scratch const& scratch, Cell const& cell) {
  int const port_number = free_port_number();
  write_configuration(scratch.folder(), port_number);
  Child server({"taskset", "-c", std::to_string(options.server_cpu), "nginx", "-p",
                scratch.folder().string(), "-e", "stderr", "-c",
                (scratch.folder() / "nginx.conf").string()});
  wait_for(port_number);
  double const used = load(options, cell, port_number, server.pid());
  server.stop();
  return used;
}

}  // namespace

void measure_http(Options const& options, Report& report) {
  report.begin_section("http: static files, the server's processor time per request");
  if (std::system("command -v nginx >/dev/null") != 0)
    throw std::runtime_error("nginx is missing: scripts/setup bench installs it");
  Scratch const scratch;
  for (Cell const& cell : cells) {
    if (!options.cell.empty() && options.cell != cell.name) continue;
    std::vector<double> weir;
    std::vector<double> nginx;
    for (unsigned i = 0; i < options.repetitions; ++i) {
      bool const weir_first = i % 2 == 0;
      if (weir_first) weir.push_back(run_weir(options, scratch, cell));
      nginx.push_back(run_nginx(options, scratch, cell));
      if (!weir_first) weir.push_back(run_weir(options, scratch, cell));
      report.add_sample({{"section", "http"},
                         {"file", cell.name},
                         {"weir_us", weir.back()},
                         {"nginx_us", nginx.back()}});
    }
    report.add(paired(fmt::format("http/files/{}", cell.name), weir, nginx, limit, "us/request"));
  }
}

}  // namespace weir::bench
