// A terminal that is drawn on: another screen than the one the shell writes to, which is back when
// this has ended, however it ends.
#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <vector>

#include "tools/weir_top/picture.h"
#include "weir/base/clock.h"

namespace weir::top {

struct Size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// What somebody asks for.
enum class Key { none, quit, up, down, page_up, page_down, home, pause };

// What the bytes that a terminal sends mean, the last of them if they are several keys.
Key key_of(std::string_view bytes);

// The part of a picture that fits on a screen, with a line below that says what does not.
// `top` is the first line shown; it is moved to where there is one.
std::vector<Line> crop(std::vector<Line> const& picture, Size size, std::size_t& top,
                       std::string_view status);

// Orders and text that put `lines` on the screen, over what was there.
std::string screen_text(std::vector<Line> const& lines, bool colours);

class Terminal {
 public:
  // Standard output is a terminal. One at a time: it catches the signals that end the process and
  // that tell of another size.
  Terminal();
  ~Terminal();
  Terminal(Terminal const&) = delete;
  Terminal& operator=(Terminal const&) = delete;

  Size size() const;
  void show(std::vector<Line> const& lines);
  // Until a key, another size (Key::none), or the time is up (Key::none).
  Key wait(Duration time);

 private:
  termios before_{};
  bool reads_keys_ = false;
};

}  // namespace weir::top
