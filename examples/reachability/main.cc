// What does a package pull in? A server process runs the reachability flow over TCP; a client
// process streams the package dependencies of this distribution to it and receives what can be
// reached as it is found.
//
//   reachability                          both processes, on this machine
//   reachability --serve 127.0.0.1:7000   only the server; with --telemetry 127.0.0.1:9100 to be
//                                         watched by weir-top http://127.0.0.1:9100
//   reachability --connect ADDRESS        only the client

#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "examples/reachability/client.h"
#include "examples/reachability/dependency_graph.h"
#include "examples/reachability/server.h"

namespace example {

namespace {

constexpr int exit_wrong_answer = 1;
constexpr int exit_bad_input = 2;

struct Options {
  std::string serve;
  std::string telemetry;
  std::string connect;
  std::string edges;
  std::string from;
  std::string svg = "reachability.svg";
};

int fail(weir::Error const& error) {
  std::fprintf(stderr, "reachability: %s\n", error.message.c_str());
  return exit_bad_input;
}

weir::Result<weir::Address> address_of(std::string const& text) {
  return weir::Address::parse(text);
}

int run_server(Options const& options) {
  auto const address = address_of(options.serve);
  if (!address) return fail(address.error());
  auto const tell = [](weir::Address const& listening) {
    std::printf("listening on %s\n", listening.text().c_str());
    std::fflush(stdout);
  };
  auto const served = serve(address.value(), tell, options.telemetry);
  return served ? 0 : fail(served.error());
}

// A server in a process of its own, on a port number that the kernel picks.
class ServerProcess {
 public:
  ~ServerProcess() {
    if (child_ <= 0) return;
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
  }

  weir::Result<weir::Address> start() {
    int ends[2];
    if (::pipe(ends) != 0) return weir::Error{errno, "cannot make a pipe to the server process"};
    std::fflush(nullptr);
    child_ = ::fork();
    if (child_ < 0) return weir::Error{errno, "cannot start a server process"};
    if (child_ == 0) {
      ::close(ends[0]);
      ::_exit(serve_and_tell(ends[1]));
    }
    ::close(ends[1]);
    std::string text;
    char letter = 0;
    while (::read(ends[0], &letter, 1) == 1) text += letter;  // ends when the server closes its end
    ::close(ends[0]);
    if (text.empty()) return weir::Error{0, "the server process ended before it was listening"};
    return address_of(text);
  }

 private:
  static int serve_and_tell(int pipe) {
    auto const served = serve(weir::Address::loopback(0), [pipe](weir::Address const& listening) {
      std::string const text = listening.text();
      if (::write(pipe, text.data(), text.size()) < 0) ::_exit(exit_bad_input);
      ::close(pipe);
    });
    return served ? 0 : fail(served.error());
  }

  pid_t child_ = -1;
};

// Draws with Graphviz; without it the picture is only missing, not an error.
void write_svg(std::string const& path) {
  std::string const command = "dot -Tsvg -o '" + path + "' 2>/dev/null";
  std::FILE* const dot = ::popen(command.c_str(), "w");
  if (dot == nullptr) return;
  std::string const text = server_flow_as_dot();
  std::fwrite(text.data(), 1, text.size(), dot);
  if (::pclose(dot) == 0) {
    std::printf("\nThe flow as a picture: %s\n", path.c_str());
  } else {
    std::printf("\nNo picture: Graphviz (dot) is not installed or cannot write %s\n", path.c_str());
  }
}

weir::Result<DependencyGraph> read_graph(Options const& options) {
  return options.edges.empty() ? read_packages() : read_edge_file(options.edges);
}

// The vertex that was asked for, else a large desktop, else the one the first edge leaves.
weir::Result<Vertex> start_vertex(DependencyGraph const& graph, std::string const& name) {
  if (!name.empty()) return graph.find(name);
  for (char const* candidate : {"gnome", "task-desktop", "build-essential", "bash"}) {
    if (auto found = graph.find(candidate)) return found;
  }
  return graph.edges.front().first;
}

int report(DependencyGraph const& graph, Vertex start, Answers const& answers) {
  std::vector<bool> const expected = search(graph, start);
  std::size_t wrong = 0;
  for (std::size_t v = 0; v < expected.size(); ++v) wrong += expected[v] != answers.reached[v];
  if (wrong != 0) {
    std::fprintf(stderr,
                 "reachability: the answer is wrong: %zu vertices differ from a plain search\n",
                 wrong);
    return exit_wrong_answer;
  }
  double const items = static_cast<double>(graph.edges.size() + answers.count);
  std::printf("A plain search of the same graph finds the same %llu.\n",
              static_cast<unsigned long long>(answers.count));
  std::printf("weir: %zu edges, %llu reachable from %s, %.3f seconds, %.0f items per second\n",
              graph.edges.size(), static_cast<unsigned long long>(answers.count),
              graph.names[start].c_str(), answers.seconds, items / answers.seconds);
  return 0;
}

int run_client(Options const& options) {
  auto const graph = read_graph(options);
  if (!graph) return fail(graph.error());
  DependencyGraph const& known = graph.value();
  auto const start = start_vertex(known, options.from);
  if (!start) return fail(start.error());
  std::printf("%zu vertices and %zu edges from %s\n", known.names.size(), known.edges.size(),
              known.origin.c_str());

  ServerProcess process;
  auto const server = options.connect.empty() ? process.start() : address_of(options.connect);
  if (!server) return fail(server.error());
  std::printf("asking %s what can be reached from %s\n\n", server.value().text().c_str(),
              known.names[start.value()].c_str());
  std::printf("%s", server_flow_as_mermaid().c_str());
  write_svg(options.svg);
  std::fflush(stdout);

  auto const answers = ask(server.value(), known, start.value());
  if (!answers) return fail(answers.error());
  return report(known, start.value(), answers.value());
}

}  // namespace

}  // namespace example

int main(int count, char** values) {
  example::Options options;
  CLI::App app{"What can be reached from a package: a dataflow over TCP, while the graph arrives."};
  app.add_option("--edges", options.edges, "a file with one edge a line, instead of the packages");
  app.add_option("--from", options.from, "the package, or vertex, to begin at");
  app.add_option("--svg", options.svg, "where to draw the flow")->capture_default_str();
  app.add_option("--serve", options.serve, "only serve, on this ADDRESS:PORT");
  app.add_option("--telemetry", options.telemetry,
                 "with --serve: an ADDRESS:PORT to be watched at");
  app.add_option("--connect", options.connect, "only ask the server at this ADDRESS:PORT");
  try {
    app.parse(count, values);
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? 0 : example::exit_bad_input;
  }
  std::signal(SIGPIPE, SIG_IGN);
  return options.serve.empty() ? example::run_client(options) : example::run_server(options);
}
