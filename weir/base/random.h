// Random numbers from one seed (xoshiro256** seeded by splitmix64, Blackman and Vigna,
// prng.di.unimi.it).
#pragma once

#include <cstdint>

namespace weir {

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9E3779B97F4A7C15u;
      std::uint64_t mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9u;
      mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
      word = mixed ^ (mixed >> 31);
    }
  }

  constexpr std::uint64_t next() {
    std::uint64_t const result = rotate(state_[1] * 5, 7) * 9;
    std::uint64_t const shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  // In [0, bound); bound must not be 0. The bias is below 2^-32 for bounds below 2^32.
  constexpr std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<Word128>(next()) * bound) >> 64);
  }

  // True once in `n` calls on average.
  constexpr bool once_in(std::uint64_t n) { return below(n) == 0; }

 private:
  __extension__ using Word128 = unsigned __int128;

  static constexpr std::uint64_t rotate(std::uint64_t word, int by) {
    return (word << by) | (word >> (64 - by));
  }

  std::uint64_t state_[4]{};
};

}  // namespace weir
