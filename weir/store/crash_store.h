// A store for tests that fails as a machine and its disk do, deterministically from one seed.
//
//   CrashStore store({.seed = 7, .crash_once_in = 50});
//   … commit() says that it has failed, and so does everything from then on …
//   store.restart();           // what a program finds that is started again
//
// A commit that meets a crash is there afterwards as a whole, or not at all: a coin decides which.
// Whatever was acknowledged before is there. Commits can also fail by themselves, as on a full
// disk: then nothing of them is there, and the store goes on.
#pragma once

#include <cstdint>
#include <string>

#include "weir/base/random.h"
#include "weir/store/memory_store.h"
#include "weir/store/op_store.h"

namespace weir {

struct CrashStoreOptions {
  std::uint64_t seed = 1;
  // On average one commit in so many meets a crash, or fails; 0: none.
  std::uint64_t crash_once_in = 0;
  std::uint64_t fail_once_in = 0;
};

class CrashStore final : public OpStore {
 public:
  explicit CrashStore(CrashStoreOptions options)
      : options_(options), random_(options.seed), disk_(options.seed) {}

  // The next commit meets a crash.
  void crash_next() { crashes_next_ = true; }
  // The next `count` commits fail.
  void fail_next(std::uint64_t count) { failures_left_ = count; }
  // At any moment, between two calls.
  void crash() { crashed_ = true; }
  bool crashed() const { return crashed_; }
  void restart() { crashed_ = false; }

  // What a restart would find, whether or not the store has crashed.
  MemoryStore const& disk() const { return disk_; }

  Result<void> filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) override;
  Result<void> retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                        Retrieved& retrieved) override;
  Result<void> commit(Batch const& batch, Committed& committed) override;
  Result<Bookmark> list_since(Bookmark after, ListLimits limits,
                              std::vector<OpEntry>& entries) override;
  Result<void> load_wants(std::vector<OpId>& wants) override;
  OpCounts counts() const override { return disk_.counts(); }

 private:
  Result<void> check() const;
  bool happens(std::uint64_t once_in) { return once_in > 0 && random_.once_in(once_in); }

  CrashStoreOptions const options_;
  Random random_;
  MemoryStore disk_;
  bool crashed_ = false;
  bool crashes_next_ = false;
  std::uint64_t failures_left_ = 0;
};

}  // namespace weir
