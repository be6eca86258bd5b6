#include "weir/io/file_reader.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "weir/io/end_flow.h"
#include "weir/ring/ring.h"
#include "weir/worker/worker.h"

namespace weir {

namespace {

constexpr int standard_input_descriptor = 0;

// A line may be followed by "\r\n" that is no part of it.
constexpr std::size_t line_end_bytes_max = 2;

// Put behind the whole of a file.
constexpr char whole_end = '\0';

void (*const nothing_to_flip)(ExternalInput&) = [](ExternalInput&) {};

}  // namespace

FileReader& FileReader::add(Worker& worker, Graph& graph, Subgraph& reader,
                            FileToRead const& file) {
  WEIR_ASSERT(consistent(file.limits));
  std::unique_ptr<FileReader> made(new FileReader(worker.ring(), graph, file));
  FileReader& added = *made;
  worker.add_gate(graph, std::move(made));
  added.mark_.name = reader.name;
  added.attach(graph, added.mark_, reader);
  added.open();
  return added;
}

FileReader::FileReader(Ring& ring, Graph& graph, FileToRead const& file)
    : ExternalInput(nothing_to_flip), ring_(ring), graph_(graph), file_(file) {
  for (Completion* const completion : {&read_, &poll_, &cancel_, &close_}) {
    completion->context = this;
    completion->callback = [](Completion&, Outcome) {};
  }
  read_.callback = [](Completion& self, Outcome outcome) {
    static_cast<FileReader*>(self.context)->on_read(outcome.result);
  };
  poll_.callback = [](Completion& self, Outcome) {
    static_cast<FileReader*>(self.context)->unready_ = false;
  };
}

FileReader::~FileReader() { WEIR_ASSERT(is_closed()); }

void FileReader::open() {
  if (file_.standard_input) {
    descriptor_ = standard_input_descriptor;
    return;
  }
  Result<int> opened = ring_.kernel().open_file(file_.path, FileUse::read);
  if (opened) descriptor_ = opened.value();
  else fail(Trouble::refused, opened.error());
}

void FileReader::fail(Trouble trouble, Error error) {
  if (trouble_ != Trouble::nothing) return;
  trouble_ = trouble;
  error_ = std::move(error);
}

// ---- from the kernel ----------------------------------------------------------------------------

void FileReader::read() {
  make_room();
  std::size_t const room = filling_.bytes.size() - filling_.size;
  WEIR_ASSERT(room > 0);
  auto* const data = reinterpret_cast<std::byte*>(filling_.bytes.data()) + filling_.size;
  ring_.read(read_, descriptor_, data,
             static_cast<std::uint32_t>(std::min<std::size_t>(room, file_.limits.chunk_bytes)));
}

void FileReader::make_room() {
  std::size_t const capacity = filling_.bytes.size();
  if (capacity == 0) filling_.bytes.resize(file_.limits.chunk_bytes);
  else if (filling_.size == capacity) filling_.bytes.resize(2 * capacity);
}

void FileReader::on_read(std::int32_t result) {
  if (ended()) return;
  if (result > 0) {
    std::size_t const from = filling_.size;
    filling_.size += static_cast<std::size_t>(result);
    WEIR_ASSERT(filling_.size <= filling_.bytes.size());
    return find_lines(from);
  }
  if (result == 0) return on_end();
  if (result == -EINTR) return;
  if (result == -ECANCELED) return stop();  // the ring has ended
  if (result == -EAGAIN) {
    unready_ = true;
    return;
  }
  std::string const path = file_.standard_input ? "standard input" : file_.path;
  fail(Trouble::refused, {-result, "read " + path + ": " + std::strerror(-result)});
}

void FileReader::on_end() {
  at_end_ = true;
  if (file_.cut == FileToRead::whole) {
    // So that the whole of an empty file is something, too.
    filling_.bytes.resize(filling_.size);
    filling_.bytes.push_back(whole_end);
    ++filling_.size;
  }
  whole_ = filling_.size;  // the last line needs no end
}

void FileReader::find_lines(std::size_t from) {
  if (file_.cut == FileToRead::whole) {
    if (filling_.size > file_.limits.whole_bytes_max) fail(Trouble::too_long);
    return;
  }
  void const* const found = ::memrchr(filling_.bytes.data() + from, '\n', filling_.size - from);
  if (found != nullptr) {
    auto const at = static_cast<char const*>(found) - filling_.bytes.data();
    whole_ = static_cast<std::size_t>(at) + 1;
  } else if (filling_.size > file_.limits.line_bytes_max + line_end_bytes_max - 1) {
    fail(Trouble::too_long);
  }
}

// ---- to the tick --------------------------------------------------------------------------------

bool FileReader::can_admit() const {
  if (graph_.failure() != nullptr || graph_.mid_tick() || !graph_.admits()) return false;
  if (graph_.tick() < given_until_tick_) return false;
  return whole_ > 0 || (trouble_ != Trouble::nothing && !told_ && read_.idle());
}

void FileReader::admit() {
  if (!can_admit()) return;
  WEIR_ASSERT(read_.idle());
  WEIR_ASSERT(!has_next());
  std::swap(filling_, given_);
  given_at_ = 0;
  given_end_ = whole_;
  whole_ = 0;
  std::size_t const rest = given_.size - given_end_;
  if (filling_.bytes.size() < rest) filling_.bytes.resize(given_.bytes.size());
  std::memcpy(filling_.bytes.data(), given_.bytes.data() + given_end_, rest);
  filling_.size = rest;
  tells_ = trouble_ != Trouble::nothing;
  given_until_tick_ = graph_.tick() + 1;
  notify();
}

bool FileReader::next(std::string_view& line) {
  if (given_at_ == given_end_) return false;
  char const* const begin = given_.bytes.data() + given_at_;
  std::size_t const left = given_end_ - given_at_;
  if (file_.cut == FileToRead::whole) {
    given_at_ = given_end_;
    WEIR_ASSERT(begin[left - 1] == whole_end);
    line = {begin, left - 1};
    return true;
  }
  void const* const end = std::memchr(begin, '\n', left);
  std::size_t size = left;
  if (end != nullptr) size = static_cast<std::size_t>(static_cast<char const*>(end) - begin);
  given_at_ += size + (end != nullptr ? 1 : 0);
  if (end != nullptr && size > 0 && begin[size - 1] == '\r') --size;
  if (size > file_.limits.line_bytes_max) {
    fail(Trouble::too_long);
    given_at_ = given_end_;
    whole_ = 0;
    tells_ = true;
    return false;
  }
  ++line_count_;
  line = {begin, size};
  return true;
}

Error FileReader::take_error() {
  WEIR_ASSERT(tells_);
  WEIR_ASSERT(!told_);
  tells_ = false;
  told_ = true;
  if (trouble_ == Trouble::refused) return error_;
  std::string const path = file_.standard_input ? "standard input" : file_.path;
  if (file_.cut == FileToRead::whole) {
    return {EFBIG, "read " + path + ": it is longer than " +
                       std::to_string(file_.limits.whole_bytes_max) + " bytes"};
  }
  return {EFBIG, "read " + path + ": line " + std::to_string(line_count_ + 1) + " is longer than " +
                     std::to_string(file_.limits.line_bytes_max) + " bytes"};
}

// ---- what it needs now --------------------------------------------------------------------------

void FileReader::settle() {
  if (graph_.failure() != nullptr) terminate();  // nobody will ask for more
  if (ended()) return settle_end();
  if (!read_.idle() || whole_ > 0) return;
  if (!unready_) return read();
  if (poll_.idle()) ring_.poll(poll_, descriptor_, POLLIN);
}

// terminate → join → close.
void FileReader::settle_end() {
  if (descriptor_ < 0) return;
  bool const pending = !read_.idle() || !poll_.idle();
  if (pending && !cancelled_) {
    cancelled_ = true;
    ring_.cancel_descriptor(cancel_, descriptor_);
  }
  if (pending || !cancel_.idle()) return;
  if (!file_.standard_input) ring_.close(close_, descriptor_);
  descriptor_ = -1;
}

void FileReader::stop() { stopping_ = true; }

void FileReader::terminate() {
  stopping_ = true;
  whole_ = 0;
  told_ = true;
}

bool FileReader::is_done() const {
  if (graph_.failure() != nullptr) return true;
  bool const tells = trouble_ != Trouble::nothing && !told_;
  return ended() && whole_ == 0 && !tells;
}

bool FileReader::is_closed() const {
  return descriptor_ < 0 && read_.idle() && poll_.idle() && cancel_.idle() && close_.idle();
}

}  // namespace weir
