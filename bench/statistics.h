// Medians of few noisy samples, and how far they may be off.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace weir::bench {

struct Interval {
  double low = 0;
  double high = 0;
};

inline double median(std::vector<double> samples) {
  if (samples.empty()) return 0;
  std::ranges::sort(samples);
  std::size_t const middle = samples.size() / 2;
  if (samples.size() % 2 == 1) return samples[middle];
  return (samples[middle - 1] + samples[middle]) / 2;
}

// Where the true median lies with a probability of at least 95 %, whatever the distribution:
// between two of the sorted samples. With fewer than 6 samples nothing can be said with that
// certainty, and it is the smallest and the largest.
inline Interval median_interval(std::vector<double> samples) {
  if (samples.empty()) return {};
  std::ranges::sort(samples);
  std::size_t const count = samples.size();
  // The k smallest samples may be cut off while P(at most k samples lie below the median) <= 2.5 %.
  std::size_t cut = 0;
  double probability = std::pow(0.5, static_cast<double>(count));  // of exactly `cut` below
  double below = probability;
  while (below <= 0.025) {
    probability *= static_cast<double>(count - cut) / static_cast<double>(cut + 1);
    ++cut;
    below += probability;
  }
  std::size_t const first = cut == 0 ? 0 : cut - 1;
  return {samples[first], samples[count - 1 - first]};
}

// a[i] / b[i].
inline std::vector<double> ratios(std::vector<double> const& a, std::vector<double> const& b) {
  std::vector<double> result;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) result.push_back(a[i] / b[i]);
  return result;
}

}  // namespace weir::bench
