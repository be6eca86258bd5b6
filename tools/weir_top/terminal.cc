#include "tools/weir_top/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace weir::top {

namespace {

constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l\x1b[?7l";  // screen, no cursor, no wrap
constexpr std::string_view leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";

std::array<int, 2> wake_pipe{-1, -1};
volatile std::sig_atomic_t asked_to_end = 0;

// Only wakes the loop: what it does is no business of a signal handler's.
void on_signal(int number) {
  if (number != SIGWINCH) asked_to_end = 1;
  int const code = errno;
  static_cast<void>(!::write(wake_pipe[1], "", 1));
  errno = code;
}

void write_all(std::string_view text) {
  while (!text.empty()) {  // a write moves at least one byte
    ssize_t const written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody sees it any more: the next wait ends
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string_view order_of(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::dim:
      return "\x1b[2m";
    case Style::bold:
      return "\x1b[1m";
    case Style::good:
      return "\x1b[32m";
    case Style::warning:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[1;31m";
  }
  return {};
}

}  // namespace

Key key_of(std::string_view bytes) {
  constexpr std::array<std::pair<std::string_view, Key>, 16> keys{{
      {"\x1b[A", Key::up},
      {"\x1bOA", Key::up},
      {"\x1b[B", Key::down},
      {"\x1bOB", Key::down},
      {"\x1b[5~", Key::page_up},
      {"\x1b[6~", Key::page_down},
      {"\x1b[H", Key::home},
      {"\x1b[1~", Key::home},
      {"k", Key::up},
      {"j", Key::down},
      {"b", Key::page_up},
      {"f", Key::page_down},
      {"g", Key::home},
      {"p", Key::pause},
      {"q", Key::quit},
      {"\x03", Key::quit},
  }};
  for (auto const& [text, key] : keys)
    if (bytes.ends_with(text)) return key;
  return Key::none;
}

std::vector<Line> crop(std::vector<Line> const& picture, Size size, std::size_t& top,
                       std::string_view status) {
  if (size.rows == 0) return {};
  std::size_t const room = size.rows - 1;  // the last one is the status
  std::size_t const top_max = picture.size() > room ? picture.size() - room : 0;
  top = std::min(top, top_max);
  std::size_t const shown = std::min(room, picture.size() - top);
  auto const first = picture.begin() + static_cast<std::ptrdiff_t>(top);
  std::vector<Line> lines(first, first + static_cast<std::ptrdiff_t>(shown));
  lines.resize(room);
  std::size_t const below = picture.size() - top - shown;
  std::string text(status);
  if (below > 0) text += "   " + std::to_string(below) + " more lines below";
  lines.push_back({{text.substr(0, size.columns), Style::dim}});
  return lines;
}

std::string screen_text(std::vector<Line> const& lines, bool colours) {
  std::string text = "\x1b[H";
  for (std::size_t l = 0; l < lines.size(); ++l) {
    if (l > 0) text += "\r\n";
    for (Span const& span : lines[l]) {
      std::string_view const order = colours ? order_of(span.style) : std::string_view{};
      text.append(order).append(span.text);
      if (!order.empty()) text += "\x1b[0m";
    }
    text += "\x1b[K";
  }
  return text + "\x1b[J";
}

Terminal::Terminal() {
  if (::pipe2(wake_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) wake_pipe = {-1, -1};
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (int const number : {SIGINT, SIGTERM, SIGHUP, SIGWINCH})
    ::sigaction(number, &action, nullptr);
  if (::tcgetattr(STDIN_FILENO, &before_) == 0) {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    reads_keys_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
  }
  write_all(enter);
}

Terminal::~Terminal() {
  write_all(leave);
  if (reads_keys_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

Size Terminal::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {};
  return {size.ws_col, size.ws_row};
}

void Terminal::show(std::vector<Line> const& lines) {
  write_all(screen_text(lines, std::getenv("NO_COLOR") == nullptr));
}

Key Terminal::wait(Duration time) {
  if (asked_to_end != 0) return Key::quit;
  std::array<pollfd, 2> awaited{
      {{wake_pipe[0], POLLIN, 0}, {reads_keys_ ? STDIN_FILENO : -1, POLLIN, 0}}};
  auto const timeout = static_cast<int>(std::min<Duration>(time / milliseconds, 60'000));
  int const ready = ::poll(awaited.data(), awaited.size(), timeout);
  if (asked_to_end != 0) return Key::quit;
  if (ready <= 0) return Key::none;
  std::array<char, 64> bytes;
  if (awaited[0].revents != 0) static_cast<void>(!::read(wake_pipe[0], bytes.data(), bytes.size()));
  if (awaited[1].revents == 0) return Key::none;
  ssize_t const size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (size <= 0) return Key::quit;  // the terminal has gone
  return key_of({bytes.data(), static_cast<std::size_t>(size)});
}

}  // namespace weir::top
