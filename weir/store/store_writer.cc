// What the tests of a RocksStore run as a process of its own, to be killed or to run out of disk:
//
//   store_writer write DIR FIRST   writes batches FIRST, FIRST + 1, … for ever, and says of each on
//                                  standard output (8 bytes) that it is durable
//   store_writer fill DIR          on a small file system of its own: until the disk is full, then
//                                  makes room and goes on
//   store_writer limit DIR         until no file may grow any more, then opens it without that
//   limit
//
// Its status is 0 if all was as it must be, 77 where the system does not allow the experiment.
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "weir/store/rocks_store.h"
#include "weir/store/test_batches.h"

namespace weir {
namespace {

constexpr int not_allowed = 77;

[[noreturn]] void fail(std::string const& what) {
  std::fprintf(stderr, "store_writer: %s\n", what.c_str());
  std::exit(1);
}
void require(bool holds, std::string const& what) {
  if (!holds) fail(what);
}

Owner<RocksStore> open(std::string const& path) {
  Result<Owner<RocksStore>> opened = RocksStore::open(path, small_store());
  if (!opened) fail(opened.error().message);
  return std::move(opened).value();
}

int write(std::string const& path, std::uint64_t number) {
  auto const store = open(path);
  while (true) {  // until it is killed
    TestBatch batch(number);
    Committed committed;
    Result<void> const done = store->commit(batch.batch(), committed);
    if (!done) fail(done.error().message);
    if (::write(STDOUT_FILENO, &number, sizeof number) != sizeof number) return 0;
    ++number;
  }
}

// Batches from `number` on until one fails: with what.
Error write_until_it_fails(RocksStore& store, std::uint64_t& number) {
  for (std::uint64_t const end = number + 100'000; number < end; ++number) {
    TestBatch batch(number);
    Committed committed;
    Result<void> const done = store.commit(batch.batch(), committed);
    if (!done) return done.error();
  }
  fail("the disk is never full");
}

void expect_prefix(RocksStore& store, std::uint64_t count) {
  std::string const wrong = compare_with_prefix(store, count);
  require(wrong.empty(), wrong);
}

// The batch that failed may have reached the disk: it, too, is there as a whole or not at all.
void expect_prefix_or_one_more(RocksStore& store, std::uint64_t count) {
  std::string const wrong = compare_with_prefix(store, count);
  require(wrong.empty() || compare_with_prefix(store, count + 1).empty(), wrong);
}

int fill(std::string const& path) {
  bool const mounted = ::unshare(CLONE_NEWNS) == 0 &&
                       ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       (std::filesystem::create_directories(path), true) &&
                       ::mount("store", path.c_str(), "tmpfs", 0, "size=24m") == 0;
  if (!mounted) return not_allowed;
  std::string const ballast = path + "/ballast";
  std::ofstream(ballast) << std::string(8u << 20, 'x');
  auto store = open(path + "/store");
  std::uint64_t number = 0;
  Error const error = write_until_it_fails(*store, number);
  require(error.code == ENOSPC, "another error than that the disk is full: " + error.message);
  require(error.message.find("disk is full") != std::string::npos, error.message);
  expect_prefix(*store, number);

  TestBatch batch(number);
  Committed committed;
  Result<void> const still =
      store->commit(batch.batch(), committed);  // it may have found some room
  require(still.ok() || still.error().code == ENOSPC, "another error than that the disk is full");
  expect_prefix(*store, still.ok() ? number + 1 : number);

  std::filesystem::remove(ballast);
  require(store->commit(batch.batch(), committed).ok(), "it does not go on when there is room");
  std::uint64_t const full_at = number++;
  write_until_it_fails(*store, number);
  require(number > full_at + 100, "the room was hardly used");
  expect_prefix(*store, number);
  store = {};
  if (::mount("store", path.c_str(), "tmpfs", MS_REMOUNT, "size=64m") != 0) return not_allowed;
  expect_prefix_or_one_more(*open(path + "/store"), number);
  return 0;
}

int limit(std::string const& path) {
  std::signal(SIGXFSZ, SIG_IGN);
  auto store = open(path);
  rlimit file_size{.rlim_cur = 600'000, .rlim_max = RLIM_INFINITY};
  if (::setrlimit(RLIMIT_FSIZE, &file_size) != 0) return not_allowed;
  std::uint64_t number = 0;
  Error const error = write_until_it_fails(*store, number);
  require(error.code == EIO && !error.message.empty(), "no error of a write: " + error.message);
  require(number > 0, "nothing was written");
  expect_prefix(*store, number);
  store = {};
  file_size.rlim_cur = RLIM_INFINITY;
  ::setrlimit(RLIMIT_FSIZE, &file_size);
  expect_prefix_or_one_more(*open(path), number);
  return 0;
}

}  // namespace
}  // namespace weir

int main(int count, char** values) {
  std::string_view const what = count > 2 ? values[1] : "";
  if (what == "write" && count == 4) {
    return weir::write(values[2], std::strtoull(values[3], nullptr, 10));
  }
  if (what == "fill") return weir::fill(values[2]);
  if (what == "limit") return weir::limit(values[2]);
  std::fprintf(stderr, "usage: store_writer write DIR FIRST | fill DIR | limit DIR\n");
  return 2;
}
