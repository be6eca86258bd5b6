// The real io_uring: two mapped rings and three system calls.
//
// Set up with DEFER_TASKRUN, so completions appear only inside our own enter with GETEVENTS: every
// enter asks for them, and nobody spins on the completion queue alone. Nothing here is chosen by
// version: what 6.1 lacks is tried once at set-up.
//
// wake() posts a completion to the ring, or writes an eventfd that the kernel watches with a
// multishot poll of its own: an ordinary submission with user_data_kernel, added behind the ring's
// before a park if none is armed. (Its completion passes through the completion queue; the ring
// hands it back unread, which is how we learn that the poll has ended and must be armed again.)
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "weir/ring/kernel.h"
#include "weir/ring/system_kernel.h"
#include "weir/ring/waker.h"

namespace weir {

namespace {

constexpr std::uint32_t base_flags = uapi::setup_single_issuer | uapi::setup_defer_taskrun |
                                     uapi::setup_submit_all | uapi::setup_cqsize |
                                     uapi::setup_clamp;
constexpr std::uint32_t needed_features = uapi::feature_single_mmap | uapi::feature_nodrop |
                                          uapi::feature_fast_poll | uapi::feature_ext_arg |
                                          uapi::feature_cqe_skip;

// ---- the three system calls; each returns -errno -----------------------------------------------

int result_of(long returned) { return returned < 0 ? -errno : static_cast<int>(returned); }

int io_uring_setup(std::uint32_t count, uapi::Params& params) {
  return result_of(::syscall(SYS_io_uring_setup, count, &params));
}

int io_uring_enter(int ring, std::uint32_t submit, std::uint32_t wait, std::uint32_t flags,
                   void* argument, std::size_t size) {
  return result_of(::syscall(SYS_io_uring_enter, ring, submit, wait, flags, argument, size));
}

int io_uring_register(int ring, std::uint32_t opcode, void* argument, std::uint32_t count) {
  return result_of(::syscall(SYS_io_uring_register, ring, opcode, argument, count));
}

// ---- set-up ------------------------------------------------------------------------------------

// The ring's descriptor, or -errno.
int open_ring(Setup const& setup, uapi::Params& params) {
  for (std::uint32_t const optional : {uapi::setup_no_sqarray, 0u}) {
    params = {};
    params.flags = base_flags | optional;
    if (setup.registered_wait) params.flags |= uapi::setup_disabled;
    params.completion_entries = setup.completion_count;
    int const descriptor = io_uring_setup(setup.submission_count, params);
    if (descriptor != -EINVAL) return descriptor;
  }
  return -EINVAL;
}

Error refused(int code) {
  char const* reason = "this kernel lacks what Weir needs of it (Linux 6.1)";
  if (code == ENOSYS) reason = "this kernel is built without it, or a sandbox hides it";
  if (code == EPERM || code == EACCES)
    reason = "a seccomp profile, as containers have, or kernel.io_uring_disabled forbids it";
  if (code == ENOMEM) reason = "the memory it locks is over RLIMIT_MEMLOCK";
  if (code == EMFILE || code == ENFILE) reason = "there is no free descriptor";
  return {code, std::string("io_uring cannot be used here (io_uring_setup: ") +
                    std::strerror(code) + "): " + reason +
                    "; use make_epoll_kernel or make_kernel, which falls back by itself"};
}

void* map_of(int ring, std::size_t size, std::uint64_t offset) {
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                              ring, static_cast<off_t>(offset));
  if (memory == MAP_FAILED) return nullptr;
  // A child that shared the rings would corrupt them.
  int const done = ::madvise(memory, size, MADV_DONTFORK);
  WEIR_ASSERT(done == 0);
  return memory;
}

bool has_operation(uapi::Probe const& known, std::uint8_t opcode) {
  return opcode <= known.last_operation &&
         (known.operations[opcode].flags & uapi::probe_supported) != 0;
}

class UringKernel final : public SystemKernel<Blocking::yes> {
 public:
  ~UringKernel() override;

  Kind kind() const override { return Kind::uring; }
  Result<void> set_up(Setup const& setup) override;
  int enter(std::uint32_t submit_count, bool wait, Instant deadline) override;
  int enroll(std::uint32_t opcode, void* argument, std::uint32_t count) override;
  void wake() override { waker_.wake(); }
  void own_completion(uapi::Cqe const& reaped) override;
  int descriptor() const override { return descriptor_; }
  int host_descriptor() const override { return host_event_; }
  bool announce_wait() override;

 private:
  Result<void> map(uapi::Params const& params);
  void register_ring();
  bool register_wait();
  Features probe(std::uint32_t kernel_features);
  bool has_incremental_buffers();
  bool has_ring_messages();
  bool has_message_wakes();
  bool message_arrives(std::uint32_t submit_count);
  int call(std::uint32_t submit_count, bool wait, Instant deadline);
  int call_with_time(std::uint32_t submit_count, Instant deadline);
  void grow_completions();
  void tell_host(bool tells);
  // Adds the poll of the waker to the submission queue; false if there is no room.
  bool arm_waker();

  KernelWaker waker_;
  bool waker_armed_ = false;
  bool wait_announced_ = false;
  int host_event_ = -1;  // an eventfd, registered while a host waits
  int descriptor_ = -1;
  int enter_descriptor_ = -1;      // the ring's index among the thread's registered ones, or its
  std::uint32_t enter_flags_ = 0;  // descriptor
  void* rings_ = nullptr;
  std::size_t rings_size_ = 0;
  void* entries_ = nullptr;
  std::size_t entries_size_ = 0;
  std::uint32_t* queue_flags_ = nullptr;
  std::uint32_t completion_count_max_ = 0;
  std::uint32_t batch_count_ = 1;
  std::uint32_t batch_microseconds_ = 0;
  uapi::RegisteredWait* registered_wait_ = nullptr;  // a page; null: not used
};

UringKernel::~UringKernel() {
  if (registered_wait_ != nullptr) ::munmap(registered_wait_, uapi::buffer_ring_alignment);
  if (entries_ != nullptr) ::munmap(entries_, entries_size_);
  if (rings_ != nullptr) ::munmap(rings_, rings_size_);
  if (descriptor_ >= 0) ::close(descriptor_);
  if (host_event_ >= 0) ::close(host_event_);
}

Result<void> UringKernel::set_up(Setup const& setup) {
  WEIR_ASSERT(descriptor_ < 0);
  uapi::Params params;
  descriptor_ = open_ring(setup, params);
  if (descriptor_ < 0) return refused(-descriptor_);
  enter_descriptor_ = descriptor_;
  enter_flags_ = uapi::enter_getevents;
  if ((params.features & needed_features) != needed_features) return refused(EINVAL);
  Result<void> const mapped = map(params);
  if (!mapped) return mapped;
  Result<void> const opened = waker_.open();
  if (!opened) return opened;
  host_event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (host_event_ < 0) return system_error("make an eventfd for another event loop", errno);
  waker_.use_host_event(host_event_);
  bool const waits_registered = setup.registered_wait && register_wait();
  if (setup.registered_wait) {
    int const enabled = enroll(uapi::register_enable, nullptr, 0);
    WEIR_ASSERT(enabled == 0);
  }
  register_ring();
  features = probe(params.features);
  features.registered_wait = waits_registered;
  features = features.without(setup.hide);
  if (features.no_iowait) enter_flags_ |= uapi::enter_no_iowait;
  if (features.message_wakes) waker_.use_messages(descriptor_);
  completion_count_max_ = features.ring_resize ? setup.completion_count_max : 0;
  if (features.min_wait && setup.batch_time > 0) {
    batch_count_ = setup.batch_count;
    batch_microseconds_ = static_cast<std::uint32_t>(setup.batch_time / microseconds);
  }
  return {};
}

Result<void> UringKernel::map(uapi::Params const& params) {
  std::size_t const submissions_size =
      params.submissions.array + params.submission_entries * sizeof(std::uint32_t);
  std::size_t const completions_size =
      params.completions.cqes + params.completion_entries * sizeof(uapi::Cqe);
  rings_size_ = submissions_size > completions_size ? submissions_size : completions_size;
  rings_ = map_of(descriptor_, rings_size_, uapi::map_rings);
  if (rings_ == nullptr) return system_error("map the rings of io_uring", errno);
  entries_size_ = params.submission_entries * sizeof(uapi::Sqe);
  entries_ = map_of(descriptor_, entries_size_, uapi::map_submissions);
  if (entries_ == nullptr) return system_error("map the submissions of io_uring", errno);

  auto const word = [&](std::uint32_t offset) {
    return reinterpret_cast<std::uint32_t*>(static_cast<std::byte*>(rings_) + offset);
  };
  submissions.entries = static_cast<uapi::Sqe*>(entries_);
  submissions.head = word(params.submissions.head);
  submissions.tail = word(params.submissions.tail);
  submissions.mask = *word(params.submissions.ring_mask);
  completions.entries = reinterpret_cast<uapi::Cqe*>(word(params.completions.cqes));
  completions.head = word(params.completions.head);
  completions.tail = word(params.completions.tail);
  completions.mask = *word(params.completions.ring_mask);
  queue_flags_ = word(params.submissions.flags);
  WEIR_ASSERT(submissions.mask + 1 == params.submission_entries);
  WEIR_ASSERT(completions.mask + 1 == params.completion_entries);
  // Where the kernel wants an array of indices between the ring and the entries, each is its own.
  if ((params.flags & uapi::setup_no_sqarray) == 0) {
    std::uint32_t* const array = word(params.submissions.array);
    for (std::uint32_t i = 0; i < params.submission_entries; ++i) array[i] = i;
  }
  return {};
}

// Saves the kernel a look-up of the descriptor at every enter. Without it all works the same.
void UringKernel::register_ring() {
  uapi::ResourceUpdate update{};
  update.offset = UINT32_MAX;  // any
  update.data = static_cast<std::uint64_t>(descriptor_);
  if (enroll(uapi::register_ring_descriptor, &update, 1) != 1) return;
  enter_descriptor_ = static_cast<int>(update.offset);
  enter_flags_ |= uapi::enter_registered_ring;
}

// Before the ring is enabled. False if the kernel does not know it.
bool UringKernel::register_wait() {
  constexpr std::size_t size = uapi::buffer_ring_alignment;
  void* const page =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  registered_wait_ = static_cast<uapi::RegisteredWait*>(page);
  uapi::MemoryRegion region{};
  region.address = reinterpret_cast<std::uintptr_t>(page);
  region.size = size;
  region.flags = uapi::memory_of_user;
  uapi::MemoryRegistration registration{};
  registration.region = reinterpret_cast<std::uintptr_t>(&region);
  registration.flags = uapi::memory_for_waits;
  return enroll(uapi::register_memory, &registration, 1) == 0;
}

Features UringKernel::probe(std::uint32_t kernel_features) {
  Features found;
  found.ring_messages = has_ring_messages();
  found.message_wakes = has_message_wakes();
  found.bundles = (kernel_features & uapi::feature_bundles) != 0;
  found.min_wait = (kernel_features & uapi::feature_min_wait) != 0;
  // An argument that nobody can read: who knows the operation says so.
  void* const nowhere = reinterpret_cast<void*>(std::uintptr_t{1});
  found.ring_resize = enroll(uapi::register_resize, nowhere, 1) == -EFAULT;
  found.incremental_buffers = has_incremental_buffers();
  uapi::Probe known{};
  if (enroll(uapi::register_probe, &known, 256) == 0) {
    found.waitid = has_operation(known, uapi::op_waitid);
    found.futex = has_operation(known, uapi::op_futex_wait);
  }
  int const entered =
      io_uring_enter(enter_descriptor_, 0, 0, enter_flags_ | uapi::enter_no_iowait, nullptr, 0);
  found.no_iowait = entered == 0;
  return found;
}

// A message to itself that passes flags on. (Those that know no flags do not always wake a ring
// that defers its work.)
bool UringKernel::has_ring_messages() {
  std::uint32_t const tail = *submissions.tail;
  uapi::Sqe& submission = submissions.entries[tail & submissions.mask];
  submission = {};
  submission.opcode = uapi::op_msg_ring;
  submission.descriptor = descriptor_;
  submission.offset = user_data_nobody;
  submission.operation_flags = uapi::message_passes_flags;
  submission.user_data = user_data_kernel;
  std::atomic_ref(*submissions.tail).store(tail + 1, std::memory_order_release);
  return message_arrives(1);
}

bool UringKernel::has_message_wakes() {
  return send_message(descriptor_, user_data_kernel) == 0 && message_arrives(0);
}

bool UringKernel::message_arrives(std::uint32_t submit_count) {
  if (call(submit_count, true, never) != static_cast<int>(submit_count)) return false;
  std::uint32_t const end = std::atomic_ref(*completions.tail).load(std::memory_order_acquire);
  bool taken = false;
  for (std::uint32_t i = *completions.head; i != end; ++i) {
    uapi::Cqe const& cqe = completions.entries[i & completions.mask];
    taken = taken || (cqe.user_data == user_data_kernel && cqe.result == 0);
  }
  std::atomic_ref(*completions.head).store(end, std::memory_order_release);
  return taken;
}

bool UringKernel::has_incremental_buffers() {
  constexpr std::size_t page_size = uapi::buffer_ring_alignment;
  void* const page =
      ::mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  uapi::BufferRingRegistration registration{};
  registration.ring_address = reinterpret_cast<std::uintptr_t>(page);
  registration.ring_entries = 1;
  registration.flags = uapi::buffer_ring_incremental;
  bool const taken = enroll(uapi::register_buffer_ring, &registration, 1) == 0;
  if (taken) {
    uapi::BufferRingRegistration same_group{};
    int const given_up = enroll(uapi::unregister_buffer_ring, &same_group, 1);
    WEIR_ASSERT(given_up == 0);
  }
  ::munmap(page, page_size);
  return taken;
}

// ---- running -----------------------------------------------------------------------------------

int UringKernel::enter(std::uint32_t submit_count, bool wait, Instant deadline) {
  WEIR_ASSERT(descriptor_ >= 0);
  if (wait_announced_) {
    if (waker_.unpark()) ++wake_count;
    wait_announced_ = false;
    tell_host(false);
  }
  if (completions.overflowed && completions.mask + 1 < completion_count_max_) grow_completions();
  bool may_sleep = false;
  if (wait) {
    if (!waker_armed_ && arm_waker()) ++submit_count;
    // No room for the poll of the waker: nobody could wake us, so this enter only makes room.
    if (waker_armed_) {
      may_sleep = waker_.park();
      if (!may_sleep) ++wake_count;
    }
  }
  int const result = call(submit_count, may_sleep, deadline);
  if (may_sleep && waker_.unpark()) ++wake_count;
  std::uint32_t const flags = std::atomic_ref(*queue_flags_).load(std::memory_order_relaxed);
  completions.overflowed = (flags & uapi::submissions_cq_overflow) != 0;
  return result;
}

bool UringKernel::announce_wait() {
  WEIR_ASSERT(!wait_announced_);
  if (!waker_armed_ && (!arm_waker() || call(1, false, never) != 1)) return false;
  // What comes from now on tells the host; what has come before is looked for once more.
  tell_host(true);
  call(0, false, never);
  bool const came = std::atomic_ref(*completions.tail).load(std::memory_order_acquire) !=
                    std::atomic_ref(*completions.head).load(std::memory_order_relaxed);
  if (!came) {
    wait_announced_ = waker_.park_hosted();
    if (!wait_announced_) ++wake_count;
  }
  if (!wait_announced_) tell_host(false);
  return wait_announced_;
}

// A ring that defers its work (setup_defer_taskrun) wakes nobody who polls its own descriptor: work
// that waits for an enter is no completion yet. A registered eventfd is told of that work, too. It
// is registered anew for each wait, and not switched off between (IORING_CQ_EVENTFD_DISABLED): of
// an eventfd that the ring itself polls, 6.18 tells a registered one only once.
void UringKernel::tell_host(bool tells) {
  int const done = tells ? enroll(uapi::register_eventfd, &host_event_, 1)
                         : enroll(uapi::unregister_eventfd, nullptr, 0);
  WEIR_ASSERT(done == 0);
  if (tells) return;
  std::uint64_t count = 0;
  ssize_t const taken = ::read(host_event_, &count, sizeof(count));  // or -EAGAIN: nobody told
  WEIR_ASSERT(taken == sizeof(count) || errno == EAGAIN);
}

int UringKernel::call(std::uint32_t submit_count, bool wait, Instant deadline) {
  if (!wait || (deadline == never && batch_count_ == 1))
    return io_uring_enter(enter_descriptor_, submit_count, wait ? 1 : 0, enter_flags_, nullptr, 0);
  return call_with_time(submit_count, deadline);
}

int UringKernel::call_with_time(std::uint32_t submit_count, Instant deadline) {
  bool const has_deadline = deadline != never;
  Instant const now = has_deadline ? clock().now() : 0;
  Duration const left = has_deadline ? std::max(deadline, now) - now : 0;
  uapi::Timespec const timespec{static_cast<std::int64_t>(left / seconds),
                                static_cast<std::int64_t>(left % seconds)};
  std::uint32_t const wait_count = has_deadline && left == 0 ? 0 : batch_count_;
  std::uint32_t const flags = enter_flags_ | uapi::enter_ext_arg;
  if (features.registered_wait) {
    uapi::RegisteredWait& argument = registered_wait_[0];
    argument.timespec = timespec;
    argument.flags = has_deadline ? uapi::registered_wait_has_time : 0;
    argument.min_wait_microseconds = batch_microseconds_;
    return io_uring_enter(enter_descriptor_, submit_count, wait_count,
                          flags | uapi::enter_ext_arg_registered, nullptr, sizeof(argument));
  }
  uapi::GeteventsArgument argument{};
  argument.signal_mask_size = _NSIG / 8;
  argument.min_wait_microseconds = batch_microseconds_;
  if (has_deadline) argument.timespec = reinterpret_cast<std::uintptr_t>(&timespec);
  return io_uring_enter(enter_descriptor_, submit_count, wait_count, flags, &argument,
                        sizeof(argument));
}

// Nothing is lost by it: what is in the queues moves along, and what waits for room comes with the
// enter that follows. Where the kernel has no memory for it, all stays as it is.
void UringKernel::grow_completions() {
  uapi::Params params{};
  params.flags = uapi::setup_cqsize | uapi::setup_clamp;
  params.submission_entries = submissions.mask + 1;
  params.completion_entries = std::min(2 * (completions.mask + 1), completion_count_max_);
  if (enroll(uapi::register_resize, &params, 1) != 0) {
    completion_count_max_ = 0;
    return;
  }
  void* const rings = rings_;
  void* const entries = entries_;
  std::size_t const rings_size = rings_size_;
  std::size_t const entries_size = entries_size_;
  Result<void> const mapped = map(params);
  WEIR_ASSERT(mapped.ok());  // else the old mapping shows queues that the kernel has left
  ::munmap(rings, rings_size);
  ::munmap(entries, entries_size);
}

bool UringKernel::arm_waker() {
  std::uint32_t const tail = *submissions.tail;
  std::uint32_t const head = std::atomic_ref(*submissions.head).load(std::memory_order_acquire);
  WEIR_ASSERT(tail - head <= submissions.mask + 1);
  if (tail - head == submissions.mask + 1) return false;
  uapi::Sqe& submission = submissions.entries[tail & submissions.mask];
  submission = {};
  submission.opcode = uapi::op_poll_add;
  submission.descriptor = waker_.descriptor();
  submission.size = uapi::poll_multishot;
  submission.operation_flags = POLLIN;
  submission.user_data = user_data_kernel;
  std::atomic_ref(*submissions.tail).store(tail + 1, std::memory_order_release);
  waker_armed_ = true;
  own_count = 1;
  return true;
}

void UringKernel::own_completion(uapi::Cqe const& reaped) {
  WEIR_ASSERT(reaped.user_data == user_data_kernel);
  if ((reaped.flags & uapi::cqe_more) != 0) return;
  waker_armed_ = false;
  own_count = 0;
}

int UringKernel::enroll(std::uint32_t opcode, void* argument, std::uint32_t count) {
  WEIR_ASSERT(descriptor_ >= 0);
  return io_uring_register(descriptor_, opcode, argument, count);
}

bool io_uring_is_allowed() {
  uapi::Params params;
  Setup setup;
  setup.submission_count = 1;
  setup.completion_count = 2;
  int const descriptor = open_ring(setup, params);
  if (descriptor < 0) return false;
  ::close(descriptor);
  return (params.features & needed_features) == needed_features;
}

}  // namespace

std::unique_ptr<Kernel> make_uring_kernel() { return std::make_unique<UringKernel>(); }

std::unique_ptr<Kernel> make_kernel() {
  return io_uring_is_allowed() ? make_uring_kernel() : make_epoll_kernel();
}

}  // namespace weir
