#include "bench/inputs.h"

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

std::vector<Edge> const& Inputs::edges() const {
  if (edges_.empty()) {
    edges_ = folder_.empty() ? make_edges() : read_edges(folder_ / "reachability_edges.txt");
  }
  return edges_;
}

std::vector<std::string> const& Inputs::words() const {
  if (words_.empty()) {
    words_ = folder_.empty() ? make_words() : read_words(folder_ / "words_alpha.txt");
    std::erase_if(words_, [](std::string const& word) { return !has_odd_hash(word); });
  }
  return words_;
}

Ints const& Inputs::small_ints(std::size_t which) const {
  Ints& ints = small_ints_[which];
  Random random(3 + which);
  while (ints.size() < 10'000) ints.push_back(random.below(100));
  return ints;
}

Ints const& Inputs::fewer_ints(std::size_t which) const {
  Ints& ints = fewer_ints_[which];
  if (ints.empty()) ints.assign(small_ints(which).begin(), small_ints(which).begin() + 1'000);
  return ints;
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

}  // namespace weir::bench
