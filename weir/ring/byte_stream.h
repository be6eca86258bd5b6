// A stream of bytes, whatever carries them: a TCP or UNIX connection, a pipe, a file, a terminal,
// on any kernel, the simulated one too. And on top of it, buffers for those who read lines or write
// a little at a time.
//
//   SocketStream connection(ring, std::move(socket));
//   BufferedReader reader(connection);
//   BufferedWriter writer(connection);
//   for (;;) {
//     auto [found, line] = co_await reader.read_line();
//     if (found <= 0) break;                           // 0: the end
//     co_await writer.write(line + "\n");
//     co_await writer.flush();
//   }
//   co_await writer.finish();
//
// A stream is two halves: at any time one coroutine may read while another writes. It outlives the
// tasks that it returns. A stop (stop.h) loses no byte: what had come is there for the next read.
// Whoever drops a read in flight instead does not know what it would have brought.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/bytes.h"
#include "weir/ring/async.h"
#include "weir/ring/buffer_pool.h"
#include "weir/ring/task.h"

namespace weir {

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // What there is, at least a byte, at most the size of `buffer`, which comes back whole. The
  // result is how much; 0: the end.
  virtual task<Finished<Buffer>> read(Buffer buffer) = 0;
  // The same into a buffer of `pool`, one of whole buffers, which is taken when there is something;
  // where the pool is empty then, into one from the heap. It is as long as the result says.
  virtual task<Finished<Buffer>> read(BufferPool& pool) = 0;
  // All of `buffer`, which comes back. The result is its size, or the error that some of it met.
  virtual task<Finished<Buffer>> write(Buffer buffer) = 0;
  // Nothing more is written: the other end reads what was, and then its end. Reading goes on.
  virtual task<std::int32_t> finish() = 0;
  // Ends what is under way, and then the stream.
  virtual task<std::int32_t> close() = 0;
};

// A connection: TCP or UNIX.
class SocketStream final : public ByteStream {
 public:
  SocketStream(Async ring, Descriptor socket) : ring_(ring), socket_(std::move(socket)) {}

  task<Finished<Buffer>> read(Buffer buffer) override;
  task<Finished<Buffer>> read(BufferPool& pool) override;
  task<Finished<Buffer>> write(Buffer buffer) override;
  task<std::int32_t> finish() override;
  task<std::int32_t> close() override;

  Descriptor const& descriptor() const { return socket_; }

 private:
  Async ring_;
  Descriptor socket_;
};

// Files, pipes and terminals: one to read from, one to write to, each at its own position. Either
// may be missing. finish() closes the one that is written to.
class FileStream final : public ByteStream {
 public:
  FileStream(Async ring, Descriptor input, Descriptor output)
      : ring_(ring), input_(std::move(input)), output_(std::move(output)) {}

  task<Finished<Buffer>> read(Buffer buffer) override;
  task<Finished<Buffer>> read(BufferPool& pool) override;
  task<Finished<Buffer>> write(Buffer buffer) override;
  task<std::int32_t> finish() override;
  task<std::int32_t> close() override;

 private:
  Async ring_;
  Descriptor input_;
  Descriptor output_;
};

// ---- buffers ------------------------------------------------------------------------------------

// Of a reader or a writer, unless it is told otherwise; of a heap buffer where a pool is empty.
inline constexpr std::uint32_t stream_buffer_bytes = 16 * 1024;
// Of a line, unless the reader is told otherwise.
inline constexpr std::size_t stream_line_bytes_max = 64 * 1024;

class BufferedReader {
 public:
  // Into a buffer of its own.
  explicit BufferedReader(ByteStream& stream, std::uint32_t size = stream_buffer_bytes)
      : stream_(stream), size_(size) {
    WEIR_ASSERT(size > 0);
  }
  // Into those of a pool: none is held while there is nothing to read.
  BufferedReader(ByteStream& stream, BufferPool& pool) : stream_(stream), pool_(&pool) {}

  // What is there, at least a byte; the result is how much, 0: the end. It is valid until the next
  // read.
  task<Finished<std::string_view>> read_some();
  // So many bytes; the result is how many, fewer only at the end.
  task<Finished<std::string>> read_exactly(std::size_t size);
  // A line without its '\n', and without a '\r' before it; the last one needs no end. The result is
  // 1, or 0 at the end of the stream, or -EMSGSIZE if there is no end of a line in so many bytes.
  task<Finished<std::string>> read_line(std::size_t size_max = stream_line_bytes_max);

 private:
  // Reads more if there is nothing left: at least 1 then, 0 at the end, or -errno.
  task<std::int32_t> fill();
  std::string_view left() const;
  void consume(std::size_t size) { from_ += size; }

  ByteStream& stream_;
  BufferPool* pool_ = nullptr;
  std::uint32_t size_ = 0;
  Buffer buffer_;
  std::size_t from_ = 0;  // from_ <= filled_
  std::size_t filled_ = 0;
  std::string begun_;  // of what is longer than one read, so that a stop loses none of it
};

// Bytes wait until there are enough of them, or until flush(). Those that were never flushed are
// lost with the writer. The first error is that of all that follows.
class BufferedWriter {
 public:
  explicit BufferedWriter(ByteStream& stream, std::uint32_t size = stream_buffer_bytes)
      : stream_(stream), size_(size) {
    WEIR_ASSERT(size > 0);
  }

  // The result is 0, or -errno. `bytes` must live until then.
  task<std::int32_t> write(std::string_view bytes);
  task<std::int32_t> flush();
  // Flushes, and finishes the stream.
  task<std::int32_t> finish();

  std::uint32_t waiting() const { return filled_; }

 private:
  ByteStream& stream_;
  std::uint32_t const size_;
  Buffer buffer_;
  std::uint32_t filled_ = 0;  // filled_ <= size_
  std::int32_t error_ = 0;
};

}  // namespace weir
