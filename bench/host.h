// What every benchmark program needs of the machine: time, a core of its own, loopback sockets, and
// what another process has used.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace weir::bench {

[[noreturn]] inline void fail(char const* what, int error = errno) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(error));
  std::exit(1);
}

inline std::uint64_t nanoseconds(timespec const& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(time.tv_nsec);
}

inline std::uint64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return nanoseconds(time);
}

// Core -1 leaves the choice to the system.
inline void pin_to(int cpu) {
  if (cpu < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) fail("sched_setaffinity");
}

// ---- processes
// -----------------------------------------------------------------------------------

struct CpuTime {
  double user_s = 0;
  double system_s = 0;

  double total_s() const { return user_s + system_s; }
  CpuTime operator-(CpuTime const& b) const { return {user_s - b.user_s, system_s - b.system_s}; }
};

inline double seconds_of(timeval const& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

inline CpuTime own_cpu_time() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {seconds_of(usage.ru_utime), seconds_of(usage.ru_stime)};
}

// Exact: the scheduler's own account of the process, all its threads together.
inline std::uint64_t cpu_ns_of(int pid) {
  clockid_t clock{};
  if (int const error = clock_getcpuclockid(pid, &clock)) fail("clock_getcpuclockid", error);
  timespec time{};
  if (clock_gettime(clock, &time) != 0) fail("clock_gettime of a process");
  return nanoseconds(time);
}

// How it divides into user and system is sampled at the clock tick: meaningful over seconds only.
inline CpuTime sampled_cpu_time_of(int pid) {
  std::FILE* const file = std::fopen(("/proc/" + std::to_string(pid) + "/stat").c_str(), "r");
  unsigned long user = 0;
  unsigned long system = 0;
  if (file == nullptr) fail("/proc/PID/stat");
  // Fields 14 and 15; the second field, the program's name, holds no ')' in our programs.
  int const read = std::fscanf(
      file, "%*d %*[^)]%*c %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  std::fclose(file);
  if (read != 2) fail("/proc/PID/stat", EPROTO);
  double const ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  return {static_cast<double>(user) / ticks_per_second,
          static_cast<double>(system) / ticks_per_second};
}

// What all processes together have used since the machine started; in clock ticks, so coarse.
inline double busy_cpu_s() {
  std::FILE* const file = std::fopen("/proc/stat", "r");
  if (file == nullptr) fail("/proc/stat");
  unsigned long long user = 0, nice = 0, system = 0, irq = 0, soft_irq = 0;
  int const read = std::fscanf(file, "cpu %llu %llu %llu %*u %*u %llu %llu", &user, &nice, &system,
                               &irq, &soft_irq);
  std::fclose(file);
  if (read != 5) fail("/proc/stat", EPROTO);
  return static_cast<double>(user + nice + system + irq + soft_irq) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

inline long resident_kib_of(int pid) {
  std::FILE* const file = std::fopen(("/proc/" + std::to_string(pid) + "/statm").c_str(), "r");
  long pages = 0;
  if (file == nullptr) fail("/proc/PID/statm");
  int const read = std::fscanf(file, "%*d %ld", &pages);
  std::fclose(file);
  if (read != 1) fail("/proc/PID/statm", EPROTO);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

// ---- sockets
// -------------------------------------------------------------------------------------

inline sockaddr_in loopback(int port_number) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_number));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// TCP_NODELAY on a listening socket is inherited by the sockets it accepts.
inline int listen_on_loopback(int port_number, int type_flags) {
  int const listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | type_flags, 0);
  if (listener < 0) fail("socket");
  int const on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in const address = loopback(port_number);
  if (bind(listener, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
    fail("bind");
  }
  if (listen(listener, 4096) != 0) fail("listen");
  return listener;
}

inline int port_number_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
  return ntohs(address.sin_port);
}

inline int connect_to_loopback(int port_number) {
  int const connected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connected < 0) fail("socket");
  int const on = 1;
  setsockopt(connected, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in const address = loopback(port_number);
  if (connect(connected, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  return connected;
}

// ---- UNIX sockets, by an abstract name

struct LocalAddress {
  sockaddr_un raw{};
  socklen_t size = 0;
};

inline LocalAddress abstract_address(std::string const& name) {
  LocalAddress address;
  address.raw.sun_family = AF_UNIX;
  if (name.empty() || name.size() >= sizeof address.raw.sun_path) fail("a UNIX name", EINVAL);
  std::memcpy(address.raw.sun_path + 1, name.data(), name.size());
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return address;
}

// Of this process; it may have one listener of that kind.
inline std::string own_unix_name() { return "weir-bench-" + std::to_string(getpid()); }

inline int listen_on_own_unix_name(int type_flags) {
  int const listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | type_flags, 0);
  if (listener < 0) fail("socket");
  LocalAddress const address = abstract_address(own_unix_name());
  if (bind(listener, reinterpret_cast<sockaddr const*>(&address.raw), address.size) != 0)
    fail("bind");
  if (listen(listener, 4096) != 0) fail("listen");
  return listener;
}

inline int connect_to_abstract(std::string const& name) {
  int const connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connected < 0) fail("socket");
  LocalAddress const address = abstract_address(name);
  if (connect(connected, reinterpret_cast<sockaddr const*>(&address.raw), address.size) != 0)
    fail("connect");
  return connected;
}

// ---- UDP on loopback

inline int open_datagrams_on_loopback(int port_number, int type_flags) {
  int const opened = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | type_flags, 0);
  if (opened < 0) fail("socket");
  sockaddr_in const address = loopback(port_number);
  if (bind(opened, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) fail("bind");
  return opened;
}

inline int connect_datagrams_to_loopback(int port_number) {
  int const connected = open_datagrams_on_loopback(0, 0);
  sockaddr_in const address = loopback(port_number);
  if (connect(connected, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
    fail("connect");
  return connected;
}

}  // namespace weir::bench
