#include "tools/weir_top/layout.h"

#include <string_view>
#include <utility>

namespace weir::top {

namespace {

struct Marks {
  std::string_view begin;
  std::string_view branch;
  std::string_view last_branch;
  std::string_view beside;
};
constexpr Marks unicode_marks{"▸ ", "├ ", "└ ", "│ "};
constexpr Marks ascii_marks{"* ", "+ ", "\\ ", "| "};
constexpr std::string_view nothing = "  ";

// A block that is still to be laid out.
struct Block {
  std::size_t node;
  std::optional<std::size_t> edge;
  std::string first;  // before its first row
  std::string rest;   // before the others
  std::size_t depth;
};

class Layout {
 public:
  Layout(Flow const& flow, Glyphs glyphs)
      : flow_(flow),
        marks_(glyphs == Glyphs::unicode ? unicode_marks : ascii_marks),
        outputs_(flow.nodes.size()),
        has_input_(flow.nodes.size()),
        seen_(flow.nodes.size()) {
    for (std::size_t e = 0; e < flow.edges.size(); ++e) {
      outputs_[flow.edges[e].source].push_back(e);
      has_input_[flow.edges[e].target] = true;
    }
  }

  std::vector<Row> run() {
    for (std::size_t n = 0; n < flow_.nodes.size(); ++n)
      if (!has_input_[n]) begin_at(n);
    for (std::size_t n = 0; n < flow_.nodes.size(); ++n)  // cycles that nothing leads to
      if (!seen_[n]) begin_at(n);
    return std::move(rows_);
  }

 private:
  void begin_at(std::size_t node) {
    std::vector<Block> open{
        {node, std::nullopt, std::string(marks_.begin), std::string(nothing), 0}};
    while (!open.empty()) {  // each edge is in one block
      Block const block = std::move(open.back());
      open.pop_back();
      lay_out(block, open);
    }
  }

  // Along the chain, until it branches, ends, or comes to what has been seen.
  void lay_out(Block const& block, std::vector<Block>& open) {
    std::size_t node = block.node;
    std::optional<std::size_t> edge = block.edge;
    std::string const* prefix = &block.first;
    while (true) {  // each turn sees a node for the first time, or is the last
      bool const known = seen_[node];
      rows_.push_back({*prefix, node, edge, known});
      prefix = &block.rest;
      if (known) return;
      seen_[node] = true;
      std::vector<std::size_t> const& outputs = outputs_[node];
      if (outputs.size() != 1) return branch(block, outputs, open);
      edge = outputs[0];
      node = flow_.edges[outputs[0]].target;
    }
  }

  void branch(Block const& block, std::vector<std::size_t> const& outputs,
              std::vector<Block>& open) {
    bool const deep = block.depth >= indent_depth_max;
    for (std::size_t i = outputs.size(); i-- > 0;) {
      bool const last = i + 1 == outputs.size();
      std::string const before =
          deep ? block.rest.substr(0, block.rest.size() - tail_size(block)) : block.rest;
      open.push_back({flow_.edges[outputs[i]].target, outputs[i],
                      before + std::string(last ? marks_.last_branch : marks_.branch),
                      before + std::string(last ? nothing : marks_.beside),
                      deep ? block.depth : block.depth + 1});
    }
  }
  // Of what stands before the rows of a block, the part that is its own.
  std::size_t tail_size(Block const& block) const {
    return block.rest.ends_with(marks_.beside) ? marks_.beside.size() : nothing.size();
  }

  Flow const& flow_;
  Marks const& marks_;
  std::vector<std::vector<std::size_t>> outputs_;
  std::vector<bool> has_input_;
  std::vector<bool> seen_;
  std::vector<Row> rows_;
};

}  // namespace

std::vector<Row> lay_out(Flow const& flow, Glyphs glyphs) { return Layout(flow, glyphs).run(); }

}  // namespace weir::top
