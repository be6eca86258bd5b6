#include "weir/store/rocks_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "weir/store/conformance.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

// A directory that is gone with the test.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "weir-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Scratch() { fs::remove_all(path_); }
  std::string path(std::string const& name = "store") const { return path_ + "/" + name; }

 private:
  std::string path_;
};

Owner<RocksStore> open(std::string const& path, RocksStoreOptions options = {}) {
  Result<Owner<RocksStore>> opened = RocksStore::open(path, options);
  EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
  return opened.ok() ? std::move(opened).value() : Owner<RocksStore>();
}
Error refusal(std::string const& path, RocksStoreOptions options = {}) {
  Result<Owner<RocksStore>> const opened = RocksStore::open(path, options);
  EXPECT_FALSE(opened.ok());
  return opened.ok() ? Error{} : opened.error();
}

class RocksUnderTest final : public StoreUnderTest {
 public:
  OpStore& store() override { return *store_; }
  bool reopen() override {
    store_ = {};
    store_ = open(scratch_.path());
    return true;
  }

 private:
  Scratch scratch_;
  Owner<RocksStore> store_ = open(scratch_.path());
};

constexpr auto name_of_case = [](auto const& info) { return std::string(info.param.name); };

class RocksStoreConformance : public testing::TestWithParam<ConformanceCase> {};
INSTANTIATE_TEST_SUITE_P(Every, RocksStoreConformance, testing::ValuesIn(conformance_cases()),
                         name_of_case);

TEST_P(RocksStoreConformance, Holds) {
  RocksUnderTest mine;
  EXPECT_EQ(GetParam().run(mine, 1), "");
}

Committed put(OpStore& store, std::uint64_t from, std::uint64_t count, std::uint32_t size) {
  std::vector<Op> ops;
  for (std::uint64_t n = from; n < from + count; ++n) ops.push_back(make_test_op(n, size));
  Committed committed;
  Result<void> const done = store.process_incoming(ops, committed);
  EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().message);
  return committed;
}

// Overwrites `count` bytes from `offset` on.
void damage(fs::path const& file, std::uint64_t offset, std::uint64_t count) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream << std::string(count, '\x5a');
}
std::vector<fs::path> files(std::string const& path, std::string const& extension) {
  std::vector<fs::path> found;
  for (auto const& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == extension) found.push_back(entry.path());
  }
  return found;
}

TEST(RocksStore, IsNotOpenedTwice) {
  Scratch scratch;
  auto const store = open(scratch.path());
  Error const error = refusal(scratch.path());
  EXPECT_EQ(error.code, EBUSY);
  EXPECT_NE(error.message.find("another store has it open"), std::string::npos) << error.message;
}

TEST(RocksStore, IsNotMadeWhereThatIsNotWanted) {
  Scratch scratch;
  Error const error = refusal(scratch.path(), {.creates = false});
  EXPECT_EQ(error.code, ENOENT);
  EXPECT_FALSE(fs::exists(scratch.path()));
  open(scratch.path());
  EXPECT_TRUE(open(scratch.path(), {.creates = false}));
}

TEST(RocksStore, TakesNoOtherDirectoryForItsOwn) {
  Scratch scratch;
  fs::create_directories(scratch.path());
  std::ofstream(scratch.path() + "/letter") << "dear";
  Error const error = refusal(scratch.path());
  EXPECT_EQ(error.code, ENOTEMPTY);
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()), 1);

  std::ofstream(scratch.path("file")) << "a file";
  EXPECT_NE(refusal(scratch.path("file")).code, 0);
  EXPECT_NE(refusal(scratch.path("file") + "/below").code, 0);
}

TEST(RocksStore, SaysWhichFormatItDoesNotKnow) {
  Scratch scratch;
  open(scratch.path());
  std::ofstream(scratch.path() + "/FORMAT") << "weir op store 2\n";
  Error const error = refusal(scratch.path());
  EXPECT_NE(error.message.find("its format is 2"), std::string::npos) << error.message;
  std::ofstream(scratch.path() + "/FORMAT") << "";
  EXPECT_NE(refusal(scratch.path()).code, 0);
}

TEST(RocksStore, IsNotTakenForANewOneWhenItsMainFileIsGone) {
  Scratch scratch;
  put(*open(scratch.path()), 0, 10, 100);
  fs::rename(scratch.path() + "/CURRENT", scratch.path("CURRENT"));
  Error const error = refusal(scratch.path());
  EXPECT_NE(error.message.find("CURRENT is missing"), std::string::npos) << error.message;
  fs::rename(scratch.path("CURRENT"), scratch.path() + "/CURRENT");
  EXPECT_EQ(open(scratch.path())->counts().ops, 10u);
}

TEST(RocksStore, CanBeMadeAgainAfterAnAttemptThatWasCutShort) {
  Scratch scratch;
  fs::create_directories(scratch.path());
  std::ofstream(scratch.path() + "/FORMAT.new") << "weir";
  EXPECT_TRUE(open(scratch.path()));
}

TEST(RocksStore, SaysThatItsListOfFilesIsDamaged) {
  Scratch scratch;
  put(*open(scratch.path()), 0, 10, 100);
  for (auto const& entry : fs::directory_iterator(scratch.path())) {
    if (entry.path().filename().string().starts_with("MANIFEST")) damage(entry.path(), 0, 50);
  }
  Error const error = refusal(scratch.path());
  EXPECT_NE(error.message.find("are damaged"), std::string::npos) << error.message;
}

TEST(RocksStore, SaysThatAFileIsMissing) {
  Scratch scratch;
  put(*open(scratch.path()), 0, 10, 100);
  open(scratch.path());  // what was in the log is in tables now
  ASSERT_FALSE(files(scratch.path(), ".sst").empty());
  for (fs::path const& file : files(scratch.path(), ".sst")) fs::remove(file);
  EXPECT_NE(refusal(scratch.path()).code, 0);
}

TEST(RocksStore, GoesOnFromTheSoundPartOfADamagedLogAndSaysSo) {
  Scratch scratch;
  {
    auto const store = open(scratch.path());
    for (std::uint64_t batch = 0; batch < 20; ++batch) put(*store, 10 * batch, 10, 1000);
  }
  std::vector<fs::path> const logs = files(scratch.path(), ".log");
  ASSERT_EQ(logs.size(), 1u);
  damage(logs[0], fs::file_size(logs[0]) / 2, 100);
  auto const store = open(scratch.path());
  EXPECT_NE(store->notice().find("its log was damaged"), std::string::npos) << store->notice();
  OpCounts const counts = store->counts();
  EXPECT_GT(counts.ops, 50u);
  EXPECT_LT(counts.ops, 150u);
  EXPECT_EQ(counts.ops % 10, 0u) << "half a batch is there";
  std::vector<OpEntry> entries;
  ASSERT_TRUE(store->list_since(0, {}, entries).ok());
  EXPECT_EQ(entries.size(), counts.ops);
  put(*store, 0, 200, 1000);
  EXPECT_EQ(store->counts().ops, 200u);
}

TEST(RocksStore, LetsPassAnUnfinishedEndOfTheLog) {
  Scratch scratch;
  {
    auto const store = open(scratch.path());
    for (std::uint64_t batch = 0; batch < 20; ++batch) put(*store, 10 * batch, 10, 1000);
  }
  fs::path const log = files(scratch.path(), ".log").at(0);
  fs::resize_file(log, fs::file_size(log) - 5000);
  auto const store = open(scratch.path());
  EXPECT_EQ(store->notice(), "");
  EXPECT_EQ(store->counts().ops, 190u);
}

// Damaged ops are told apart from the sound ones, and can be had again.
void expect_healing(std::string const& path, std::string const& extension, std::uint32_t size) {
  constexpr std::uint64_t count = 400;
  put(*open(path), 0, count, size);
  open(path);  // what was in the log is in tables now
  std::uintmax_t largest = 0;
  fs::path file;
  for (fs::path const& one : files(path, extension)) {
    if (fs::file_size(one) > largest) largest = fs::file_size(file = one);
  }
  ASSERT_GT(largest, count * size * 9 / 10);
  damage(file, largest / 2, 2000);

  auto const store = open(path);
  std::vector<OpId> ids;
  for (std::uint64_t n = 0; n < count; ++n) ids.push_back(make_test_id(n));
  Retrieved retrieved;
  ASSERT_TRUE(store->retrieve(ids, ~std::uint64_t{0}, retrieved).ok());
  EXPECT_GT(retrieved.damaged.size(), 0u);
  EXPECT_LT(retrieved.damaged.size(), 100u);
  EXPECT_EQ(retrieved.ops.size() + retrieved.damaged.size(), count);
  std::vector<OpId> missing;
  ASSERT_TRUE(store->filter_missing(ids, missing).ok());
  EXPECT_TRUE(missing.empty()) << "what is damaged is held until somebody discards it";

  std::vector<OpId> const damaged = retrieved.damaged;
  Committed committed;
  Result<void> const done = store->commit({.discard = damaged, .want = damaged}, committed);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(committed.discarded_count, damaged.size());
  EXPECT_EQ(store->counts().wants, damaged.size());
  put(*store, 0, count, size);
  EXPECT_EQ(store->counts(), (OpCounts{count, count * size, 0}));
  ASSERT_TRUE(store->retrieve(ids, ~std::uint64_t{0}, retrieved).ok());
  EXPECT_EQ(retrieved.ops.size(), count);
}

TEST(RocksStore, HealsSmallOpsWhoseFileIsDamaged) {
  Scratch scratch;
  expect_healing(scratch.path(), ".sst", 1000);
}

TEST(RocksStore, HealsLargeOpsWhoseFileIsDamaged) {
  Scratch scratch;
  expect_healing(scratch.path(), ".blob", 10'000);
}

TEST(RocksStore, KeepsManyOpsThroughFlushesOfItsBuffers) {
  Scratch scratch;
  RocksStoreOptions options;
  options.limits.write_buffers_bytes = 1u << 20;
  auto store = open(scratch.path(), options);
  for (std::uint64_t batch = 0; batch < 40; ++batch) put(*store, 100 * batch, 100, 1000);
  for (std::uint64_t batch = 0; batch < 40; ++batch) put(*store, 10'000 + 2 * batch, 2, 100'000);
  EXPECT_FALSE(files(scratch.path(), ".blob").empty());
  store = {};
  store = open(scratch.path(), options);
  EXPECT_EQ(store->counts().ops, 4080u);
  std::vector<OpId> ids;
  for (std::uint64_t n = 0; n < 4000; ++n) ids.push_back(make_test_id(n));
  for (std::uint64_t n = 0; n < 80; ++n) ids.push_back(make_test_id(10'000 + n));
  Retrieved retrieved;
  ASSERT_TRUE(store->retrieve(ids, ~std::uint64_t{0}, retrieved).ok());
  ASSERT_EQ(retrieved.ops.size(), ids.size());
  for (std::size_t n = 0; n < ids.size(); ++n) {
    bool const is_small = n < 4000;
    Op const expected = make_test_op(is_small ? n : 6000 + n, is_small ? 1000 : 100'000);
    EXPECT_TRUE(retrieved.ops[n].bytes == expected.bytes) << n;
  }
}

TEST(RocksStore, RefusesWantsBeyondItsLimitAlsoAfterReopening) {
  Scratch scratch;
  RocksStoreOptions options;
  options.limits.wants_max = 2;
  auto store = open(scratch.path(), options);
  std::vector<OpId> const ids = {make_test_id(1), make_test_id(2), make_test_id(3)};
  Committed committed;
  ASSERT_TRUE(store->commit({.want = ids}, committed).ok());
  EXPECT_EQ(committed.wants_refused, 1u);
  store = {};
  store = open(scratch.path(), options);
  ASSERT_TRUE(store->commit({.want = ids}, committed).ok());
  EXPECT_EQ(committed.wants_refused, 1u);
  EXPECT_EQ(store->counts().wants, 2u);
}

}  // namespace
}  // namespace weir
