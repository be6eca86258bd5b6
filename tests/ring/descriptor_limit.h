// As long as it lives the process, or in a simulated world each kernel, can open no descriptor.
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "weir/sim/world.h"

namespace weir {

class DescriptorLimit {
 public:
  // `world` is null on a real kernel.
  explicit DescriptorLimit(SimWorld* world) : world_(world) {
    if (world_ != nullptr) {
      options_ = world_->options();
      SimOptions none = options_;
      none.descriptor_count_max = 0;
      world_->set_options(none);
      return;
    }
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    int const lowest_free = ::dup(0);
    EXPECT_GE(lowest_free, 0);
    ::close(lowest_free);
    rlimit const tight{static_cast<rlim_t>(lowest_free), before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  }
  ~DescriptorLimit() {
    if (world_ != nullptr) world_->set_options(options_);
    else EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0);
  }
  DescriptorLimit(DescriptorLimit const&) = delete;
  DescriptorLimit& operator=(DescriptorLimit const&) = delete;

 private:
  SimWorld* world_;
  SimOptions options_;
  rlimit before_{};
};

}  // namespace weir
