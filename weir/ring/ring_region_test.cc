// Registered regions, O_DIRECT and full disks, on every kernel.
#include "weir/ring/region.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "tests/ring/run_fixture.h"

namespace weir {
namespace {

constexpr std::uint32_t block_size = 4096;

class RingRegionTest : public RunFixture {
 protected:
  std::span<std::byte> memory() { return memory_; }
  std::byte* block(std::size_t index) { return memory_.data() + index * block_size; }
  void fill(std::size_t index, char byte) {
    std::fill_n(block(index), block_size, static_cast<std::byte>(byte));
  }
  std::int32_t read_block(int file, Region const& region, std::size_t index, std::uint64_t offset) {
    return run([&](Completion& read) {
      ring().read(read, file, region, block(index), block_size, offset);
    });
  }
  std::int32_t write_block(int file, Region const& region, std::size_t index,
                           std::uint64_t offset) {
    return run([&](Completion& write) {
      ring().write(write, file, region, block(index), block_size, offset);
    });
  }
  // A simulated disk may move less than was asked for, as any may.
  bool is_some(std::int32_t result) const {
    return hostile() ? result > 0 : result == static_cast<std::int32_t>(block_size);
  }

  alignas(block_size) std::array<std::byte, 8 * block_size> memory_{};
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingRegionTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingRegionTest, ReadsAndWritesGoToPartsOfIt) {
  Region const region(ring(), memory());
  int const file = open("data", O_RDWR | O_CREAT);
  ASSERT_GE(file, 0);
  fill(1, 'a');
  ASSERT_TRUE(is_some(write_block(file, region, 1, 0)));
  std::int32_t const count = read_block(file, region, 2, 0);
  ASSERT_TRUE(is_some(count));
  EXPECT_TRUE(std::equal(block(2), block(2) + count, block(1)));
  EXPECT_EQ(read_block(file, region, 2, 1 << 20), 0);
  EXPECT_EQ(read_block(99'999, region, 2, 0), -EBADF);
}

TEST_P(RingRegionTest, EveryKernelPinsIt) {
  Region const region(ring(), memory());
  EXPECT_TRUE(region.pinned());
}

TEST_P(RingRegionTest, ThereIsRoomForManyAndWhatIsGivenUpIsUsedAgain) {
  std::vector<std::unique_ptr<Region>> regions;
  for (std::uint32_t i = 0; i < regions_max; ++i)
    regions.push_back(std::make_unique<Region>(ring(), memory().subspan(0, block_size)));
  EXPECT_TRUE(regions.back()->pinned());
  Region const another(ring(), memory());
  EXPECT_FALSE(another.pinned());
  regions[17].reset();
  Region const region(ring(), memory());
  EXPECT_EQ(region.index(), 17);

  // One that is not pinned works all the same.
  int const file = open("data", O_RDWR | O_CREAT);
  ASSERT_GE(file, 0);
  fill(3, 'b');
  EXPECT_TRUE(is_some(write_block(file, another, 3, 0)));
  EXPECT_EQ(files_.content("data").substr(0, 1), "b");
}

TEST_P(RingRegionTest, NothingOutsideOfItIsTouched) {
  Region const region(ring(), memory().subspan(0, 2 * block_size));
  EXPECT_TRUE(region.contains(block(1), block_size));
  EXPECT_FALSE(region.contains(block(1), block_size + 1));
  EXPECT_FALSE(region.contains(block(1) - 2 * block_size, 1));
  // Past the ring's own check, the kernel's.
  files_.put("data", std::string(2 * block_size, 'x'));
  int const file = open("data", O_RDONLY);
  uapi::Sqe submission{};
  submission.opcode = uapi::op_read_fixed;
  submission.descriptor = file;
  submission.address = reinterpret_cast<std::uintptr_t>(block(1));
  submission.size = block_size + 1;
  submission.buffer_group = static_cast<std::uint16_t>(region.index());
  EXPECT_EQ(run([&](Completion& raw) { ring().raw(raw, submission); }), -EFAULT);
  submission.buffer_group = regions_max;
  submission.size = 1;
  EXPECT_EQ(run([&](Completion& raw) { ring().raw(raw, submission); }), -EFAULT);
}

TEST_P(RingRegionTest, MayEndWhileAnOperationOnItWaits) {
  std::array<int, 2> const pipe = open_pipe();
  std::optional<Region> region(std::in_place, ring(), memory());
  Recorder read(ring());
  ring().read(read, pipe[0], *region, block(0), block_size);
  ring().step(Wait::poll);
  region.reset();
  ASSERT_EQ(write(pipe[1], "x"), 1);
  ASSERT_TRUE(until_idle(read));
  EXPECT_EQ(read.result(), 1);
  EXPECT_EQ(*block(0), std::byte{'x'});
}

// ---- O_DIRECT -----------------------------------------------------------------------------------

class RingDirectTest : public RingRegionTest {
 protected:
  // Negative where the file system of the tests knows no O_DIRECT (a tmpfs of an old kernel).
  int open_direct() { return open("data", O_RDWR | O_CREAT | O_DIRECT); }
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingDirectTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingDirectTest, MovesWholeBlocksPastThePageCache) {
  Region const region(ring(), memory());
  int const file = open_direct();
  if (file == -EINVAL) GTEST_SKIP() << "no O_DIRECT on the file system of the tests";
  ASSERT_GE(file, 0);
  fill(0, 'a');
  fill(1, 'b');
  ASSERT_EQ(write_block(file, region, 0, 0), static_cast<std::int32_t>(block_size));
  ASSERT_EQ(write_block(file, region, 1, block_size), static_cast<std::int32_t>(block_size));
  ASSERT_EQ(read_block(file, region, 2, block_size), static_cast<std::int32_t>(block_size));
  EXPECT_TRUE(std::equal(block(2), block(3), block(1)));
  EXPECT_EQ(read_block(file, region, 2, 2 * block_size), 0);
}

TEST_P(RingDirectTest, RefusesPartsOfABlock) {
  int const file = open_direct();
  if (file == -EINVAL) GTEST_SKIP() << "no O_DIRECT on the file system of the tests";
  ASSERT_GE(file, 0);
  auto const read_at = [&](std::byte* data, std::uint32_t size, std::uint64_t offset) {
    return run([&](Completion& read) { ring().read(read, file, data, size, offset); });
  };
  auto const write_at = [&](std::byte* data, std::uint32_t size, std::uint64_t offset) {
    return run([&](Completion& write) { ring().write(write, file, data, size, offset); });
  };
  ASSERT_EQ(write_at(block(0), block_size, 0), static_cast<std::int32_t>(block_size));
  EXPECT_EQ(read_at(block(0), 100, 0), -EINVAL);
  EXPECT_EQ(read_at(block(0), block_size, 100), -EINVAL);
  EXPECT_EQ(write_at(block(0), 100, 0), -EINVAL);
  EXPECT_EQ(write_at(block(0), block_size, 100), -EINVAL);
}

// ---- full disks ---------------------------------------------------------------------------------

TEST_P(RingRegionTest, AFullDiskSaysSo) {
  std::string path = "/dev/full";
  if (test_.simulated()) {
    SimOptions options = test_.world()->options();
    options.disk_bytes_max = 0;
    test_.world()->set_options(options);
    path = "data";
  }
  int const file = open_path(path, O_WRONLY | O_CREAT);
  ASSERT_GE(file, 0);
  EXPECT_EQ(write(file, "x"), -ENOSPC);
  Region const region(ring(), memory());
  EXPECT_EQ(write_block(file, region, 0, 0), -ENOSPC);
}

}  // namespace
}  // namespace weir
