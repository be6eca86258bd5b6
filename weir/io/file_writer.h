// Writes one file, or pipe, for a destination.
//
//   append() ─▶ gathered_ ─give()─▶ waiting_ ─settle─▶ written_from_ ─▶ the kernel
//               of this tick         │
//                                    └ over the mark: the tick is held until it is written
//
// What a tick gathers is given when the tick gets there as a whole; if the flow fails before that,
// nothing of it is written. One write is in the kernel at a time, so lines stay in their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/io/limits.h"
#include "weir/ring/completion.h"
#include "weir/ring/file_use.h"
#include "weir/sched/graph.h"
#include "weir/worker/gate.h"

namespace weir {

class Ring;
class Worker;

struct FileToWrite {
  std::string path;  // ignored for standard output
  bool standard_output = false;
  FileUse use = FileUse::write;
  FileLimits limits{};
};

class FileWriter final : public Gate {
 public:
  // Opens it for `writer`, a subgraph of `graph`, which is one of the worker's. If it cannot be
  // opened the flow learns that like any other error.
  static FileWriter& add(Worker& worker, Graph& graph, Subgraph& writer, FileToWrite const& file);
  ~FileWriter() override;

  // ---- for the tick
  // One more line.
  void append(std::string_view text);
  void append(long long number);
  void append(unsigned long long number);
  void append(float number);
  void append(double number);
  void append(long double number);
  // Hands over what was gathered. False: there is no room; the tick is held until there is, and
  // asks again. Ends the flow if nothing can be written any more.
  bool give();

  // ---- for the worker
  void settle() override;
  bool may_sleep() const override { return true; }  // settle() has seen to everything
  void stop() override {}                           // what the flow still makes is written
  bool is_done() const override;
  void terminate() override;
  bool is_closed() const override;

 private:
  FileWriter(Ring& ring, Graph& graph, Subgraph& writer, FileToWrite const& file);
  void open();
  template <class Number>
  void append_number(Number number);
  std::size_t unwritten_bytes() const {
    return waiting_.size() + written_from_.size() - written_bytes_;
  }
  void write();
  void on_written(std::int32_t result);
  void fail(Error error);
  void settle_end();

  Ring& ring_;
  Graph& graph_;
  Subgraph& writer_;
  FileToWrite const file_;
  Hold hold_;
  int descriptor_ = -1;

  std::string gathered_;
  std::string waiting_;
  std::string written_from_;  // what the kernel is writing
  std::size_t written_bytes_ = 0;

  bool failed_ = false;
  Error error_;
  bool ending_ = false;
  bool unready_ = false;  // a write did not wait: poll_ tells when to try again
  bool cancelled_ = false;

  Completion write_;
  Completion poll_;
  Completion cancel_;
  Completion close_;
};

}  // namespace weir
