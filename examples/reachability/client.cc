#include "examples/reachability/client.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "examples/reachability/protocol.h"
#include "weir/weir.h"

namespace example {

namespace {

using weir::ConnectionId;

// One line on a terminal that is written over; nothing where nobody would see it move.
class Progress {
 public:
  Progress(weir::Clock const& clock, std::size_t edges)
      : clock_(clock), begin_(clock.now()), edges_(edges) {}

  void show(std::uint64_t answers, weir::Net const& net, bool last) {
    weir::Instant const now = clock_.now();
    if (!last && now < next_) return;
    next_ = now + 100 * weir::milliseconds;
    if (::isatty(STDERR_FILENO) == 0) return;
    double const elapsed = static_cast<double>(now - begin_) / 1e9;
    std::fprintf(stderr, "\r%6.2f s   %zu edges   %.1f MiB sent   %llu reached%s", elapsed, edges_,
                 static_cast<double>(net.counters().bytes_out) / (1 << 20),
                 static_cast<unsigned long long>(answers), last ? "\n" : "");
    std::fflush(stderr);
  }
  double elapsed_seconds() const { return static_cast<double>(clock_.now() - begin_) / 1e9; }

 private:
  weir::Clock const& clock_;
  weir::Instant begin_;
  weir::Instant next_ = 0;
  std::size_t edges_;
};

// The end of the connection, once it has come.
struct End {
  bool come = false;
  weir::CloseReason reason{};
};

// First the question, so that answers come while the edges go.
std::vector<Request> requests_of(DependencyGraph const& graph, Vertex start) {
  std::vector<Request> requests{Question{start}};
  requests.insert(requests.end(), graph.edges.begin(), graph.edges.end());
  requests.emplace_back(Done{});
  return requests;
}

auto make_flow(weir::Endpoint& dialer, ConnectionId server, std::vector<Request> requests,
               Answers& answers, End& end) {
  using namespace weir;

  return weir::flow(source_iter(std::move(requests)) >> map([server](Request const& request) {
                      return std::pair{server, request};
                    }) >>
                        encode(RequestCodec{}) >> dest_tcp(dialer),

                    source_tcp(dialer) >> decode(AnswerCodec{}, refuse(dialer)) >>
                        for_each([&answers](ConnectionId, std::tuple<Vertex> answer) {
                          auto const vertex = std::get<0>(answer);
                          if (vertex >= answers.reached.size() || answers.reached[vertex]) return;
                          answers.reached[vertex] = true;
                          ++answers.count;
                        }),
                    source_tcp_events(dialer) >> for_each([&end](ConnectionEvent const& event) {
                      if (event.kind != ConnectionEvent::Kind::closed) return;
                      end = {true, event.reason};
                    }));
}

}  // namespace

weir::Result<Answers> ask(weir::Address const& address, DependencyGraph const& graph,
                          Vertex start) {
  auto made = weir::Worker::make({});
  if (!made) return made.error();
  weir::Worker& worker = **made;
  weir::Endpoint& dialer = worker.make_dialer();
  ConnectionId const server = dialer.dial(address);

  Answers answers{std::vector<bool>(graph.names.size(), false), 0, 0};
  End end;
  worker.add(make_flow(dialer, server, requests_of(graph, start), answers, end));
  Progress progress(worker.clock(), graph.edges.size());
  while (!end.come) {  // the server closes when it has answered everything
    worker.step();
    progress.show(answers.count, worker.net(), false);
  }
  progress.show(answers.count, worker.net(), true);
  answers.seconds = progress.elapsed_seconds();
  if (end.reason != weir::CloseReason::peer_closed) {
    return weir::Error{
        0, "the connection to " + address.text() +
               " ended before the answer was complete: " + std::string(text(end.reason))};
  }
  return answers;
}

}  // namespace example
