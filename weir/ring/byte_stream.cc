#include "weir/ring/byte_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir {

namespace {

// The same memory, so many bytes of it long.
Buffer resized(Buffer buffer, std::uint32_t size) {
  std::byte* const data = buffer.data();
  Storage* const storage = buffer.let_go();
  WEIR_ASSERT(storage != nullptr);
  return {data, size, *storage};
}

// A pool may be empty for as long as others hold its buffers, and a stream must not depend on them.
template <class FromPool, class FromHeap>
task<Finished<Buffer>> read_into_pool(FromPool from_pool, FromHeap from_heap) {
  auto [count, buffer] = co_await std::move(from_pool);
  if (count != -ENOBUFS) co_return Finished<Buffer>(count, std::move(buffer));
  auto [read, given] = co_await from_heap(Buffer::of_size(stream_buffer_bytes));
  std::uint32_t const size = read > 0 ? static_cast<std::uint32_t>(read) : 0;
  co_return Finished<Buffer>(read, resized(std::move(given), size));
}

// Goes on after a short write, as often as there are bytes.
template <class WriteSome>
task<Finished<Buffer>> write_all(Buffer buffer, WriteSome write_some) {
  auto const size = static_cast<std::int32_t>(buffer.size());
  for (std::uint32_t done = 0; done < static_cast<std::uint32_t>(size);) {
    auto [count, part] = co_await write_some(
        Part<Buffer>(std::move(buffer), done, static_cast<std::uint32_t>(size)));
    buffer = std::move(part.whole);
    if (count == 0) count = -EIO;  // there is room for nothing, and no reason is given
    if (count < 0) co_return Finished<Buffer>(count, std::move(buffer));
    done += static_cast<std::uint32_t>(count);
  }
  co_return Finished<Buffer>(size, std::move(buffer));
}

}  // namespace

// ---- connections --------------------------------------------------------------------------------

task<Finished<Buffer>> SocketStream::read(Buffer buffer) {
  co_return co_await ring_.receive(socket_, std::move(buffer));
}

task<Finished<Buffer>> SocketStream::read(BufferPool& pool) {
  return read_into_pool(ring_.receive(socket_, pool),
                        [this](Buffer room) { return ring_.receive(socket_, std::move(room)); });
}

task<Finished<Buffer>> SocketStream::write(Buffer buffer) {
  return write_all(std::move(buffer), [this](Part<Buffer> part) {
    return ring_.send(socket_, std::move(part), MSG_WAITALL);
  });
}

task<std::int32_t> SocketStream::finish() { co_return co_await ring_.shut_down(socket_, SHUT_WR); }

task<std::int32_t> SocketStream::close() { co_return co_await ring_.close(std::move(socket_)); }

// ---- files, pipes, terminals --------------------------------------------------------------------

task<Finished<Buffer>> FileStream::read(Buffer buffer) {
  co_return co_await ring_.read(input_, std::move(buffer));
}

task<Finished<Buffer>> FileStream::read(BufferPool& pool) {
  return read_into_pool(ring_.read(input_, pool),
                        [this](Buffer room) { return ring_.read(input_, std::move(room)); });
}

task<Finished<Buffer>> FileStream::write(Buffer buffer) {
  return write_all(std::move(buffer),
                   [this](Part<Buffer> part) { return ring_.write(output_, std::move(part)); });
}

task<std::int32_t> FileStream::finish() { co_return co_await ring_.close(std::move(output_)); }

task<std::int32_t> FileStream::close() {
  std::int32_t read = 0;
  std::int32_t written = 0;
  if (output_) written = co_await ring_.close(std::move(output_));
  if (input_) read = co_await ring_.close(std::move(input_));
  co_return written < 0 ? written : read;
}

// ---- reading ------------------------------------------------------------------------------------

std::string_view BufferedReader::left() const {
  return buffer_.view().text().substr(from_, filled_ - from_);
}

task<std::int32_t> BufferedReader::fill() {
  WEIR_ASSERT(from_ <= filled_);
  if (from_ < filled_) co_return static_cast<std::int32_t>(filled_ - from_);
  from_ = filled_ = 0;
  if (pool_ != nullptr) buffer_ = Buffer();  // given back before another one is taken
  else if (buffer_.empty()) buffer_ = Buffer::of_size(size_);
  task<Finished<Buffer>> read =
      pool_ != nullptr ? stream_.read(*pool_) : stream_.read(std::move(buffer_));
  Finished<Buffer> got = co_await std::move(read);
  buffer_ = std::move(got.value);
  if (got.result > 0) filled_ = static_cast<std::size_t>(got.result);
  co_return got.result;
}

task<Finished<std::string_view>> BufferedReader::read_some() {
  std::int32_t const count = co_await fill();
  std::string_view const some = count > 0 ? left() : std::string_view();
  consume(some.size());
  co_return Finished<std::string_view>(count, some);
}

task<Finished<std::string>> BufferedReader::read_exactly(std::size_t size) {
  WEIR_ASSERT(size <= INT32_MAX);
  while (begun_.size() < size) {
    std::int32_t const count = co_await fill();
    if (count < 0) co_return Finished<std::string>(count, {});
    if (count == 0) break;
    std::string_view const some = left().substr(0, size - begun_.size());
    begun_ += some;
    consume(some.size());
  }
  // A line that was begun may be longer than what is asked for now.
  std::string rest = begun_.size() > size ? begun_.substr(size) : std::string();
  begun_.resize(std::min(begun_.size(), size));
  std::string whole = std::exchange(begun_, std::move(rest));
  auto const result = static_cast<std::int32_t>(whole.size());
  co_return Finished<std::string>(result, std::move(whole));
}

task<Finished<std::string>> BufferedReader::read_line(std::size_t size_max) {
  for (;;) {
    std::int32_t const count = co_await fill();
    if (count < 0) co_return Finished<std::string>(count, {});
    std::string_view const some = left();
    std::size_t const end = some.find('\n');
    std::size_t const taken = end == some.npos ? some.size() : end;
    if (begun_.size() + taken > size_max) co_return Finished<std::string>(-EMSGSIZE, {});
    begun_ += some.substr(0, taken);
    consume(end == some.npos ? taken : taken + 1);
    if (end == some.npos && count > 0) continue;
    if (count == 0 && begun_.empty()) co_return Finished<std::string>(0, {});
    if (end != some.npos && begun_.ends_with('\r')) begun_.pop_back();
    co_return Finished<std::string>(1, std::exchange(begun_, {}));
  }
}

// ---- writing ------------------------------------------------------------------------------------

task<std::int32_t> BufferedWriter::write(std::string_view bytes) {
  while (error_ == 0 && !bytes.empty()) {
    if (filled_ == size_) {
      std::int32_t const flushed = co_await flush();
      if (flushed < 0) break;
    }
    if (buffer_.empty()) buffer_ = Buffer::of_size(size_);
    std::size_t const size = std::min<std::size_t>(bytes.size(), size_ - filled_);
    std::memcpy(buffer_.data() + filled_, bytes.data(), size);
    filled_ += static_cast<std::uint32_t>(size);
    bytes.remove_prefix(size);
  }
  co_return error_;
}

task<std::int32_t> BufferedWriter::flush() {
  if (error_ == 0 && filled_ > 0) {
    std::uint32_t const size = std::exchange(filled_, 0);
    Finished<Buffer> written = co_await stream_.write(resized(std::move(buffer_), size));
    if (written.result < 0) error_ = written.result;
    buffer_ = resized(std::move(written.value), size_);
  }
  co_return error_;
}

task<std::int32_t> BufferedWriter::finish() {
  std::int32_t const flushed = co_await flush();
  if (flushed < 0) co_return flushed;
  std::int32_t const finished = co_await stream_.finish();
  co_return finished;
}

}  // namespace weir
