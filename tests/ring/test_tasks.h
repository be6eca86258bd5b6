// For tests of coroutines: a ring that runs them, on every kernel.
#pragma once

#include <string>
#include <utility>

#include "tests/ring/recorder.h"
#include "tests/ring/test_files.h"
#include "weir/ring/async.h"
#include "weir/ring/scope.h"
#include "weir/ring/when.h"

namespace weir {

// Runs a task beside the test.
class Running final : public TaskRunner {
 public:
  template <class T>
  explicit Running(task<T>& work, Stop* stop = nullptr) {
    work.start(*this, stop);
  }
  bool ended() const { return ended_; }
  std::coroutine_handle<> on_end(TaskPromise&) noexcept override {
    ended_ = true;
    return std::noop_coroutine();
  }

 private:
  bool ended_ = false;
};

class TaskFixture : public RingFixture {
 protected:
  Async async() { return Async(ring()); }
  Operations& operations() { return ring().operations(); }

  // As block_on, but not for ever.
  template <class T>
  T run(task<T> work, Stop* stop = nullptr) {
    Running const running(work, stop);
    bool const ended = until([&] { return running.ended(); });
    EXPECT_TRUE(ended) << "the task never ends";
    WEIR_ASSERT(ended);
    return work.take();
  }
  // Steps until nothing pends.
  void settle() {
    EXPECT_TRUE(until([&] { return ring().pending_count() == 0; })) << ring().pending_count();
  }
  std::string path(std::string_view name) { return files().path(name); }
  TestFiles& files() {
    if (files_ == nullptr) files_ = std::make_unique<TestFiles>(test_.world());
    return *files_;
  }

  void TearDown() override {
    if (ring_ != nullptr) {
      ring_->finish();
      EXPECT_EQ(ring_->operations().in_use(), 0u);
    }
    RingFixture::TearDown();
  }

 private:
  std::unique_ptr<TestFiles> files_;
};

}  // namespace weir
