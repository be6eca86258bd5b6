// main() for a fuzz target that is not linked with libFuzzer: runs it once on every file of the
// folders named on the command line, so that what fuzzing once found stays fixed in every build;
// and on a few hundred random inputs, so that it is run at all. WEIR_SEED chooses others.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "weir/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

void run(std::string const& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(input.data()), input.size());
}

void run_random(std::uint64_t seed, int count) {
  weir::Random random(seed);
  for (int i = 0; i < count; ++i) {
    std::string input(random.below(400), '\0');
    for (char& byte : input) byte = static_cast<char>(random.below(256));
    run(input);
  }
}

}  // namespace

int main(int argc, char** argv) {
  int inputs = 1;
  run("");
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) continue;
    for (auto const& entry : std::filesystem::directory_iterator(argv[i])) {
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);  // the last line names the input that crashed
      std::ifstream file(entry.path(), std::ios::binary);
      run(std::string(std::istreambuf_iterator<char>(file), {}));
      ++inputs;
    }
  }
  std::printf("%d inputs replayed\n", inputs);

  char const* const chosen = std::getenv("WEIR_SEED");
  std::uint64_t const seed = chosen != nullptr ? std::strtoull(chosen, nullptr, 0) : 1;
  std::printf("random inputs from seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  run_random(seed, 300);
}
