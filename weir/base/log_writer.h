// A sink that writes lines to a descriptor, standard error unless it is given another one, from a
// thread of its own: whoever logs never waits for whoever reads.
//
//   auto writer = LogWriter::make().value();
//   auto worker = Worker::make({.log = {.sink = writer->sink()}}).value();   // and any other
//
// At most `waiting_bytes_max` wait to be written; what comes beyond is dropped, and a line says how
// much that was. Any number of threads may use it.
#pragma once

#include <cstdint>

#include "weir/base/clock.h"
#include "weir/base/log.h"
#include "weir/base/owner.h"
#include "weir/base/result.h"

namespace weir {

struct LogWriterOptions {
  int descriptor = 2;  // stays open
  std::uint32_t waiting_bytes_max = 256 * 1024;
  // How long its end waits for a reader that does not read.
  Duration end_time_max = 1 * seconds;
};

class LogWriter {
 public:
  // Fails with one sentence if no thread can be had.
  static Result<Owner<LogWriter>> make(LogWriterOptions const& options = {});
  // Writes what waits, as long as that may take. Nobody uses its sink any more.
  ~LogWriter();
  LogWriter(LogWriter const&) = delete;
  LogWriter& operator=(LogWriter const&) = delete;

  LogSink sink();

 private:
  struct Writing;

  explicit LogWriter(Owner<Writing> writing);

  Owner<Writing> writing_;
};

}  // namespace weir
