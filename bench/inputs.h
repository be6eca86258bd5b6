// What goes into the measured loops. A graph and a list of words are read from a folder that has
// them, or else made up: always the same, and alike in size and shape.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace weir::bench {

inline constexpr std::uint64_t int_count = 1'000'000;
inline constexpr std::uint64_t start_vertex = 1;

using Ints = std::vector<std::uint64_t>;
using Edge = std::pair<std::uint64_t, std::uint64_t>;

// Each is read or made when it is first asked for, and lives as long as this.
class Inputs {
 public:
  // The folder has `reachability_edges.txt` (a line is `FROM TO`) and `words_alpha.txt` (a word a
  // line); without a name, both are made up.
  explicit Inputs(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::vector<Edge> const& edges() const;
  // Those whose hash is odd: half of them, unpredictably.
  std::vector<std::string> const& words() const;
  // 10,000 of 0 to 99, uniformly; `which` is 0 or 1.
  Ints const& small_ints(std::size_t which) const;
  // The first 1,000 of them.
  Ints const& fewer_ints(std::size_t which) const;

 private:
  std::filesystem::path folder_;
  mutable std::vector<Edge> edges_;
  mutable std::vector<std::string> words_;
  mutable std::array<Ints, 2> small_ints_;
  mutable std::array<Ints, 2> fewer_ints_;
};

// 55,008 edges between 10,000 vertices, of which 7,855 can be reached from start_vertex.
std::vector<Edge> make_edges();
// 370,104 words of 1 to 31 letters, with the lengths of the English ones.
std::vector<std::string> make_words();

}  // namespace weir::bench
