// Writes random flows as source files: write_flows FIRST_SEED COUNT PER_FILE FOLDER
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "tests/oracle/generate.h"
#include "tests/oracle/print.h"

int main(int count, char** words) {
  using namespace weir::oracle;
  if (count != 5) {
    std::fprintf(stderr, "usage: %s FIRST_SEED COUNT PER_FILE FOLDER\n", words[0]);
    return 2;
  }
  std::uint64_t const first = std::strtoull(words[1], nullptr, 10);
  std::uint64_t const end = first + std::strtoull(words[2], nullptr, 10);
  std::uint64_t const per_file = std::strtoull(words[3], nullptr, 10);
  for (std::uint64_t seed = first; seed < end; seed += per_file) {
    std::vector<Shape> shapes;
    for (std::uint64_t s = seed; s < seed + per_file && s < end; ++s)
      shapes.push_back(random_shape(s));
    std::string const path = std::string(words[4]) + "/flows_" + std::to_string(seed) + ".cc";
    std::ofstream file(path);
    file << source_of(shapes);
    if (!file.flush()) {
      std::fprintf(stderr, "cannot write %s\n", path.c_str());
      return 1;
    }
  }
  return 0;
}
