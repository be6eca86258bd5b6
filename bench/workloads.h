// The inputs of the measured loops: a graph and a list of words. They are read from a folder that
// has them, or else made up: always the same, and alike in size and shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace weir::bench {

inline constexpr std::uint64_t int_count = 1'000'000;
inline constexpr std::uint64_t start_vertex = 1;

using Edge = std::pair<std::uint64_t, std::uint64_t>;

struct Inputs {
  std::vector<Edge> edges;
  // Those whose hash is odd: half of them, unpredictably.
  std::vector<std::string> words;
};

// Reads `reachability_edges.txt` (a line is `FROM TO`) and `words_alpha.txt` (a word a line). An
// empty folder name means: made up.
Inputs read_inputs(std::filesystem::path const& folder);

// 55,008 edges between 10,000 vertices, of which 7,855 can be reached from start_vertex.
std::vector<Edge> make_edges();
// 370,104 words of 1 to 31 letters, with the lengths of the English ones.
std::vector<std::string> make_words();

// What the loops have to find, computed in another way.
std::uint64_t reachable_count(std::vector<Edge> const& edges);
std::uint64_t diamond_length(std::vector<std::string> const& words);

}  // namespace weir::bench
