#include "weir/sim/kernel_sim.h"

#include <poll.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"

namespace weir {

namespace {

constexpr std::uint32_t any_event = ~0u;

Error refused(std::string what, int code) {
  WEIR_ASSERT(code > 0);
  return {code, std::move(what) + ": " + std::strerror(code)};
}

}  // namespace

SimKernel::SimKernel(SimWorld& world) : world_(world) { world_.add(*this); }

SimKernel::~SimKernel() {
  world_.timeline().forget(this);
  for (auto const& [number, operation] : operations_)
    if (operation.socket != 0) release(operation.socket);
  for (SocketId const socket : descriptors_)
    if (socket != 0) release(socket);
  for (SocketId const file : standard_)
    if (file != 0) release(file);
  world_.remove(*this);
}

Result<void> SimKernel::set_up(Setup const& setup) {
  WEIR_ASSERT(submission_entries_.empty());
  std::uint32_t const submission_count = std::bit_ceil(setup.submission_count);
  std::uint32_t const completion_count = std::bit_ceil(setup.completion_count);
  if (submission_count == 0 || completion_count < submission_count)
    return Error{EINVAL, "set up a simulated kernel: fewer completions than submissions"};
  submission_entries_.resize(submission_count);
  completion_entries_.resize(completion_count);
  submissions = {submission_entries_.data(), &indices_[0], &indices_[1], submission_count - 1};
  completions = {completion_entries_.data(), &indices_[2], &indices_[3], completion_count - 1};
  int error = 0;
  standard_[0] = files().open(SimFiles::standard_input, FileUse::read, this, &error);
  standard_[1] = files().open(SimFiles::standard_output, FileUse::append, this, &error);
  features = all_features.without(setup.hide);
  return {};
}

// ---- enter --------------------------------------------------------------------------------------

int SimKernel::enter(std::uint32_t submit_count, bool wait, Instant deadline) {
  world_.entered(*this);
  parked_ = false;
  int const taken = submit(submit_count);
  work();
  if (!wait || taken < 0 || static_cast<std::uint32_t>(taken) < submit_count) return taken;
  int const slept = sleep(deadline);
  return taken > 0 ? taken : slept;
}

int SimKernel::submit(std::uint32_t count) {
  WEIR_ASSERT(count <= *submissions.tail - *submissions.head);
  if (count > 0 && chance().once_in(options().partial_submit_once_in))
    count = static_cast<std::uint32_t>(chance().between(0, count - 1));
  else if (count == 0) return 0;
  if (count == 0) return -EAGAIN;
  for (std::uint32_t taken = 0; taken < count; ++taken) {
    // The kernel has its own copy from here on.
    uapi::Sqe const submission = submissions.entries[*submissions.head & submissions.mask];
    ++*submissions.head;
    start(submission);
  }
  return static_cast<int>(count);
}

void SimKernel::start(uapi::Sqe const& submission) {
  ++submitted_count_;
  if (submission.opcode == uapi::op_async_cancel) {
    int const result =
        cancel(submission.address, submission.descriptor, submission.operation_flags);
    bool const failed = result < 0;
    if (failed || !(submission.flags & uapi::sqe_skip_success)) {
      uapi::Sqe independent = submission;
      independent.descriptor = -1;  // it may come before or after what it ended
      post(independent, {.result = result, .failed = failed});
    }
    return;
  }
  Operation& operation = operations_[submitted_count_];
  operation.number = submitted_count_;
  operation.submission = submission;
  if (submission.user_data > user_data_kernel) {
    // A completion that is submitted again before its terminal result would get the results of
    // both.
    bool const is_new = user_data_.insert(submission.user_data).second;
    WEIR_ASSERT(is_new);
  }
  if (int const error = prepare(operation); error != 0) {
    finish(operation.number, {.result = error, .failed = true});
    return;
  }
  if (operation.socket != 0) {
    retain(operation.socket);
    waiting_[operation.socket].push_back(operation.number);
  }
  attempt(operation.number, any_event, true);
}

// Everything that can happen at this instant.
void SimKernel::work() {
  world_.timeline().run_due();
  while (!touched_.empty()) {
    auto const [socket, events] = *touched_.begin();
    touched_.erase(touched_.begin());
    auto const found = waiting_.find(socket);
    if (found == waiting_.end()) continue;
    std::vector<std::uint64_t> const numbers = found->second;
    for (std::uint64_t const number : numbers) attempt(number, events, true);
  }
  order_.flush(completions, chance());
}

int SimKernel::sleep(Instant deadline) {
  if (chance().once_in(options().interrupted_once_in)) return -EINTR;
  deadline_ = deadline;
  while (!has_completions()) {
    if (woken_.exchange(false)) {
      ++wake_count;
      return 0;
    }
    if (deadline <= clock().now()) return 0;
    parked_ = true;
    if (!world_.park(*this, deadline)) return 0;
    parked_ = false;
    work();
  }
  return 0;
}

bool SimKernel::has_work() const {
  return !parked_ || !touched_.empty() || !order_.empty() || has_completions() || woken_.load() ||
         deadline_ <= clock().now();
}

// ---- operations, whatever they do ---------------------------------------------------------------

void SimKernel::touched(SocketId socket, std::uint32_t events) {
  if (waiting_.contains(socket)) touched_[socket] |= events;
}

void SimKernel::attempt(std::uint64_t number, std::uint32_t events, bool may_delay) {
  auto const found = operations_.find(number);
  if (found == operations_.end() || found->second.held) return;
  Operation& operation = found->second;
  bool const waits = !(operation.submission.operation_flags & MSG_DONTWAIT) ||
                     operation.submission.opcode == uapi::op_poll_add;
  if (may_delay && waits && chance().once_in(options().delay_once_in)) return hold(operation);
  if (Attempt const ended = carry_out(operation, events)) finish(number, *ended);
}

void SimKernel::hold(Operation& operation) {
  WEIR_ASSERT(!operation.held);
  operation.held = true;
  Duration const delay = chance().between(1, std::max<Duration>(options().delay_max, 1));
  world_.timeline().after(delay, this, [this, number = operation.number] {
    auto const found = operations_.find(number);
    if (found == operations_.end() || !found->second.held) return;
    found->second.held = false;
    attempt(number, any_event, false);
  });
}

bool SimKernel::queue_is_full() const {
  return *completions.tail - *completions.head + order_.size() > completions.mask;
}

// False if this result has to be the multishot's last.
bool SimKernel::post_more(Operation const& operation, Verdict const& verdict) {
  if (operation.ending || queue_is_full()) return false;
  if (chance().once_in(options().multishot_ends_once_in)) return false;
  Verdict more = verdict;
  more.flags |= uapi::cqe_more;
  post(operation.submission, more);
  return true;
}

void SimKernel::post(uapi::Sqe const& submission, Verdict const& verdict) {
  order_.post({.cqe = {submission.user_data, verdict.result, verdict.flags},
               .descriptor = submission.descriptor,
               .opened = verdict.opened,
               .buffer_group = verdict.buffer_group});
}

void SimKernel::finish(std::uint64_t number, Verdict const& verdict) {
  auto const found = operations_.find(number);
  WEIR_ASSERT(found != operations_.end());
  Operation const& operation = found->second;
  bool const silent = (operation.submission.flags & uapi::sqe_skip_success) && !verdict.failed;
  if (!silent) post(operation.submission, verdict);
  SocketId const socket = operation.socket;
  user_data_.erase(operation.submission.user_data);
  operations_.erase(found);
  if (socket == 0) return;
  auto const waiting = waiting_.find(socket);
  if (waiting != waiting_.end()) {
    std::erase(waiting->second, number);
    if (waiting->second.empty()) waiting_.erase(waiting);
  }
  release(socket);  // perhaps the last to hold it: then this closes it
}

// ---- registration -------------------------------------------------------------------------------

int SimKernel::enroll(std::uint32_t opcode, void* argument, std::uint32_t count) {
  if (argument == nullptr || count != 1) return -EINVAL;
  switch (opcode) {
    case uapi::register_buffer_ring:
      return enroll_buffers(*static_cast<uapi::BufferRingRegistration const*>(argument));
    case uapi::unregister_buffer_ring: {
      auto const* registration = static_cast<uapi::BufferRingRegistration const*>(argument);
      return buffers_.erase(registration->group) == 1 ? 0 : -ENOENT;
    }
    default:
      return -EINVAL;
  }
}

int SimKernel::enroll_buffers(uapi::BufferRingRegistration const& registration) {
  int const error = ProvidedBuffers::check(registration, features.incremental_buffers);
  if (error != 0) return error;
  bool const is_new = buffers_.emplace(registration.group, registration).second;
  return is_new ? 0 : -EEXIST;
}

// ---- descriptors --------------------------------------------------------------------------------

SocketId SimKernel::socket_of(int descriptor) const {
  if (descriptor == 0 || descriptor == 1) return standard_[static_cast<std::size_t>(descriptor)];
  if (descriptor < sim_descriptor_first) return 0;
  auto const index = static_cast<std::size_t>(descriptor - sim_descriptor_first);
  return index < descriptors_.size() ? descriptors_[index] : 0;
}

bool SimKernel::descriptors_exhausted() const {
  return descriptor_count_ >= world_.chance().options.descriptor_count_max;
}

// The lowest free number, as everywhere in Unix: what was just closed comes again soon.
int SimKernel::add_descriptor(SocketId socket) {
  WEIR_ASSERT(!descriptors_exhausted());
  auto const free = std::find(descriptors_.begin(), descriptors_.end(), SocketId{0});
  auto const index = free - descriptors_.begin();
  if (free == descriptors_.end()) descriptors_.push_back(socket);
  else *free = socket;
  ++descriptor_count_;
  return sim_descriptor_first + static_cast<int>(index);
}

Result<int> SimKernel::open_socket(Family family) {
  if (descriptors_exhausted()) return refused("open a TCP socket", EMFILE);
  return add_descriptor(network().open(family, this));
}

Result<int> SimKernel::open_listener(Address const& address, std::uint32_t backlog) {
  WEIR_ASSERT(backlog > 0);
  if (descriptors_exhausted()) return refused("open a TCP socket", EMFILE);
  SocketId const socket = network().open(address.family(), this);
  if (int const error = network().listen(socket, address, backlog); error != 0) {
    network().release(socket);
    return refused("bind " + address.text(), -error);
  }
  return add_descriptor(socket);
}

Result<int> SimKernel::open_file(std::string const& path, FileUse use) {
  if (descriptors_exhausted()) return refused("open " + path, EMFILE);
  int error = 0;
  SocketId const file = files().open(path, use, this, &error);
  if (file == 0) return refused("open " + path, error);
  return add_descriptor(file);
}

void SimKernel::retain(SocketId id) {
  if (SimFiles::is_file(id)) files().retain(id);
  else network().retain(id);
}

void SimKernel::release(SocketId id) {
  if (SimFiles::is_file(id)) files().release(id);
  else network().release(id);
}

std::uint32_t SimKernel::readiness(SocketId id) {
  return SimFiles::is_file(id) ? files().readiness(id) : network().readiness(id);
}

Result<Address> SimKernel::local_address(int descriptor) {
  SocketId const socket = socket_of(descriptor);
  if (socket == 0 || SimFiles::is_file(socket))
    return refused("ask a socket for its own address", EBADF);
  SimSocket const& known = network().socket(socket);
  if (known.local.raw_size() > 0) return known.local;
  return Address::parse(known.family == Family::ipv4 ? "0.0.0.0:0" : "[::]:0");
}

Result<Address> SimKernel::peer_address(int descriptor) {
  SocketId const id = socket_of(descriptor);
  if (id == 0 || SimFiles::is_file(id))
    return refused("ask a socket for its peer's address", EBADF);
  SimSocket const& socket = network().socket(id);
  if (socket.state != SimSocket::State::open)
    return refused("ask a socket for its peer's address", ENOTCONN);
  return socket.remote;
}

Result<void> SimKernel::adopt(int descriptor) {
  Result<Address> const peer = peer_address(descriptor);
  if (!peer) return peer.error();
  return {};
}

std::string SimKernel::describe() const {
  std::string text = "  kernel: " + std::to_string(descriptor_count_) + " descriptors, " +
                     std::to_string(order_.size()) + " completions not shown yet, " +
                     std::to_string(*completions.tail - *completions.head) + " not reaped";
  if (absent) text += ", not stepped";
  text += "\n";
  for (auto const& [number, operation] : operations_) {
    text += "    operation " + std::to_string(number) + ": opcode " +
            std::to_string(operation.submission.opcode) + " on descriptor " +
            std::to_string(operation.submission.descriptor) + ", socket " +
            std::to_string(operation.socket) + ", " + std::to_string(operation.done) +
            " bytes done";
    if (operation.held) text += ", held";
    if (operation.ending) text += ", cancelled";
    text += "\n";
  }
  return text;
}

}  // namespace weir
