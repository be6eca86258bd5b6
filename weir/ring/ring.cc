#include "weir/ring/ring.h"

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "weir/ring/buffer_pool.h"
#include "weir/ring/prepare.h"

namespace weir {

namespace {

// How often finish() asks the kernel again, and how long it waits for the answer.
constexpr std::uint32_t finish_rounds_max = 1000;
constexpr Duration finish_round_time = 10 * milliseconds;

std::uint32_t load(std::uint32_t* index) {
  return std::atomic_ref(*index).load(std::memory_order_acquire);
}

void store(std::uint32_t* index, std::uint32_t value) {
  std::atomic_ref(*index).store(value, std::memory_order_release);
}

// What the kernel may answer at any time without harm: interrupted, short of memory, too many
// completions waiting, the deadline.
bool is_transient(int result) {
  return result >= 0 || result == -EINTR || result == -EAGAIN || result == -EBUSY ||
         result == -ETIME;
}

// By the ring, not the kernel.
bool is_held(Completion const& completion) {
  return completion.opcode == Opcode::timeout || completion.opcode == Opcode::receive_values;
}

// One that no chain holds back.
bool is_plain_close(Completion const& completion) {
  return completion.opcode == Opcode::close && completion.other == 1;
}

}  // namespace

Result<std::unique_ptr<Ring>> Ring::make(std::unique_ptr<Kernel> kernel, Setup const& setup) {
  WEIR_ASSERT(kernel != nullptr);
  WEIR_ASSERT(setup.submission_count > 0);
  WEIR_ASSERT(setup.completion_count >= setup.submission_count);
  Result<void> const done = kernel->set_up(setup);
  if (!done) return done.error();
  return std::unique_ptr<Ring>(new Ring(std::move(kernel)));
}

Ring::Ring(std::unique_ptr<Kernel> kernel) : kernel_(std::move(kernel)) {
  WEIR_ASSERT(kernel_->submissions.entries != nullptr);
  WEIR_ASSERT(kernel_->completions.entries != nullptr);
  // Room for everything that one step reaps, so that the item path does not allocate.
  queued_.reserve(kernel_->completions.mask + 1);
  running_.reserve(kernel_->completions.mask + 1);
}

Ring::~Ring() {
  if (remote_ != nullptr) end_remote();
  finish();
  if (operations_ != nullptr) end_operations();
  if (remote_ != nullptr) end_remote();  // a coroutine has asked for one at the very end
  for (BufferPool* pool : pools_) {
    if (pool != nullptr) pool->ring_ended();
  }
}

void Ring::finish() {
  WEIR_ASSERT(!stepping_);
  ending_ = true;
  for (std::uint32_t round = 0; pending_count_ > 0; ++round) {
    WEIR_ASSERT(round < finish_rounds_max);  // the kernel lost one, or an owner submits for ever
    cancel_all_held();
    // A close ends by itself, and soon; cancelled, it would leave its descriptor open.
    if (closes_pending_ == 0) push(prepare_cancel_of_all());
    step(Wait::park, clock().now() + finish_round_time);
  }
  WEIR_ASSERT(closes_pending_ == 0);
  WEIR_ASSERT(silent_.empty());
  WEIR_ASSERT(queued_.empty());
}

// ---- operations ---------------------------------------------------------------------------------

void Ring::accept(Completion& completion, int descriptor) {
  begin(completion, Opcode::accept, descriptor);
  completion.flags = SOCK_CLOEXEC;
  submit(completion);
}

void Ring::accept_once(Completion& completion, int descriptor) {
  begin(completion, Opcode::accept, descriptor);
  completion.flags = SOCK_CLOEXEC;
  completion.once = true;
  submit(completion);
}

void Ring::receive(Completion& completion, int descriptor, BufferPool& pool) {
  begin(completion, Opcode::receive, descriptor);
  completion.pool = &pool;
  pool.receive_began();
  submit(completion);
}

void Ring::receive(Completion& completion, int descriptor, std::byte* data, std::uint32_t size) {
  WEIR_ASSERT(data != nullptr);
  WEIR_ASSERT(size > 0);
  begin(completion, Opcode::receive, descriptor);
  completion.data = data;
  completion.size = size;
  submit(completion);
}

void Ring::connect(Completion& completion, int descriptor, Address const& address) {
  WEIR_ASSERT(address.raw_size() > 0);
  begin(completion, Opcode::connect, descriptor);
  bool const in_chain = completion.link != Link::alone || !chain_.empty();
  if (address.family() == Family::local && !in_chain && !ending_)
    return queue(completion, kernel_->connect_local(descriptor, address));
  completion.address = address;
  submit(completion);
}

void Ring::read(Completion& completion, int descriptor, std::byte* data, std::uint32_t size,
                std::uint64_t offset) {
  begin(completion, Opcode::read, descriptor);
  transfer(completion, data, size, offset);
}

void Ring::write(Completion& completion, int descriptor, std::byte const* data, std::uint32_t size,
                 std::uint64_t offset) {
  begin(completion, Opcode::write, descriptor);
  transfer(completion, const_cast<std::byte*>(data), size, offset);  // which it does not write to
}

void Ring::transfer(Completion& completion, std::byte* data, std::uint32_t size,
                    std::uint64_t offset) {
  WEIR_ASSERT(data != nullptr);
  WEIR_ASSERT(size > 0);
  WEIR_ASSERT(size <= INT32_MAX);  // the result is an int32
  completion.data = data;
  completion.size = size;
  completion.offset = offset;
  submit(completion);
}

void Ring::close(Completion& completion, int descriptor) {
  bool const is_linked = !ending_ && (completion.link != Link::alone || !chain_.empty());
  begin(completion, Opcode::close, descriptor);
  // One in a chain may wait behind an operation that only a cancel ends.
  completion.other = is_linked ? 0 : 1;
  if (!is_linked) ++closes_pending_;
  submit(completion);
}

void Ring::timeout(Completion& completion, Instant deadline) {
  begin(completion, Opcode::timeout, -1);
  WEIR_ASSERT(completion.link == Link::alone);
  completion.deadline = deadline;
  if (ending_) return queue(completion, -ECANCELED);
  timers_.add(completion);
}

void Ring::poll(Completion& completion, int descriptor, std::uint32_t events) {
  WEIR_ASSERT(events != 0);
  begin(completion, Opcode::poll, descriptor);
  completion.flags = events;
  submit(completion);
}

void Ring::cancel(Completion& completion, Completion& target) {
  WEIR_ASSERT(&completion != &target);
  begin(completion, Opcode::cancel, -1);
  completion.target = &target;
  if (is_held(target)) return queue(completion, cancel_held(target) ? 1 : 0);
  submit(completion);
}

void Ring::cancel_descriptor(Completion& completion, int descriptor) {
  WEIR_ASSERT(descriptor >= 0);
  begin(completion, Opcode::cancel, descriptor);
  submit(completion);
}

void Ring::cancel_quietly(Completion& target) {
  if (target.state != Completion::State::in_kernel) return;  // its end has come already
  if (is_held(target)) {
    cancel_held(target);
    return;
  }
  push(prepare_quiet_cancel(user_data_of(target)));
}

bool Ring::cancel_held(Completion& target) {
  WEIR_ASSERT(is_held(target));
  if (target.state != Completion::State::in_kernel) return false;
  if (target.opcode == Opcode::timeout) timers_.remove(target);
  else forget_receiver(target);
  queue(target, -ECANCELED);
  return true;
}

std::uint32_t Ring::cancel_all_held() {
  std::uint32_t count = 0;
  for (; !timers_.empty(); ++count) queue(timers_.pop(), -ECANCELED);
  for (; !receivers_.empty(); ++count) cancel_held(*receivers_.back());
  return count;
}

void Ring::begin(Completion& completion, Opcode opcode, int descriptor) {
  WEIR_ASSERT(completion.idle());
  WEIR_ASSERT(completion.callback != nullptr);
  completion.state = Completion::State::in_kernel;
  completion.opcode = opcode;
  completion.descriptor = descriptor;
  completion.flags = 0;
  completion.other = -1;
  completion.data = nullptr;
  completion.size = 0;
  completion.pool = nullptr;
  completion.once = false;
  completion.target = nullptr;
  ++pending_count_;
}

// ---- submission ---------------------------------------------------------------------------------

void Ring::submit(Completion& completion) {
  if (completion.link != Link::alone || !chain_.empty()) return submit_linked(completion);
  if (ending_ && completion.opcode != Opcode::close) return queue(completion, -ECANCELED);
  push(prepare(completion));
}

void Ring::push(uapi::Sqe const& submission) {
  ++counters_.submissions;
  if (backlog_.empty() && queue_is_full()) {
    ++counters_.queue_full;
    enter(false, never);
  }
  // What cannot be handed over now keeps its place: nothing overtakes the backlog.
  if (backlog_.empty() && !queue_is_full()) place(submission);
  else backlog_.push_back(submission);
}

bool Ring::queue_is_full() const {
  SubmissionQueue const& queue = kernel_->submissions;
  std::uint32_t const count = *queue.tail - load(queue.head);
  WEIR_ASSERT(count <= queue.mask + 1);
  return count == queue.mask + 1;
}

std::uint32_t Ring::room() const {
  SubmissionQueue const& queue = kernel_->submissions;
  return queue.mask + 1 - (*queue.tail - load(queue.head));
}

void Ring::place(uapi::Sqe const& submission) {
  SubmissionQueue const& queue = kernel_->submissions;
  std::uint32_t const tail = *queue.tail;
  queue.entries[tail & queue.mask] = submission;
  store(queue.tail, tail + 1);
  bool const is_silent = (submission.flags & uapi::sqe_skip_success) != 0;
  if (!is_silent || submission.user_data == user_data_nobody) return;
  Completion& send = completion_of(submission.user_data);
  WEIR_ASSERT(send.silent_success);
  send.ring_index = tail;
  silent_.push_back(&send);
}

// A chain is placed whole or not at all: the kernel ends it where a submission ends.
void Ring::place_backlog() {
  std::size_t placed = 0;
  while (placed < backlog_.size()) {
    std::size_t end = placed;
    while (uapi::is_linked(backlog_[end])) ++end;
    if (room() < ++end - placed) break;
    while (placed < end) place(backlog_[placed++]);
  }
  backlog_.erase(backlog_.begin(), backlog_.begin() + static_cast<std::ptrdiff_t>(placed));
}

// ---- the step -----------------------------------------------------------------------------------

std::uint32_t Ring::step(Wait wait, Instant deadline) {
  WEIR_ASSERT(!stepping_);  // a callback must not step
  stepping_ = true;
  if (!chain_.empty()) end_chain();
  if (!backlog_.empty()) place_backlog();
  bool const may_park = wait == Wait::park && queued_.empty() && backlog_.empty();
  enter(may_park, std::min(deadline, timers_.nearest()));
  reap();
  if (!silent_.empty()) finish_silent_sends();
  if (!timers_.empty()) fire_timers();
  std::uint32_t count = run_queued();
  if (remote_ != nullptr) count += run_posted();
  stepping_ = false;
  return count;
}

void Ring::enter(bool park, Instant until) {
  for (BufferPool* pool : pools_) {
    if (pool != nullptr) pool->publish();
  }
  SubmissionQueue const& queue = kernel_->submissions;
  std::uint32_t const count = *queue.tail - load(queue.head);
  WEIR_ASSERT(count <= queue.mask + 1);
  ++counters_.enters;
  if (park) ++counters_.parks;
  int const result = kernel_->enter(count, park, until);
  WEIR_ASSERT(is_transient(result));
  if (kernel_->completions.overflowed) ++counters_.overflows;
  counters_.wakes = kernel_->wake_count;
}

// Copies what is there, at most one completion queue full, before anything of it runs: a callback
// may then submit, and even enter, without walking over what it is part of.
void Ring::reap() {
  CompletionQueue const& queue = kernel_->completions;
  std::uint32_t const head = *queue.head;
  std::uint32_t const count = load(queue.tail) - head;
  WEIR_ASSERT(count <= queue.mask + 1);
  if (count > 0) ++counters_.batches;
  for (std::uint32_t i = 0; i < count; ++i) {
    uapi::Cqe const& reaped = queue.entries[(head + i) & queue.mask];
    if ((reaped.user_data & user_data_tags) != 0) {
      reap_tagged(reaped);
      continue;
    }
    if (reaped.user_data == user_data_nobody) continue;
    Completion& completion = completion_of(reaped.user_data);
    WEIR_ASSERT(completion.state == Completion::State::in_kernel);
    if ((reaped.flags & uapi::cqe_more) == 0) completion.state = Completion::State::queued;
    queued_.push_back(reaped);
  }
  store(queue.head, head + count);
}

void Ring::finish_silent_sends() {
  std::uint32_t const taken_to = load(kernel_->submissions.head);
  bool const complete = !kernel_->completions.overflowed;
  std::erase_if(silent_, [&](Completion* send) {
    bool const taken = static_cast<std::int32_t>(taken_to - send->ring_index) > 0;
    // One that was not sent whole has been reaped just now, and runs like any other.
    if (send->state != Completion::State::in_kernel) return true;
    if (!taken || !complete) return false;
    ++counters_.silent_sends;
    queue(*send, static_cast<std::int32_t>(send->size));
    return true;
  });
}

void Ring::fire_timers() {
  Instant const now = clock().now();
  while (!timers_.empty() && timers_.nearest() <= now) queue(timers_.pop(), 0);
}

void Ring::queue(Completion& completion, std::int32_t result) {
  WEIR_ASSERT(completion.state == Completion::State::in_kernel);
  completion.state = Completion::State::queued;
  queued_.push_back({user_data_of(completion), result, 0});
}

std::uint32_t Ring::run_queued() {
  WEIR_ASSERT(running_.empty());
  std::swap(queued_, running_);
  for (uapi::Cqe const& queued : running_) run(queued);
  std::uint32_t const count = static_cast<std::uint32_t>(running_.size());
  counters_.completions += count;
  running_.clear();
  return count;
}

void Ring::run(uapi::Cqe const& queued) {
  Completion& completion = completion_of(queued.user_data);
  Outcome outcome{queued.result, (queued.flags & uapi::cqe_more) != 0, {}};
  BufferPool* const pool = completion.pool;
  if ((queued.flags & uapi::cqe_buffer) != 0) {
    WEIR_ASSERT(pool != nullptr);
    outcome.buffer = pool->take(queued);
    while (static_cast<std::int32_t>(outcome.buffer.size()) < outcome.result) {  // a bundle
      auto const size = static_cast<std::int32_t>(outcome.buffer.size());
      std::int32_t const left = outcome.result - size;
      completion.callback(completion, {size, true, std::move(outcome.buffer)});
      outcome.result = left;
      outcome.buffer = pool->take_next(left);
    }
  }
  if (!outcome.more) {
    WEIR_ASSERT(completion.state == Completion::State::queued);
    if (queued.result == -ECANCELED && is_plain_close(completion)) [[unlikely]] {
      // A cancel of everything found it before it began; its descriptor is still open.
      completion.state = Completion::State::in_kernel;
      return push(prepare(completion));
    }
    WEIR_ASSERT(pending_count_ > 0);
    completion.state = Completion::State::idle;
    --pending_count_;
    if (is_plain_close(completion)) --closes_pending_;
    if (completion.opcode == Opcode::cancel)
      outcome.result = count_cancelled(completion, queued.result);
    if (completion.opcode == Opcode::wait_for_child)
      outcome.result = reap_child(completion, queued.result);
    if (pool != nullptr) pool->receive_ended(queued.result);
    if (completion.held != nullptr) outcome.buffer = give_back_held(completion, queued.result);
  }
  completion.callback(completion, std::move(outcome));
}

Buffer Ring::give_back_held(Completion& completion, std::int32_t result) {
  std::uint32_t const size = result < 0 ? completion.size : static_cast<std::uint32_t>(result);
  WEIR_ASSERT(size <= completion.size);
  return {completion.data, size, *std::exchange(completion.held, nullptr)};
}

// ---- pools --------------------------------------------------------------------------------------

std::uint16_t Ring::attach(BufferPool& pool) {
  auto const free = std::find(pools_.begin(), pools_.end(), nullptr);
  std::size_t const group = static_cast<std::size_t>(free - pools_.begin());
  WEIR_ASSERT(group < UINT16_MAX);
  if (free == pools_.end()) pools_.push_back(&pool);
  else *free = &pool;
  return static_cast<std::uint16_t>(group);
}

void Ring::detach(BufferPool& pool) {
  WEIR_ASSERT(pool.group() < pools_.size());
  WEIR_ASSERT(pools_[pool.group()] == &pool);
  pools_[pool.group()] = nullptr;
}

}  // namespace weir
