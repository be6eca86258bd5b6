// One lock guards what waits. A logger holds it for a copy, the thread for a swap, and neither
// while anything is written. The thread asks whether there is room before it writes, and writes
// no more at once than a pipe that has room takes: so it, too, can end at any moment.
#include "weir/base/log_writer.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>

#include "weir/base/assert.h"

namespace weir {

namespace {

constexpr std::size_t write_bytes_max = PIPE_BUF;
constexpr std::size_t stamp_size = sizeof("2026-11-20T16:18:57.123456Z ") - 1;

// Now, in UTC, to the microsecond.
void append_stamp(std::string& line) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  std::tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  char room[stamp_size + 1];
  std::size_t const size = std::strftime(room, sizeof(room), "%Y-%m-%dT%H:%M:%S", &parts);
  line.append(room, size);
  std::string const micro = std::to_string(now.tv_nsec / 1000);
  line += '.';
  line.append(6 - micro.size(), '0');
  line += micro;
  line += "Z ";
}

}  // namespace

struct LogWriter::Writing {
  explicit Writing(LogWriterOptions const& its_options) : options(its_options) {}
  ~Writing() {
    if (end_event >= 0) ::close(end_event);
  }

  void add(LogRecord const& record) {
    std::string line;
    append_stamp(line);
    line += log_line(record);
    line += '\n';
    {
      std::lock_guard const lock(mutex);
      if (dropped > 0 && has_room(2 * log_line_bytes_max)) say_what_was_dropped();
      if (dropped > 0 || !has_room(line.size())) {
        ++dropped;
        return;
      }
      waiting += line;
    }
    something.notify_one();
  }

  bool has_room(std::size_t size) const {
    return waiting.size() + size <= options.waiting_bytes_max;
  }

  void say_what_was_dropped() {
    append_stamp(waiting);
    waiting += "warning log records dropped count=" + std::to_string(dropped) + "\n";
    dropped = 0;
  }

  // The thread.
  void run() {
    std::string lines;
    std::unique_lock lock(mutex);
    for (;;) {
      something.wait(lock, [this] { return !waiting.empty() || ending; });
      if (waiting.empty() && dropped > 0) say_what_was_dropped();
      if (waiting.empty()) return;
      lines.clear();
      std::swap(lines, waiting);
      lock.unlock();
      write(lines);
      lock.lock();
    }
  }

  void write(std::string_view lines) {
    while (!lines.empty() && !given_up && wait_for_room()) {
      std::size_t size = lines.size();
      if (size > write_bytes_max) size = lines.rfind('\n', write_bytes_max - 1) + 1;
      if (size == 0) size = write_bytes_max;  // a line of that length
      ssize_t const count = ::write(options.descriptor, lines.data(), size);
      if (count >= 0) lines.remove_prefix(static_cast<std::size_t>(count));
      else if (errno == ENOSPC) return;  // there may be room for the next ones
      else if (errno != EAGAIN && errno != EINTR) given_up = true;  // nobody reads it any more
    }
  }

  // False: it shall end, and has waited long enough.
  bool wait_for_room() {
    pollfd waited[] = {{options.descriptor, POLLOUT, 0}, {end_event, POLLIN, 0}};
    while (waited[0].revents == 0) {
      if (!is_ending()) {
        ::poll(waited, 2, -1);
        continue;
      }
      Instant const now = clock.now();
      if (now >= end_deadline) {
        given_up = true;
        return false;
      }
      auto const left = (end_deadline - now) / milliseconds + 1;
      ::poll(waited, 1, static_cast<int>(std::min<Duration>(left, INT_MAX)));
    }
    return true;
  }

  bool is_ending() {
    std::lock_guard const lock(mutex);
    return ending;
  }

  void end() {
    {
      std::lock_guard const lock(mutex);
      ending = true;
      end_deadline = clock.now() + options.end_time_max;
    }
    something.notify_one();
    std::uint64_t const one = 1;
    ssize_t const written = ::write(end_event, &one, sizeof(one));
    WEIR_ASSERT(written == sizeof(one));
    ::pthread_join(thread, nullptr);
  }

  LogWriterOptions const options;
  MonotonicClock const clock;
  int end_event = -1;
  pthread_t thread{};
  std::mutex mutex;
  std::condition_variable something;
  std::string waiting;
  std::uint64_t dropped = 0;
  bool ending = false;
  Instant end_deadline = never;
  bool given_up = false;  // the thread's own
};

Result<Owner<LogWriter>> LogWriter::make(LogWriterOptions const& options) {
  WEIR_ASSERT(options.waiting_bytes_max >= 2 * log_line_bytes_max);
  auto writing = make_owner<Writing>(options);
  writing->end_event = ::eventfd(0, EFD_CLOEXEC);
  if (writing->end_event < 0)
    return Error{errno, std::string("write a log: no eventfd: ") + std::strerror(errno)};
  // No signal is for this thread; a program that waits for one has blocked it everywhere else.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  auto const body = [](void* self) -> void* {
    static_cast<Writing*>(self)->run();
    return nullptr;
  };
  int const code = ::pthread_create(&writing->thread, nullptr, body, writing.get());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (code != 0) return Error{code, std::string("write a log: no thread: ") + std::strerror(code)};
  return Owner<LogWriter>(new LogWriter(std::move(writing)));
}

LogWriter::LogWriter(Owner<Writing> writing) : writing_(std::move(writing)) {}

LogWriter::~LogWriter() { writing_->end(); }

LogSink LogWriter::sink() {
  auto const write = [](void* self, LogRecord const& record) {
    static_cast<Writing*>(self)->add(record);
  };
  return {write, writing_.get()};
}

}  // namespace weir
