// Signals and child processes, which a simulated world gives descriptors like files.
#include <sys/signalfd.h>

#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"
#include "weir/sim/files.h"

namespace weir {

namespace {

// Those of simulated children: a plain system call on one finds nobody.
constexpr std::int32_t process_first = 100'000'000;

std::uint64_t bit_of(int signal) {
  WEIR_ASSERT(signal >= 1);
  WEIR_ASSERT(signal <= 64);
  return std::uint64_t{1} << (signal - 1);
}

}  // namespace

// ---- signals ------------------------------------------------------------------------------------

SocketId SimFiles::open_signals(std::span<int const> numbers, SocketOwner* owner) {
  SimNode& node = tree_.make(Kind::signals);
  for (int const number : numbers) node.signals |= bit_of(number);
  return add(node, O_RDWR, owner);
}

// Every signalfd sees what is pending for the process, and the first to read takes it.
void SimFiles::raise(int signal) {
  for (auto const& [id, open] : opens_) {
    SimNode& node = *open.node;
    if (node.kind != Kind::signals || (node.signals & bit_of(signal)) == 0) continue;
    node.pending |= bit_of(signal);
    touch(node);
    return;
  }
}

int SimFiles::read_signal(SimNode& node, std::byte* out, std::uint32_t size) {
  if (size < sizeof(signalfd_siginfo)) return -EINVAL;
  for (int signal = 1; signal <= 64; ++signal) {
    if ((node.pending & bit_of(signal)) == 0) continue;
    node.pending &= ~bit_of(signal);
    signalfd_siginfo record{};
    record.ssi_signo = static_cast<std::uint32_t>(signal);
    std::memcpy(out, &record, sizeof(record));
    return sizeof(record);
  }
  return -EAGAIN;
}

// ---- child processes ----------------------------------------------------------------------------

std::int32_t SimFiles::start_process() {
  std::int32_t const number = process_first + process_count_++;
  SimNode& node = tree_.make(Kind::process);
  node.process = number;
  tree_.retain(node);
  processes_[number] = {&node, false, 0, 0};
  return number;
}

void SimFiles::end_process(std::int32_t process, int code, int status) {
  auto const found = processes_.find(process);
  WEIR_ASSERT(found != processes_.end());
  WEIR_ASSERT(!found->second.ended);
  found->second = {found->second.node, true, code, status};
  touch(*found->second.node);
}

SocketId SimFiles::open_process(std::int32_t process, SocketOwner* owner, int* error) {
  auto const found = processes_.find(process);
  *error = found == processes_.end() ? ECHILD : 0;
  return *error == 0 ? add(*found->second.node, O_RDWR, owner) : 0;
}

int SimFiles::reap(SocketId id, siginfo_t& info) {
  SimNode& node = *get(id).node;
  WEIR_ASSERT(node.kind == Kind::process);
  auto const found = processes_.find(node.process);
  if (found == processes_.end()) return -ECHILD;  // somebody else was faster
  Process const process = found->second;
  if (!process.ended) return -EAGAIN;
  info = {};
  info.si_signo = SIGCHLD;
  info.si_pid = node.process;
  info.si_code = process.code;
  info.si_status = process.status;
  processes_.erase(found);
  touch(node);
  tree_.release(node);
  return 0;
}

}  // namespace weir
