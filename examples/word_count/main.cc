// word_count FILE [WORKERS]: how often each word stands in FILE, the most frequent first, counted
// by as many workers as there are processors, or WORKERS.
//
// Each worker reads the file, takes every n-th line of it, and sends each word to the worker that
// the word belongs to, which counts it: equal words meet there, whoever has read them, so there is
// nothing to merge in the end. SIGTERM and SIGINT end the reading: what was read is counted.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weir/weir.h"

namespace {

using namespace weir;

using Counts = std::unordered_map<std::string, std::uint64_t>;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  for (char const letter : line) {
    bool const small = 'a' <= letter && letter <= 'z';
    bool const capital = 'A' <= letter && letter <= 'Z';
    if (small || capital || static_cast<unsigned char>(letter) >= 0x80) {  // UTF-8 beyond ASCII
      word += capital ? static_cast<char>(letter - 'A' + 'a') : letter;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

Result<void> count_words(Workers& workers, std::string const& path, std::vector<Counts>& counts) {
  Exchange<std::string> words(workers.count());
  return workers.run_to_end([&](Worker& worker, std::uint32_t index, std::uint32_t count) {
    std::uint64_t number = 0;
    worker.add(flow(source_file(worker, path) >>
                    filter([=](std::string const&) mutable { return number++ % count == index; }) >>
                    flat_map([](std::string const& line) { return words_of(line); }) >>
                    exchange(worker, words, [](std::string const& word) { return word; }) >>
                    for_each([&own = counts[index]](std::string const& word) { ++own[word]; })));
  });
}

void print(std::vector<Counts> const& counts) {
  std::vector<std::pair<std::uint64_t, std::string>> all;
  for (Counts const& own : counts)
    for (auto const& [word, count] : own) all.emplace_back(count, word);
  std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  for (auto const& [count, word] : all)
    std::printf("%llu %s\n", static_cast<unsigned long long>(count), word.c_str());
}

// 0 if it is none.
std::uint32_t worker_count_of(char const* text) {
  std::uint32_t count = 0;
  char const* const end = text + std::strlen(text);
  auto const [stopped, error] = std::from_chars(text, end, count);
  return error == std::errc{} && stopped == end && count <= 256 ? count : 0;
}

}  // namespace

int main(int count, char** arguments) {
  WorkersOptions options;
  if (count == 3) options.count = worker_count_of(arguments[2]);
  if (count < 2 || count > 3 || (count == 3 && options.count == 0)) {
    std::fprintf(stderr, "usage: word_count FILE [WORKERS, from 1 to 256]\n");
    return 2;
  }
  Workers workers(std::move(options));
  workers.stop_on_signals();
  std::vector<Counts> counts(workers.count());
  Result<void> const done = count_words(workers, arguments[1], counts);
  if (!done.ok()) {
    std::fprintf(stderr, "word_count: %s\n", done.error().message.c_str());
    return 1;
  }
  print(counts);
  return 0;
}
