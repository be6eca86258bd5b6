// A test's own hand on the seam: submissions written and completions read one by one, on any
// kernel. What a Ring would hide (flags, silence, how often enter was called) is what the tests of
// a kernel look at.
#pragma once

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/assert.h"
#include "weir/ring/kernel.h"

namespace weir {

class Seam {
 public:
  explicit Seam(std::unique_ptr<Kernel> kernel, Setup const& setup = {})
      : kernel_(std::move(kernel)) {
    Result<void> const done = kernel_->set_up(setup);
    WEIR_ASSERT(done.ok());
  }

  Kernel& kernel() { return *kernel_; }

  // ---- submissions, each for the next enter
  uapi::Sqe& add(std::uint8_t opcode, int descriptor, std::uint64_t user_data) {
    SubmissionQueue const& queue = kernel_->submissions;
    WEIR_ASSERT(*queue.tail - *queue.head <= queue.mask);
    uapi::Sqe& submission = queue.entries[*queue.tail & queue.mask];
    submission = {};
    submission.opcode = opcode;
    submission.descriptor = descriptor;
    submission.user_data = user_data;
    ++*queue.tail;
    return submission;
  }
  void accept(int descriptor, std::uint64_t user_data) {
    add(uapi::op_accept, descriptor, user_data).priority = uapi::accept_multishot;
  }
  void receive(int descriptor, std::uint16_t group, std::uint64_t user_data) {
    uapi::Sqe& submission = add(uapi::op_recv, descriptor, user_data);
    submission.priority = uapi::receive_multishot;
    submission.flags = uapi::sqe_buffer_select;
    submission.buffer_group = group;
  }
  uapi::Sqe& receive_once(int descriptor, std::span<char> out, std::uint64_t user_data) {
    uapi::Sqe& submission = add(uapi::op_recv, descriptor, user_data);
    submission.address = reinterpret_cast<std::uintptr_t>(out.data());
    submission.size = static_cast<std::uint32_t>(out.size());
    return submission;
  }
  uapi::Sqe& send(int descriptor, std::string_view bytes, std::uint32_t flags,
                  std::uint64_t user_data) {
    uapi::Sqe& submission = add(uapi::op_send, descriptor, user_data);
    submission.address = reinterpret_cast<std::uintptr_t>(bytes.data());
    submission.size = static_cast<std::uint32_t>(bytes.size());
    submission.operation_flags = flags | MSG_NOSIGNAL;
    return submission;
  }
  // `address` lives until the enter.
  void connect(int descriptor, Address const& address, std::uint64_t user_data) {
    uapi::Sqe& submission = add(uapi::op_connect, descriptor, user_data);
    submission.address = reinterpret_cast<std::uintptr_t>(address.raw());
    submission.offset = address.raw_size();
  }
  void close(int descriptor, std::uint64_t user_data) {
    add(uapi::op_close, descriptor, user_data);
  }
  void poll(int descriptor, std::uint32_t events, std::uint64_t user_data) {
    uapi::Sqe& submission = add(uapi::op_poll_add, descriptor, user_data);
    submission.size = uapi::poll_multishot;
    submission.operation_flags = events;
  }
  void cancel(std::uint64_t target, std::uint64_t user_data,
              std::uint32_t flags = uapi::cancel_all) {
    uapi::Sqe& submission = add(uapi::op_async_cancel, -1, user_data);
    submission.address = target;
    submission.operation_flags = flags;
  }
  void cancel_descriptor(int descriptor, std::uint64_t user_data) {
    add(uapi::op_async_cancel, descriptor, user_data).operation_flags =
        uapi::cancel_all | uapi::cancel_by_descriptor;
  }

  // ---- completions
  // Enters once and takes what is there.
  std::vector<uapi::Cqe> enter(bool wait, Instant deadline) {
    last_result = kernel_->enter(pending(), wait, deadline);
    std::vector<uapi::Cqe> reaped;
    CompletionQueue const& queue = kernel_->completions;
    for (; *queue.head != *queue.tail; ++*queue.head) {
      uapi::Cqe const& completion = queue.entries[*queue.head & queue.mask];
      if (completion.user_data == user_data_kernel) kernel_->own_completion(completion);
      if (completion.user_data > user_data_kernel) reaped.push_back(completion);
    }
    return reaped;
  }
  std::vector<uapi::Cqe> enter() { return enter(false, never); }

  // Until `count` completions are there, or time has passed without them.
  std::vector<uapi::Cqe> await(std::size_t count, Duration patience = 2 * seconds) {
    Instant const end = now() + patience;
    std::vector<uapi::Cqe> all = enter();
    for (int tries = 0; all.size() < count && now() < end && tries < 100'000; ++tries) {
      for (uapi::Cqe const& completion : enter(true, now() + 1 * milliseconds))
        all.push_back(completion);
    }
    return all;
  }
  // What comes within a while in which nothing is expected.
  std::vector<uapi::Cqe> idle() { return await(~std::size_t{0}, 5 * milliseconds); }

  std::uint32_t pending() const { return *kernel_->submissions.tail - *kernel_->submissions.head; }
  Instant now() const { return kernel_->clock().now(); }

  int last_result = 0;

 private:
  std::unique_ptr<Kernel> kernel_;
};

// A ring of buffers by hand: entry i is buffer i at first; give(i) brings it back.
class SeamBuffers {
 public:
  SeamBuffers(Kernel& kernel, std::uint16_t group, std::uint32_t count, std::uint32_t size,
              bool incremental)
      : kernel_(kernel), group_(group), count_(count), size_(size) {
    bytes_.resize(std::size_t{count} * size);
    std::size_t const wanted = (count * sizeof(uapi::BufferEntry) + 4095) / 4096 * 4096;
    entries_ = static_cast<uapi::BufferEntry*>(std::aligned_alloc(4096, wanted));
    std::memset(entries_, 0, wanted);
    filled_.resize(count);
    uapi::BufferRingRegistration registration{};
    registration.ring_address = reinterpret_cast<std::uintptr_t>(entries_);
    registration.ring_entries = count;
    registration.group = group;
    registration.flags = incremental ? uapi::buffer_ring_incremental : 0;
    int const taken = kernel.enroll(uapi::register_buffer_ring, &registration, 1);
    WEIR_ASSERT(taken == 0);
  }
  ~SeamBuffers() {
    uapi::BufferRingRegistration registration{};
    registration.group = group_;
    kernel_.enroll(uapi::unregister_buffer_ring, &registration, 1);
    std::free(entries_);
  }
  SeamBuffers(SeamBuffers const&) = delete;
  SeamBuffers& operator=(SeamBuffers const&) = delete;

  void give(std::uint16_t id) {
    uapi::BufferEntry& entry = entries_[tail_ & (count_ - 1)];
    entry.address = reinterpret_cast<std::uintptr_t>(&bytes_[std::size_t{id} * size_]);
    entry.size = size_;
    entry.id = id;
    filled_[id] = 0;
    ++tail_;
    std::atomic_ref(entries_[0].tail).store(tail_, std::memory_order_release);
  }
  void give_all() {
    for (std::uint32_t id = 0; id < count_; ++id) give(static_cast<std::uint16_t>(id));
  }

  // The bytes that a completion brought.
  std::string take(uapi::Cqe const& completion) {
    WEIR_ASSERT(completion.flags & uapi::cqe_buffer);
    auto const id = static_cast<std::uint16_t>(completion.flags >> uapi::cqe_buffer_shift);
    WEIR_ASSERT(id < count_);
    auto const size = static_cast<std::uint32_t>(completion.result);
    WEIR_ASSERT(filled_[id] + size <= size_);
    std::string bytes(&bytes_[std::size_t{id} * size_ + filled_[id]], size);
    filled_[id] += size;
    return bytes;
  }
  // The same, and the buffer goes back if the kernel is done with it.
  std::string take_and_give(uapi::Cqe const& completion) {
    std::string bytes = take(completion);
    if (!(completion.flags & uapi::cqe_buffer_more))
      give(static_cast<std::uint16_t>(completion.flags >> uapi::cqe_buffer_shift));
    return bytes;
  }

 private:
  Kernel& kernel_;
  std::uint16_t group_;
  std::uint32_t count_;
  std::uint32_t size_;
  std::string bytes_;
  std::vector<std::uint32_t> filled_;
  uapi::BufferEntry* entries_ = nullptr;
  std::uint16_t tail_ = 0;
};

}  // namespace weir
