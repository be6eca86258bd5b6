// What every picture of a plan shows, before it is put into some language.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "weir/plan/plan.h"

namespace weir {

enum class Look { pull, push, handoff };

struct PictureNode {
  std::string id;
  std::string label;
  Look look;
};
struct PictureBox {
  std::string title;
  std::vector<PictureNode> nodes;
  Index loop = no_index;  // the box around it
};
struct PictureLoop {
  std::string title;
  Index parent = no_index;
};
struct PictureArrow {
  std::string source;
  std::string target;
  std::string label;
  bool blocking = false;  // the target waits for all of it
  bool delayed = false;   // until the next tick
};

struct Picture {
  std::vector<PictureLoop> loops;
  std::vector<PictureBox> boxes;
  std::vector<PictureNode> between_boxes;
  std::vector<PictureArrow> arrows;
};

Picture draw(PlanView const& plan);

// Calls open(loop), box(index), close(loop) so that everything stands inside what is around it.
// `around` is no_index for the outermost.
template <class Open, class Box, class Close>
void for_each_box(Picture const& picture, Open open, Box box, Close close,
                  Index around = no_index) {
  for (std::size_t b = 0; b < picture.boxes.size(); ++b) {
    if (picture.boxes[b].loop == around) box(b);
  }
  for (std::size_t l = 0; l < picture.loops.size(); ++l) {
    if (picture.loops[l].parent != around) continue;
    open(l);
    for_each_box(picture, open, box, close, static_cast<Index>(l));
    close(l);
  }
}

}  // namespace weir
