#include "weir/io/file_writer.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

#include "weir/io/end_flow.h"
#include "weir/ring/ring.h"
#include "weir/worker/worker.h"

namespace weir {

namespace {

constexpr int standard_output_descriptor = 1;
constexpr std::size_t write_bytes_max = 1u << 30;  // of one operation, whose result is an int32
constexpr std::size_t number_letters_max = 64;     // any, in its shortest form

}  // namespace

FileWriter& FileWriter::add(Worker& worker, Graph& graph, Subgraph& writer,
                            FileToWrite const& file) {
  WEIR_ASSERT(consistent(file.limits));
  WEIR_ASSERT(file.use != FileUse::read);
  std::unique_ptr<FileWriter> made(new FileWriter(worker.ring(), graph, writer, file));
  FileWriter& added = *made;
  worker.add_gate(graph, std::move(made));
  added.open();
  return added;
}

FileWriter::FileWriter(Ring& ring, Graph& graph, Subgraph& writer, FileToWrite const& file)
    : ring_(ring), graph_(graph), writer_(writer), file_(file), hold_(graph) {
  for (Completion* const completion : {&write_, &poll_, &cancel_, &close_}) {
    completion->context = this;
    completion->callback = [](Completion&, Outcome) {};
  }
  write_.callback = [](Completion& self, Outcome outcome) {
    static_cast<FileWriter*>(self.context)->on_written(outcome.result);
  };
  poll_.callback = [](Completion& self, Outcome) {
    static_cast<FileWriter*>(self.context)->unready_ = false;
  };
}

FileWriter::~FileWriter() { WEIR_ASSERT(is_closed()); }

void FileWriter::open() {
  if (file_.standard_output) {
    descriptor_ = standard_output_descriptor;
    return;
  }
  Result<int> opened = ring_.kernel().open_file(file_.path, file_.use);
  if (opened) descriptor_ = opened.value();
  else fail(opened.error());
}

// ---- from the tick ------------------------------------------------------------------------------

void FileWriter::append(std::string_view text) {
  gathered_ += text;
  gathered_ += '\n';
}

template <class Number>
void FileWriter::append_number(Number number) {
  char letters[number_letters_max];
  auto const [end, error] = std::to_chars(letters, letters + sizeof(letters), number);
  WEIR_ASSERT(error == std::errc{});
  append(std::string_view(letters, static_cast<std::size_t>(end - letters)));
}
void FileWriter::append(long long number) { append_number(number); }
void FileWriter::append(unsigned long long number) { append_number(number); }
void FileWriter::append(float number) { append_number(number); }
void FileWriter::append(double number) { append_number(number); }
void FileWriter::append(long double number) { append_number(number); }

bool FileWriter::give() {
  if (failed_) end_flow(error_.message);
  if (gathered_.empty()) return true;
  if (unwritten_bytes() > file_.limits.unwritten_mark_bytes) {
    hold_.set();
    return false;
  }
  if (waiting_.empty()) std::swap(waiting_, gathered_);
  else waiting_ += gathered_;
  gathered_.clear();
  return true;
}

// ---- to the kernel ------------------------------------------------------------------------------

void FileWriter::write() {
  if (written_bytes_ == written_from_.size()) {
    written_from_.clear();
    written_bytes_ = 0;
    std::swap(written_from_, waiting_);
  }
  std::size_t const left = written_from_.size() - written_bytes_;
  if (left == 0) return;
  auto const* const data = reinterpret_cast<std::byte const*>(written_from_.data());
  ring_.write(write_, descriptor_, data + written_bytes_,
              static_cast<std::uint32_t>(std::min(left, write_bytes_max)));
}

void FileWriter::on_written(std::int32_t result) {
  if (result > 0) {
    written_bytes_ += static_cast<std::size_t>(result);
    WEIR_ASSERT(written_bytes_ <= written_from_.size());
  } else if (result == -ECANCELED) {
    ending_ = true;
  } else if (result == -EAGAIN) {
    unready_ = true;
  } else if (result != -EINTR) {
    int const code = result == 0 ? EIO : -result;
    std::string const path = file_.standard_output ? "standard output" : file_.path;
    fail({code, "write " + path + ": " + std::strerror(code)});
  }
}

// The next tick will say so: it is made if none is under way.
void FileWriter::fail(Error error) {
  failed_ = true;
  error_ = std::move(error);
  if (graph_.failure() == nullptr) graph_.schedule(writer_);
}

// ---- what it needs now --------------------------------------------------------------------------

void FileWriter::settle() {
  bool const writes = write_.idle() && !failed_ && !ending_;
  if (writes && !unready_) write();
  if (writes && unready_ && poll_.idle()) ring_.poll(poll_, descriptor_, POLLOUT);
  if (failed_ || unwritten_bytes() <= file_.limits.unwritten_mark_bytes / 2) hold_.release();
  if (failed_ || (graph_.failure() != nullptr && is_done())) ending_ = true;
  if (ending_) settle_end();
}

// terminate → join → close.
void FileWriter::settle_end() {
  if (descriptor_ < 0) return;
  bool const pending = !write_.idle() || !poll_.idle();
  if (pending && !cancelled_) {
    cancelled_ = true;
    ring_.cancel_descriptor(cancel_, descriptor_);
  }
  if (pending || !cancel_.idle()) return;
  if (!file_.standard_output) ring_.close(close_, descriptor_);
  descriptor_ = -1;
}

bool FileWriter::is_done() const { return failed_ || ending_ || unwritten_bytes() == 0; }

void FileWriter::terminate() { ending_ = true; }

bool FileWriter::is_closed() const {
  return descriptor_ < 0 && write_.idle() && poll_.idle() && cancel_.idle() && close_.idle();
}

}  // namespace weir
