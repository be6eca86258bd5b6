#include "weir/plan/describe.h"
#include "weir/plan/escape.h"
#include "weir/plan/picture.h"

namespace weir {

namespace {

std::string quoted(std::string_view text) { return '"' + escape(Language::mermaid, text) + '"'; }

std::string node_line(PictureNode const& node) {
  switch (node.look) {
    case Look::pull:
      return node.id + "([" + quoted(node.label) + "]):::pull\n";
    case Look::push:
      return node.id + "(" + quoted(node.label) + "):::push\n";
    case Look::handoff:
      return node.id + "[/" + quoted(node.label) + "/]:::handoff\n";
  }
  return {};
}

}  // namespace

std::string to_mermaid(PlanView const& plan) {
  Picture const picture = draw(plan);
  std::string text =
      "flowchart TD\n"
      "classDef pull fill:#8af,stroke:#246,color:#000\n"
      "classDef push fill:#ff8,stroke:#662,color:#000\n"
      "classDef handoff fill:#fff,stroke:#666,color:#000\n";
  auto const open_loop = [&](std::size_t l) {
    text += "subgraph loop" + std::to_string(l) + "[" + quoted(picture.loops[l].title) + "]\n";
  };
  auto const box = [&](std::size_t b) {
    text += "subgraph sg" + std::to_string(b) + "[" + quoted(picture.boxes[b].title) + "]\n";
    for (PictureNode const& node : picture.boxes[b].nodes) text += "  " + node_line(node);
    text += "end\n";
  };
  for_each_box(picture, open_loop, box, [&](std::size_t) { text += "end\n"; });
  for (PictureNode const& node : picture.between_boxes) text += node_line(node);

  std::string blocking;  // the numbers of the red arrows
  for (std::size_t a = 0; a < picture.arrows.size(); ++a) {
    PictureArrow const& arrow = picture.arrows[a];
    text += arrow.source + (arrow.blocking ? " --x" : arrow.delayed ? " -.->" : " -->");
    if (!arrow.label.empty()) text += "|" + quoted(arrow.label) + "|";
    text += " " + arrow.target + "\n";
    if (arrow.blocking) blocking += (blocking.empty() ? "" : ",") + std::to_string(a);
  }
  if (!blocking.empty()) text += "linkStyle " + blocking + " stroke:#d00,color:#d00\n";
  return text;
}

}  // namespace weir
