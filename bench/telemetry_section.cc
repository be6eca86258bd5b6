#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"

namespace weir::bench {
namespace {

// Of one processor, when it is asked for once a second.
constexpr double share_limit_percent = 0.5;

// GET, again and again, on one connection.
class Scraper {
 public:
  explicit Scraper(int port_number) : socket_(connect_to_loopback(port_number)) {}
  Scraper(Scraper const&) = delete;
  Scraper& operator=(Scraper const&) = delete;
  ~Scraper() { ::close(socket_); }

  // The size of the page.
  std::size_t get(std::string_view path) {
    std::string const request = fmt::format("GET {} HTTP/1.1\r\nHost: bench\r\n\r\n", path);
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      throw std::runtime_error("the telemetry server does not take a request");
    std::string answer;
    std::size_t whole = 0;
    while (whole == 0 || answer.size() < whole) {  // each turn reads at least a byte
      std::array<char, 1 << 16> block;
      ssize_t const size = ::recv(socket_, block.data(), block.size(), 0);
      if (size <= 0) throw std::runtime_error("the telemetry server has hung up");
      answer.append(block.data(), static_cast<std::size_t>(size));
      if (whole == 0) whole = whole_size(answer);
    }
    return answer.size();
  }

 private:
  // Of an answer whose head is there; else 0.
  static std::size_t whole_size(std::string const& answer) {
    std::size_t const head_end = answer.find("\r\n\r\n");
    if (head_end == answer.npos) return 0;
    if (!answer.starts_with("HTTP/1.1 200")) throw std::runtime_error(answer.substr(0, head_end));
    constexpr std::string_view key = "Content-Length: ";
    std::size_t const at = answer.find(key);
    if (at == answer.npos || at > head_end) throw std::runtime_error("an answer without a length");
    return head_end + 4 + std::stoul(answer.substr(at + key.size()));
  }

  int const socket_;
};

}  // namespace

void measure_telemetry(Options const& options, Report& report) {
  report.begin_section("telemetry: what it costs to be asked once a second");
  unsigned const count = options.quick ? 200 : 2'000;
  for (std::string_view const path : {"/metrics", "/graph"}) {
    std::vector<double> shares;
    std::size_t size = 0;
    for (unsigned i = 0; i < options.repetitions; ++i) {
      Child server({options.program("telemetry"), "--cpu", std::to_string(options.server_cpu)});
      std::string const port = server.read_line().substr(std::string("listening ").size());
      Scraper scraper(std::stoi(port));
      size = scraper.get(path);  // the first one makes plans
      std::uint64_t const before = cpu_ns_of(server.pid());
      for (unsigned n = 0; n < count; ++n) scraper.get(path);
      double const ns_each = static_cast<double>(cpu_ns_of(server.pid()) - before) / count;
      shares.push_back(100 * ns_each / 1e9);
      report.add_sample({{"section", "telemetry"}, {"path", path}, {"ns", ns_each}});
      server.stop();
    }
    report.note(fmt::format("{}: {} bytes, ten flows", path, size));
    report.add(against_bar(fmt::format("telemetry{}", path), shares, share_limit_percent, "% CPU"));
  }
}

}  // namespace weir::bench
