// The operations of a ring for coroutines: each is a value that is awaited.
//
//   Async ring(the_ring);
//   auto [count, bytes] = co_await ring.read(file, Bytes(4096));
//
// A result is what Ring tells: at least 0, or -errno. What an operation works on is given to it
// (its bytes, a path) and comes back with the result, or goes where it belongs if nobody waits any
// more (operations.h). Any type will do for bytes that owns them and can be moved: Buffer, Bytes,
// std::string, std::vector<std::byte>. It begins when it is awaited, or started:
//
//   auto reading = ring.read(pipe, Bytes(4096));
//   reading.start();
//   ...
//   co_await ring.cancel(reading);                     // how many were found: 0 or 1
//   auto [count, bytes] = co_await reading;            // -ECANCELED, or what came before
//
// Where the coroutine has a Stop (stop.h) a request cancels what is in flight, and what would begin
// later ends with -ECANCELED at once; a close is carried out all the same.
//
// To support another operation of Ring: one function below.
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "weir/base/owner.h"
#include "weir/ring/operation.h"

namespace weir {

// ---- what some operations keep ------------------------------------------------------------------

struct KeepsPath {
  std::string path;
  std::int32_t give(std::int32_t result) && { return result; }
};
struct KeepsPaths {
  std::string from;
  Owner<std::string> to;
  std::int32_t give(std::int32_t result) && { return result; }
};
struct KeepsPathToOpen : KeepsOpened {
  std::string path;
};
struct KeepsStatus {
  std::string path;
  Owner<struct statx> status;
  Finished<struct statx> give(std::int32_t result) && { return {result, *status}; }
};
struct KeepsChild {
  Owner<siginfo_t> info;
  Finished<siginfo_t> give(std::int32_t result) && { return {result, *info}; }
};
// Another descriptor than the one that it is on.
class KeepsDescriptor {
 public:
  explicit KeepsDescriptor(Descriptor const& kept) : open_(kept.open()) {
    if (open_ != nullptr) open_->retain();
  }
  KeepsDescriptor(KeepsDescriptor&& other) noexcept : open_(std::exchange(other.open_, nullptr)) {}
  KeepsDescriptor& operator=(KeepsDescriptor&&) = delete;
  ~KeepsDescriptor() {
    if (open_ != nullptr) open_->release();
  }
  int number() const { return open_ == nullptr ? -1 : open_->number; }
  std::int32_t give(std::int32_t result) && { return result; }

 private:
  OpenDescriptor* open_;
};

// ---- all of them --------------------------------------------------------------------------------

// A ring as coroutines see it. Costs nothing to copy; the ring outlives it.
class Async {
 public:
  explicit Async(Ring& ring) : ring_(&ring) {}

  Ring& ring() const { return *ring_; }
  Clock const& clock() const { return ring_->clock(); }

  // ---- opening. What is set up without waiting is a plain call
  Descriptor adopt(int number) const { return operations().adopt(number); }
  // Uses a descriptor that is somebody else's to close: standard output, say.
  Descriptor borrow(int number) const { return operations().adopt(number, false); }
  Result<Descriptor> open_file(std::string const& path, FileUse use) const {
    return adopted(ring_->kernel().open_file(path, use));
  }
  Result<Descriptor> open_socket(Family family) const {
    return adopted(ring_->kernel().open_socket(family));
  }
  Result<Descriptor> open_listener(Address const& address, std::uint32_t backlog = 128) const {
    return adopted(ring_->kernel().open_listener(address, backlog));
  }
  // Its reading and its writing end.
  Result<std::array<Descriptor, 2>> open_pipe() const {
    return adopted(ring_->kernel().open_pipe());
  }
  // Two ends of a UNIX connection.
  Result<std::array<Descriptor, 2>> open_socket_pair(SocketKind kind = SocketKind::stream) const {
    return adopted(ring_->kernel().open_socket_pair(kind));
  }

  // ---- connections
  // One connection.
  auto accept(Descriptor const& listener) const {
    return on(listener, KeepsOpened{}, [](Ring& ring, OperationSlot& slot, auto&) {
      ring.accept_once(slot.completion, slot.descriptor->number);
    });
  }
  auto connect(Descriptor const& socket, Address const& address) const {
    return on(socket, KeepsNothing{}, [address](Ring& ring, OperationSlot& slot, auto&) {
      ring.connect(slot.completion, slot.descriptor->number, address);
    });
  }
  // Into `bytes`: what there is, at most all of it; 0 at the peer's end.
  template <owned_bytes T>
  auto receive(Descriptor const& socket, T bytes) const {
    return transfer(socket, std::move(bytes), [](Ring& ring, OperationSlot& slot, T& given) {
      ring.receive(slot.completion, slot.descriptor->number, data_of(given), size_of(given));
    });
  }
  // Into a buffer of `pool`, one of whole buffers, that the kernel picks when there is something;
  // -ENOBUFS if it has none.
  auto receive(Descriptor const& socket, BufferPool& pool) const {
    return on(socket, KeepsBuffer{}, [&pool](Ring& ring, OperationSlot& slot, auto&) {
      ring.receive(slot.completion, slot.descriptor->number, BufferOrPool(pool));
    });
  }
  // `flags` are MSG_*: with MSG_WAITALL all of it, unless the connection fails.
  template <owned_bytes T>
  auto send(Descriptor const& socket, T bytes, std::uint32_t flags = MSG_WAITALL) const {
    return transfer(socket, std::move(bytes), [flags](Ring& ring, OperationSlot& slot, T& given) {
      slot.part = {data_of(given), size_of(given)};
      ring.send(slot.completion, slot.descriptor->number, {&slot.part, 1}, flags);
    });
  }
  // One datagram.
  template <owned_bytes T>
  auto send_to(Descriptor const& socket, T bytes, Address const& to) const {
    return on(socket, std::move(bytes), [to](Ring& ring, OperationSlot& slot, T& given) {
      slot.part = {data_of(given), size_of(given)};
      Address const& kept = slot.completion.address = to;
      ring.send_to(slot.completion, slot.descriptor->number, {&slot.part, 1}, kept, 0);
    });
  }
  // `how` is SHUT_RD, SHUT_WR or SHUT_RDWR.
  auto shut_down(Descriptor const& socket, int how) const {
    return on(socket, KeepsNothing{}, [how](Ring& ring, OperationSlot& slot, auto&) {
      ring.shut_down(slot.completion, slot.descriptor->number, how);
    });
  }

  // ---- files, pipes, terminals
  template <owned_bytes T>
  auto read(Descriptor const& file, T bytes, std::uint64_t offset = stream_position) const {
    return transfer(file, std::move(bytes), [offset](Ring& ring, OperationSlot& slot, T& given) {
      ring.read(slot.completion, slot.descriptor->number, data_of(given), size_of(given), offset);
    });
  }
  auto read(Descriptor const& file, BufferPool& pool,
            std::uint64_t offset = stream_position) const {
    return on(file, KeepsBuffer{}, [&pool, offset](Ring& ring, OperationSlot& slot, auto&) {
      ring.read(slot.completion, slot.descriptor->number, BufferOrPool(pool), offset);
    });
  }
  template <owned_bytes T>
  auto write(Descriptor const& file, T bytes, std::uint64_t offset = stream_position) const {
    return transfer(file, std::move(bytes), [offset](Ring& ring, OperationSlot& slot, T& given) {
      ring.write(slot.completion, slot.descriptor->number, data_of(given), size_of(given), offset);
    });
  }

  // What was written is on the disk when it ends; sync_data leaves out what reading needs not.
  auto sync_all(Descriptor const& file) const {
    return on(file, KeepsNothing{}, [](Ring& ring, OperationSlot& slot, auto&) {
      ring.fsync(slot.completion, slot.descriptor->number);
    });
  }
  auto sync_data(Descriptor const& file) const {
    return on(file, KeepsNothing{}, [](Ring& ring, OperationSlot& slot, auto&) {
      ring.fdatasync(slot.completion, slot.descriptor->number);
    });
  }
  // Between a pipe and something else; the result is bytes.
  auto splice(Descriptor const& from, Descriptor const& to, std::uint32_t size) const {
    return on(from, KeepsDescriptor(to),
              [size](Ring& ring, OperationSlot& slot, KeepsDescriptor& target) {
                ring.splice(slot.completion, slot.descriptor->number, target.number(), size);
              });
  }

  // ---- by path
  // `flags` are O_*, `mode` is that of a file that this makes.
  auto open(std::string path, std::uint32_t flags, std::uint32_t mode = 0666) const {
    return operation(KeepsPathToOpen{{}, std::move(path)},
                     [flags, mode](Ring& ring, OperationSlot& slot, KeepsPathToOpen& given) {
                       ring.open(slot.completion, given.path.c_str(), flags, mode);
                     });
  }
  auto rename(std::string from, std::string to) const {
    return operation(KeepsPaths{std::move(from), make_owner<std::string>(std::move(to))},
                     [](Ring& ring, OperationSlot& slot, KeepsPaths& given) {
                       ring.rename(slot.completion, given.from.c_str(), given.to->c_str());
                     });
  }
  auto unlink(std::string path) const {
    return by_path(std::move(path), [](Ring& ring, OperationSlot& slot, KeepsPath& given) {
      ring.unlink(slot.completion, given.path.c_str());
    });
  }
  auto rmdir(std::string path) const {
    return by_path(std::move(path), [](Ring& ring, OperationSlot& slot, KeepsPath& given) {
      ring.rmdir(slot.completion, given.path.c_str());
    });
  }
  auto mkdir(std::string path, std::uint32_t mode = 0777) const {
    return by_path(std::move(path), [mode](Ring& ring, OperationSlot& slot, KeepsPath& given) {
      ring.mkdir(slot.completion, given.path.c_str(), mode);
    });
  }
  // `mask` is STATX_*.
  auto status(std::string path, std::uint32_t mask = STATX_BASIC_STATS) const {
    return operation(KeepsStatus{std::move(path), make_owner<struct statx>()},
                     [mask](Ring& ring, OperationSlot& slot, KeepsStatus& given) {
                       ring.statx(slot.completion, given.path.c_str(), *given.status, mask);
                     });
  }

  // ---- waiting
  // Until a child process has ended, and how.
  auto wait_for_child(std::int32_t process) const {
    return operation(KeepsChild{make_owner<siginfo_t>()},
                     [process](Ring& ring, OperationSlot& slot, KeepsChild& given) {
                       ring.wait_for_child(slot.completion, process, *given.info);
                     });
  }
  // Until one of `events` (POLL*) is so; the result is what is. For a buffer only when it is
  // needed.
  auto poll(Descriptor const& descriptor, std::uint32_t events) const {
    return on(descriptor, KeepsNothing{}, [events](Ring& ring, OperationSlot& slot, auto&) {
      ring.poll_once(slot.completion, slot.descriptor->number, events);
    });
  }
  // The result is 0 when the time has come.
  auto sleep_until(Instant deadline) const {
    return operation(KeepsNothing{}, [deadline](Ring& ring, OperationSlot& slot, auto&) {
      ring.timeout(slot.completion, deadline);
    });
  }
  auto sleep(Duration duration) const {
    Instant const now = clock().now();
    return sleep_until(duration > never - now ? never : now + duration);
  }
  auto nop() const {
    return operation(KeepsNothing{},
                     [](Ring& ring, OperationSlot& slot, auto&) { ring.nop(slot.completion); });
  }

  // ---- the end
  Closing close(Descriptor descriptor) const { return Closing(descriptor.take()); }
  // The result is how many operations were found. Each of them ends with a result of its own.
  template <class Kept, class Start>
  auto cancel(Operation<Kept, Start>& target) const {
    OperationSlot* const found = target.ended() ? nullptr : target.slot_;
    std::uint32_t const generation = found == nullptr ? 0 : found->generation;
    return operation(KeepsNothing{}, [found, generation](Ring& ring, OperationSlot& slot, auto&) {
      // It may have gone before this begins, and its slot have another one's operation in it.
      bool const is_there = found != nullptr && found->generation == generation;
      if (is_there) ring.cancel(slot.completion, found->completion);
      else ring.nop(slot.completion);
    });
  }
  auto cancel(Descriptor const& descriptor) const {
    return on(descriptor, KeepsNothing{}, [](Ring& ring, OperationSlot& slot, auto&) {
      ring.cancel_descriptor(slot.completion, slot.descriptor->number);
    });
  }
  // Everything on this ring, whoever has submitted it.
  auto cancel_all() const {
    return operation(KeepsNothing{}, [](Ring& ring, OperationSlot& slot, auto&) {
      ring.cancel_all(slot.completion);
    });
  }

  // ---- any other operation of Ring. start(ring, slot, kept) submits slot.completion, whose
  // arguments may point into `kept`, and slot.descriptor->number is what it is on.
  template <class Kept, class Start>
  Operation<Kept, Start> on(Descriptor const& descriptor, Kept kept, Start start) const {
    bool const is_open = descriptor.number() >= 0;
    return {operations(), is_open ? descriptor.open() : nullptr, std::move(kept), std::move(start),
            is_open ? not_ended : -EBADF};
  }
  template <class Kept, class Start>
  Operation<Kept, Start> operation(Kept kept, Start start) const {
    return {operations(), nullptr, std::move(kept), std::move(start), not_ended};
  }

 private:
  Operations& operations() const { return ring_->operations(); }
  Result<Descriptor> adopted(Result<int> opened) const {
    if (!opened) return opened.error();
    return operations().adopt(opened.value());
  }
  Result<std::array<Descriptor, 2>> adopted(Result<std::array<int, 2>> opened) const {
    if (!opened) return opened.error();
    std::array<int, 2> const ends = opened.value();
    return std::array{operations().adopt(ends[0]), operations().adopt(ends[1])};
  }

  template <class Start>
  Operation<KeepsPath, Start> by_path(std::string path, Start start) const {
    return operation(KeepsPath{std::move(path)}, std::move(start));
  }

  // Nothing to transfer is transferred at once.
  template <class T, class Start>
  Operation<T, Start> transfer(Descriptor const& descriptor, T bytes, Start start) const {
    bool const is_open = descriptor.number() >= 0;
    std::int32_t early = not_ended;
    if (!is_open) early = -EBADF;
    else if (bytes.size() == 0) early = 0;
    return {operations(), early > 0 ? descriptor.open() : nullptr, std::move(bytes),
            std::move(start), early};
  }
  template <class T>
  static std::byte* data_of(T& bytes) {
    return reinterpret_cast<std::byte*>(bytes.data());
  }
  template <class T>
  static std::uint32_t size_of(T const& bytes) {
    return static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), INT32_MAX));
  }

  Ring* ring_;
};

}  // namespace weir
