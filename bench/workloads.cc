#include "bench/workloads.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "weir/base/random.h"

namespace weir::bench {
namespace {

std::ifstream open(std::filesystem::path const& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(1);
  }
  return file;
}

std::vector<Edge> read_edges(std::filesystem::path const& path) {
  std::ifstream file = open(path);
  std::vector<Edge> edges;
  for (Edge edge; file >> edge.first >> edge.second;) edges.push_back(edge);
  return edges;
}

std::vector<std::string> read_words(std::filesystem::path const& path) {
  std::ifstream file = open(path);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word);) {
    if (word.ends_with('\r')) word.pop_back();
    words.push_back(std::move(word));
  }
  return words;
}

bool has_odd_hash(std::string_view word) {
  std::uint32_t hash = 0;
  for (char const letter : word) hash = hash * 31 + static_cast<unsigned char>(letter);
  return hash % 2 == 1;
}

template <class T>
void shuffle(std::vector<T>& values, Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

}  // namespace

Inputs read_inputs(std::filesystem::path const& folder) {
  Inputs inputs;
  bool const made_up = folder.empty();
  inputs.edges = made_up ? make_edges() : read_edges(folder / "reachability_edges.txt");
  inputs.words = made_up ? make_words() : read_words(folder / "words_alpha.txt");
  std::erase_if(inputs.words, [](std::string const& word) { return !has_odd_hash(word); });
  return inputs;
}

std::vector<Edge> make_edges() {
  constexpr std::uint64_t vertices = 10'000;
  constexpr std::uint64_t reachable = 7'855;
  constexpr std::size_t edges_wanted = 55'008;
  constexpr std::size_t edges_of_reachable = 40'519;
  Random random(1);

  // The reachable ones first, in an order that is not that of their names.
  std::vector<std::uint64_t> names(vertices);
  for (std::uint64_t i = 0; i < vertices; ++i) names[i] = i;
  shuffle(names, random);
  std::swap(names[0], *std::ranges::find(names, start_vertex));

  std::vector<Edge> edges;
  for (std::uint64_t i = 1; i < reachable; ++i) {  // a tree: everything is reached
    edges.emplace_back(names[random.below(i)], names[i]);
  }
  while (edges.size() < edges_of_reachable) {
    edges.emplace_back(names[random.below(reachable)], names[random.below(reachable)]);
  }
  while (edges.size() < edges_wanted) {
    std::uint64_t const from = reachable + random.below(vertices - reachable);
    edges.emplace_back(names[from], names[random.below(vertices)]);
  }
  shuffle(edges, random);
  return edges;
}

std::vector<std::string> make_words() {
  // How many words of `words_alpha.txt` have 1, 2, 3, … letters; and its letters by frequency.
  constexpr std::array words_of_length{26,    427,   2130,  7186,  15920, 29874, 41998, 51627,
                                       53402, 45872, 37539, 29124, 20944, 14149, 8846,  5182,
                                       2967,  1471,  760,   359,   168,   74,    31,    12,
                                       8,     0,     3,     2,     2,     0,     1};
  constexpr std::string_view letters =
      "eeeeeeeeeeeiiiiiiiiiaaaaaaaaaoooooooonnnnnnnnsssssssrrrrrrrtttttttllllllcccccuuuupppp"
      "dddmmmhhhggyybbffvkwzxqj";
  Random random(2);

  std::vector<std::string> words;
  for (std::size_t i = 0; i < words_of_length.size(); ++i) {
    for (int left = words_of_length[i]; left > 0; --left) {
      std::string& word = words.emplace_back(i + 1, ' ');
      for (char& letter : word) letter = letters[random.below(letters.size())];
    }
  }
  std::ranges::sort(words);
  return words;
}

std::uint64_t reachable_count(std::vector<Edge> const& edges) {
  std::uint64_t vertices = start_vertex + 1;
  for (auto const& [from, to] : edges) vertices = std::max({vertices, from + 1, to + 1});
  std::vector<bool> reached(vertices);
  reached[start_vertex] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (auto const& [from, to] : edges) {
      if (!reached[from] || reached[to]) continue;
      reached[to] = changed = true;
    }
  }
  return static_cast<std::uint64_t>(std::ranges::count(reached, true));
}

std::uint64_t diamond_length(std::vector<std::string> const& words) {
  constexpr std::size_t greetings = std::string_view("hi bye ").size();
  std::uint64_t sum = 0;
  for (std::string const& word : words) {
    sum += 2 * word.size() + greetings + (word.size() % 5 == 0 ? word.size() : 0);
  }
  return sum;
}

}  // namespace weir::bench
