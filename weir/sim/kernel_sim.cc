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
  features.ring_messages = false;  // all rings are of one thread: a wake is a call
  features.message_wakes = false;
  completion_count_max_ = features.ring_resize ? std::bit_floor(setup.completion_count_max) : 0;
  return {};
}

// ---- enter --------------------------------------------------------------------------------------

int SimKernel::enter(std::uint32_t submit_count, bool wait, Instant deadline) {
  world_.entered(*this);
  parked_ = false;
  if (completions.overflowed && completions.mask + 1 < completion_count_max_) grow_completions();
  int const taken = submit(submit_count);
  work();
  if (!wait || taken < 0 || static_cast<std::uint32_t>(taken) < submit_count) return taken;
  int const slept = sleep(deadline);
  return taken > 0 ? taken : slept;
}

// As Linux does it: twice as many, with what was not reaped in its place.
void SimKernel::grow_completions() {
  std::uint32_t const old_mask = completions.mask;
  std::vector<uapi::Cqe> const old = completion_entries_;
  completion_entries_.resize(std::min(2 * (old_mask + 1), completion_count_max_));
  completions.entries = completion_entries_.data();
  completions.mask = static_cast<std::uint32_t>(completion_entries_.size() - 1);
  for (std::uint32_t i = *completions.head; i != *completions.tail; ++i)
    completions.entries[i & completions.mask] = old[i & old_mask];
}

int SimKernel::submit(std::uint32_t count) {
  WEIR_ASSERT(count <= *submissions.tail - *submissions.head);
  if (count > 0 && chance().once_in(options().partial_submit_once_in))
    count = static_cast<std::uint32_t>(chance().between(0, count - 1));
  else if (count == 0) return 0;
  if (count == 0) return -EAGAIN;
  // A chain is taken whole.
  while (uapi::is_linked(submissions.entries[(*submissions.head + count - 1) & submissions.mask]))
    ++count;
  WEIR_ASSERT(count <= *submissions.tail - *submissions.head);
  for (std::uint32_t taken = 0; taken < count; ++taken) {
    // The kernel has its own copy from here on.
    uapi::Sqe const submission = submissions.entries[*submissions.head & submissions.mask];
    ++*submissions.head;
    start(submission);
  }
  links_.end_submission();
  run_links();
  return static_cast<int>(count);
}

void SimKernel::begin(uapi::Sqe const& submission) {
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
    links_.ended(submission.user_data, failed);
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
  if (int const error = prepare_any(operation); error != 0) {
    finish(operation.number, {.result = error, .failed = true});
    return;
  }
  if (operation.socket != 0) {
    // That of a child process is the operation's own.
    if (submission.opcode != uapi::op_waitid) retain(operation.socket);
    waiting_[operation.socket].push_back(operation.number);
  }
  attempt(operation.number, any_event, true);
}

int SimKernel::prepare_any(Operation& operation) {
  uapi::Sqe& submission = operation.submission;
  if (!has_known_flags(submission)) return -EINVAL;
  if (submission.opcode == uapi::op_read_fixed || submission.opcode == uapi::op_write_fixed) {
    if (int const error = regions_.resolve(submission); error != 0) return error;
  }
  return is_file_operation(submission.opcode) ? prepare_file(operation) : prepare(operation);
}

// Everything that can happen at this instant.
void SimKernel::work() {
  world_.timeline().run_due();
  while (!touched_.empty() || links_.has_steps()) {
    run_links();
    if (touched_.empty()) continue;
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
  return !parked_ || !touched_.empty() || links_.has_steps() || !order_.empty() ||
         has_completions() || woken_.load() || deadline_ <= clock().now();
}

// ---- operations, whatever they do ---------------------------------------------------------------

void SimKernel::touched(SocketId socket, std::uint32_t events) {
  if (waiting_.contains(socket)) touched_[socket] |= events;
}

void SimKernel::attempt(std::uint64_t number, std::uint32_t events, bool may_delay) {
  auto const found = operations_.find(number);
  if (found == operations_.end() || found->second.held || found->second.sent) return;
  Operation& operation = found->second;
  bool const waits = !(operation.submission.operation_flags & MSG_DONTWAIT) ||
                     operation.submission.opcode == uapi::op_poll_add ||
                     is_file_operation(operation.submission.opcode);
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
  Operation& operation = found->second;
  bool const silent = (operation.submission.flags & uapi::sqe_skip_success) && !verdict.failed;
  if (!silent) post(operation.submission, verdict);
  let_go_of_socket(operation);
  std::uint64_t const user_data = operation.submission.user_data;
  user_data_.erase(user_data);
  operations_.erase(found);
  if (!links_.empty()) links_.ended(user_data, verdict.failed);
}

void SimKernel::let_go_of_socket(Operation& operation) {
  SocketId const socket = std::exchange(operation.socket, 0);
  if (socket == 0) return;
  auto const waiting = waiting_.find(socket);
  if (waiting != waiting_.end()) {
    std::erase(waiting->second, operation.number);
    if (waiting->second.empty()) waiting_.erase(waiting);
  }
  release(socket);  // perhaps the last to hold it: then this closes it
}

// ---- registration -------------------------------------------------------------------------------

int SimKernel::enroll(std::uint32_t opcode, void* argument, std::uint32_t count) {
  if (argument == nullptr) return -EINVAL;
  if (opcode == uapi::register_regions || opcode == uapi::update_regions)
    return regions_.enroll(opcode, argument, count);
  if (count != 1) return -EINVAL;
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

Result<int> SimKernel::open_socket(Family family, SocketKind kind) {
  if (descriptors_exhausted()) return refused("open a socket", EMFILE);
  return add_descriptor(network().open(family, this, kind));
}

Result<int> SimKernel::open_listener(Address const& address, std::uint32_t backlog,
                                     Sharing sharing) {
  WEIR_ASSERT(backlog > 0);
  if (descriptors_exhausted()) return refused("open a socket", EMFILE);
  SocketId const socket = network().open(address.family(), this);
  if (int const error = network().listen(socket, address, backlog, sharing); error != 0) {
    network().release(socket);
    return refused("bind " + address.text(), -error);
  }
  return add_descriptor(socket);
}

Result<int> SimKernel::open_datagrams(Address const& address, Sharing sharing) {
  if (descriptors_exhausted()) return refused("open a socket", EMFILE);
  SocketId const socket = network().open(address.family(), this, SocketKind::datagram);
  if (int const error = network().bind(socket, address, sharing); error != 0) {
    network().release(socket);
    return refused("bind " + address.text(), -error);
  }
  return add_descriptor(socket);
}

int SimKernel::connect_local(int descriptor, Address const& address) {
  SocketId const socket = socket_of(descriptor);
  if (socket == 0) return -EBADF;
  return SimFiles::is_file(socket) ? -ENOTSOCK : network().connect(socket, address);
}

Result<std::array<int, 2>> SimKernel::open_socket_pair(SocketKind kind) {
  if (descriptor_count_ + 2 > world_.chance().options.descriptor_count_max)
    return refused("open a pair of sockets", EMFILE);
  std::array<SocketId, 2> const pair = network().open_pair(kind, this);
  int const first = add_descriptor(pair[0]);
  return std::array{first, add_descriptor(pair[1])};
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
  if (known.family == Family::local) return unnamed_local();
  return Address::parse(known.family == Family::ipv4 ? "0.0.0.0:0" : "[::]:0");
}

Result<Address> SimKernel::peer_address(int descriptor) {
  SocketId const id = socket_of(descriptor);
  if (id == 0 || SimFiles::is_file(id))
    return refused("ask a socket for its peer's address", EBADF);
  SimSocket const& socket = network().socket(id);
  bool const is_datagram = socket.kind == SocketKind::datagram;
  bool const connected =
      is_datagram ? !socket.remote.empty() : socket.state == SimSocket::State::open;
  if (!connected) return refused("ask a socket for its peer's address", ENOTCONN);
  return socket.remote;
}

Result<void> SimKernel::adopt(int descriptor) {
  Result<Address> const peer = peer_address(descriptor);
  if (!peer) return peer.error();
  if (network().socket(socket_of(descriptor)).kind != SocketKind::stream)
    return refused("take over a socket", EPROTOTYPE);
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
