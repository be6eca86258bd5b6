// For tests of operations on files: submits one, steps the ring, and has its result.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/ring/recorder.h"
#include "tests/ring/test_files.h"

namespace weir {

class RunFixture : public RingFixture {
 protected:
  template <class Submit>
  std::int32_t run(Submit submit) {
    Recorder recorder(ring());
    submit(recorder.completion);
    EXPECT_TRUE(until_idle(recorder));
    EXPECT_EQ(recorder.end_count, 1u);
    return recorder.result();
  }

  // As they are submitted; a descriptor is closed when the test ends.
  std::int32_t open(std::string_view name, std::uint32_t flags, int directory = AT_FDCWD) {
    return open_path(files_.path(name), flags, directory);
  }
  std::int32_t open_path(std::string const& path, std::uint32_t flags, int directory = AT_FDCWD) {
    std::int32_t const result =
        run([&](Completion& open) { ring().open(open, path.c_str(), flags, 0640, directory); });
    if (result >= 0) remember(result);
    return result;
  }
  std::int32_t write(int descriptor, std::string_view bytes,
                     std::uint64_t offset = stream_position) {
    return run([&](Completion& write) {
      ring().write(write, descriptor, reinterpret_cast<std::byte const*>(bytes.data()),
                   static_cast<std::uint32_t>(bytes.size()), offset);
    });
  }
  std::int32_t read(int descriptor, std::span<char> into, std::uint64_t offset = stream_position) {
    return run([&](Completion& read) {
      ring().read(read, descriptor, reinterpret_cast<std::byte*>(into.data()),
                  static_cast<std::uint32_t>(into.size()), offset);
    });
  }
  // Its read end and its write end.
  std::array<int, 2> open_pipe() {
    std::array<int, 2> const ends = kernel().open_pipe().value();
    return {remember(ends[0]), remember(ends[1])};
  }

  TestFiles files_{test_.world()};
};

}  // namespace weir
