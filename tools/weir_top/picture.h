// A running graph as lines of text: a pure function of what /graph said and of the width there is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/weir_top/layout.h"
#include "tools/weir_top/snapshot.h"

namespace weir::top {

enum class Style { plain, dim, bold, good, warning, bad };

struct Span {
  std::string text;
  Style style = Style::plain;
};
using Line = std::vector<Span>;

// What is narrower is drawn so wide, and cut off.
inline constexpr std::size_t columns_min = 24;

// No line is wider than `columns`, counting one for each character.
std::vector<Line> draw(Snapshot const& snapshot, std::size_t columns, Glyphs glyphs);

// One line each, without a style.
std::string plain_text(std::vector<Line> const& lines);

// 0, 7.25, 999, 1.02k, 310k, 4.50M: at most five characters up to 999E.
std::string short_number(double number);
// The same with a unit of 1024: 512 B, 1.50 KiB.
std::string short_bytes(double bytes);

// How many characters the UTF-8 text has.
std::size_t width_of(std::string_view text);

// `columns` characters: cut off with a mark, or filled up with blanks.
std::string fit(std::string_view text, std::size_t columns, Glyphs glyphs);

// The user's name and the operator: "reached = union", "tee (reached)", "map".
std::string title_of(Node const& node);

}  // namespace weir::top
