// weir-top: a live picture of a running graph in the terminal, or of one moment of it as text or
// SVG. docs/weir-top.md.
#include <langinfo.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tools/weir_top/fetch.h"
#include "tools/weir_top/picture.h"
#include "tools/weir_top/snapshot.h"
#include "tools/weir_top/svg.h"
#include "tools/weir_top/terminal.h"

namespace weir::top {

namespace {

constexpr int exit_failed = 1;
constexpr int exit_bad_input = 2;
constexpr std::size_t once_columns = 100;
// Rates of a longer time than that are of little interest: who asks once asks twice.
constexpr double interval_seconds_max = 3;

struct Options {
  std::string url;
  bool once = false;
  std::string svg;
  double interval = 1;
  std::size_t width = 0;
  bool ascii = false;
};

int fail(Error const& error) {
  std::fprintf(stderr, "weir-top: %s\n", error.message.c_str());
  return exit_failed;
}

Glyphs glyphs_for(Options const& options) {
  bool const is_utf8 = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
  return options.ascii || !is_utf8 ? Glyphs::ascii : Glyphs::unicode;
}

Duration pause_of(Options const& options) {
  return static_cast<Duration>(options.interval * static_cast<double>(seconds));
}

// What a file says that was kept: `curl URL/graph | weir-top -`.
std::string read_standard_input() {
  std::string text;
  std::array<char, 1 << 16> block;
  while (std::size_t const size = std::fread(block.data(), 1, block.size(), stdin))
    text.append(block.data(), size);
  return text;
}

Result<Snapshot> ask(Fetcher& fetcher) {
  Result<std::string> text = fetcher.get();
  if (!text) return text.error();
  return read_snapshot(text.value());
}

// One moment. If nobody has asked for long, its rates would be those of all that time: then this is
// the question that the next one refers to.
Result<Snapshot> ask_once(Options const& options) {
  if (options.url == "-") return read_snapshot(read_standard_input());
  auto fetcher = Fetcher::make(options.url);
  if (!fetcher) return fetcher.error();
  Result<Snapshot> snapshot = ask(**fetcher);
  if (!snapshot || snapshot.value().interval_seconds <= interval_seconds_max) return snapshot;
  ::usleep(static_cast<useconds_t>(std::min(options.interval, 60.0) * 1e6));
  return ask(**fetcher);
}

int run_once(Options const& options) {
  Result<Snapshot> const snapshot = ask_once(options);
  if (!snapshot) return fail(snapshot.error());
  if (!options.svg.empty()) {
    Result<void> const written = write_svg(to_dot(snapshot.value()), options.svg);
    if (!written) return fail(written.error());
  }
  if (!options.once && !options.svg.empty()) return 0;
  std::size_t const width = options.width > 0 ? options.width : once_columns;
  std::string const text = plain_text(draw(snapshot.value(), width, glyphs_for(options)));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return std::fflush(stdout) == 0 ? 0 : exit_failed;
}

// The picture of the last answer, and why there is no newer one.
class Live {
 public:
  Live(Options const& options, Fetcher& fetcher, Snapshot first)
      : options_(options), fetcher_(fetcher), snapshot_(std::move(first)) {}

  int run() {
    Terminal terminal;
    MonotonicClock const clock;
    Instant due = clock.now() + pause_of(options_);
    while (true) {  // until somebody quits
      Size const size = terminal.size();
      terminal.show(
          crop(draw(snapshot_, size.columns, glyphs_for(options_)), size, top_, status()));
      Instant const now = clock.now();
      Key const key = terminal.wait(due > now ? due - now : 0);
      if (key == Key::quit) return 0;
      act(key, size.rows);
      if (clock.now() < due) continue;
      if (!paused_) refresh();
      due = clock.now() + pause_of(options_);
    }
  }

 private:
  void refresh() {
    Result<Snapshot> next = ask(fetcher_);
    trouble_ = next ? "" : next.error().message;
    if (next) snapshot_ = std::move(next).value();
  }
  std::string status() const {
    if (!trouble_.empty()) return "old: " + trouble_;
    return std::string(paused_ ? "PAUSED, p goes on" : "p pauses") + "   q quits   arrows scroll";
  }
  void act(Key key, std::size_t rows) {
    std::size_t const page = std::max<std::size_t>(rows, 3) - 2;
    if (key == Key::down) ++top_;
    if (key == Key::up && top_ > 0) --top_;
    if (key == Key::page_down) top_ += page;
    if (key == Key::page_up) top_ -= std::min(top_, page);
    if (key == Key::home) top_ = 0;
    if (key == Key::pause) paused_ = !paused_;
  }

  Options const& options_;
  Fetcher& fetcher_;
  Snapshot snapshot_;
  std::string trouble_;
  std::size_t top_ = 0;
  bool paused_ = false;
};

int run_live(Options const& options) {
  auto fetcher = Fetcher::make(options.url);
  if (!fetcher) return fail(fetcher.error());
  Result<Snapshot> first = ask(**fetcher);
  if (!first) return fail(first.error());
  return Live(options, **fetcher, std::move(first).value()).run();
}

}  // namespace

}  // namespace weir::top

int main(int count, char** values) {
  using namespace weir::top;
  Options options;
  CLI::App app{"Draws a running graph: each node's rate, what waits in its handoffs, who is slow."};
  app.add_option("URL", options.url,
                 "of a program that serves telemetry: http://127.0.0.1:9100; "
                 "or - for what /graph said, on standard input")
      ->required();
  app.add_flag("--once", options.once, "one picture as plain text");
  app.add_option("--svg", options.svg, "one picture into this file, drawn by Graphviz's dot");
  app.add_option("--interval", options.interval, "seconds from one picture to the next")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--width", options.width, "columns of --once; 100 unless said");
  app.add_flag("--ascii", options.ascii, "no characters beyond ASCII");
  try {
    app.parse(count, values);
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? 0 : exit_bad_input;
  }
  std::setlocale(LC_CTYPE, "");
  std::signal(SIGPIPE, SIG_IGN);
  bool const lives =
      !options.once && options.svg.empty() && options.url != "-" && ::isatty(STDOUT_FILENO) != 0;
  if (lives) return run_live(options);
  options.once = options.once || options.svg.empty();  // where no terminal is, as plain text
  return run_once(options);
}
