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
};
struct PictureArrow {
  std::string source;
  std::string target;
  std::string label;
  bool blocking = false;  // the target waits for all of it
  bool delayed = false;   // until the next tick
};

struct Picture {
  std::vector<PictureBox> boxes;
  std::vector<PictureNode> between_boxes;
  std::vector<PictureArrow> arrows;
};

Picture draw(PlanView const& plan);

}  // namespace weir
