// Reads one file, pipe or terminal for a source, a chunk ahead of the tick.
//
//   read ─▶ [ the rest of a line | new bytes ] ─admit─▶ [ whole lines ] ─next()─▶ the tick
//                ▲             filling_          swap        given_
//                └── the unfinished line is copied to the front ──┘
//
// The kernel fills one chunk while a tick works on the other. Nothing is read while whole lines
// wait for their tick, and a chunk changes hands only between two ticks, so what a tick sees stays
// where it is until it ends. A chunk grows as a line does that is longer, up to the limit.
//
// A file that must be seen as a whole is one line without an end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/io/limits.h"
#include "weir/ring/completion.h"
#include "weir/sched/graph.h"
#include "weir/worker/gate.h"

namespace weir {

class Ring;
class Worker;

// Where to read from, and what an item is.
struct FileToRead {
  enum Cut : std::uint8_t { lines, whole };

  std::string path;  // ignored for standard input
  bool standard_input = false;
  Cut cut = lines;
  FileLimits limits{};
};

class FileReader final : public Gate, public ExternalInput {
 public:
  // Opens it and feeds `reader`, a subgraph of `graph`, which is one of the worker's. If it cannot
  // be opened the flow learns that like any other error.
  static FileReader& add(Worker& worker, Graph& graph, Subgraph& reader, FileToRead const& file);
  ~FileReader() override;

  // ---- for the tick
  // Something is left of what this tick was given: a line, or after the last one an error.
  bool has_next() const { return given_at_ < given_end_ || tells_; }
  // The next line, without its end; it stays valid until the tick ends. False: it is the error.
  bool next(std::string_view& line);
  // The error. It is told once, and nothing comes after it.
  Error take_error();

  // ---- for the worker
  void admit() override;
  void settle() override;
  bool may_sleep() const override { return !can_admit(); }
  void stop() override;
  bool is_done() const override;
  void terminate() override;
  bool is_closed() const override;

 private:
  struct Chunk {
    std::string bytes;     // its memory
    std::size_t size = 0;  // of it filled
  };
  enum class Trouble : std::uint8_t { nothing, refused, too_long };

  FileReader(Ring& ring, Graph& graph, FileToRead const& file);
  void open();
  bool ended() const { return at_end_ || stopping_ || trouble_ != Trouble::nothing; }
  bool can_admit() const;
  void read();
  void make_room();
  void on_read(std::int32_t result);
  void on_end();
  void find_lines(std::size_t from);
  void fail(Trouble trouble, Error error = {});
  void settle_end();

  Ring& ring_;
  Graph& graph_;
  FileToRead const file_;
  Mark mark_;  // wires this input to its reader; its items are in given_
  int descriptor_ = -1;

  Chunk filling_;
  std::size_t whole_ = 0;  // bytes of it that are whole lines
  Chunk given_;
  std::size_t given_at_ = 0;
  std::size_t given_end_ = 0;
  std::uint64_t given_until_tick_ = 0;  // the tick that sees them has ended when the graph is here
  std::uint64_t line_count_ = 0;

  bool at_end_ = false;
  bool stopping_ = false;
  bool unready_ = false;  // a read did not wait: poll_ tells when to try again
  bool cancelled_ = false;
  Trouble trouble_ = Trouble::nothing;
  Error error_;
  bool tells_ = false;  // the error, in this tick
  bool told_ = false;

  Completion read_;
  Completion poll_;
  Completion cancel_;
  Completion close_;
};

}  // namespace weir
