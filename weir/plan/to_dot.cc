#include "weir/plan/describe.h"
#include "weir/plan/escape.h"
#include "weir/plan/picture.h"

namespace weir {

namespace {

std::string quoted(std::string_view text) { return '"' + escape(Language::dot, text) + '"'; }

std::string node_line(PictureNode const& node) {
  std::string look;
  switch (node.look) {
    case Look::pull:
      look = "fillcolor=\"#88aaff\", color=\"#224466\"";
      break;
    case Look::push:
      look = "fillcolor=\"#ffff88\", color=\"#666622\"";
      break;
    case Look::handoff:
      look =
          "fillcolor=white, color=\"#666666\", shape=parallelogram, style=filled, fontsize=10, "
          "height=0.3, margin=\"0,0.03\"";
      break;
  }
  return node.id + " [label=" + quoted(node.label) + ", " + look + "]\n";
}

std::string arrow_line(PictureArrow const& arrow) {
  std::string look;
  if (arrow.blocking) look += " [label=" + quoted(" \u2715 " + arrow.label) + "]";  // a cross
  else if (!arrow.label.empty()) look += " [label=" + quoted(" " + arrow.label) + "]";
  if (arrow.blocking) look += " [color=\"#dd0000\", fontcolor=\"#dd0000\", penwidth=1.5]";
  if (arrow.delayed) look += " [style=dashed]";
  return arrow.source + " -> " + arrow.target + look + "\n";
}

}  // namespace

std::string to_dot(PlanView const& plan) {
  Picture const picture = draw(plan);
  std::string text =
      "digraph flow {\n"
      "graph [fontname=\"Helvetica\", fontsize=11, fontcolor=\"#555555\", nodesep=0.35, "
      "ranksep=0.4]\n"
      "node [fontname=\"Helvetica\", fontsize=13, shape=box, style=\"filled,rounded\", "
      "height=0.4, margin=\"0.18,0.06\"]\n"
      "edge [fontname=\"Helvetica\", fontsize=11, color=\"#444444\", arrowsize=0.75]\n";
  auto const open_loop = [&](std::size_t l) {
    text += "subgraph cluster_loop_" + std::to_string(l) + " {\n";
    text += "  label=" + quoted(picture.loops[l].title) + "; labeljust=l; margin=14;\n";
    text += "  style=\"filled,rounded\"; fillcolor=\"#eaf4ea\"; color=\"#88aa88\"\n";
  };
  auto const box = [&](std::size_t b) {
    text += "subgraph cluster_" + std::to_string(b) + " {\n";
    text += "  label=" + quoted(picture.boxes[b].title) + "; labeljust=l; margin=14;\n";
    text += "  style=\"filled,rounded\"; fillcolor=\"#f4f4f4\"; color=\"#aaaaaa\"\n";
    for (PictureNode const& node : picture.boxes[b].nodes) text += "  " + node_line(node);
    text += "}\n";
  };
  for_each_box(picture, open_loop, box, [&](std::size_t) { text += "}\n"; });
  for (PictureNode const& node : picture.between_boxes) text += node_line(node);
  for (PictureArrow const& arrow : picture.arrows) text += arrow_line(arrow);
  return text + "}\n";
}

}  // namespace weir
