// Files in a flow: source_file(worker, path) gives the lines of a file, source_stdin(worker) those
// of standard input; dest_file(worker, path) writes a line for each item, and dest_stdout(worker)
// writes it to standard output.
//
//   weir::flow(source_file(*worker, "access.log") >>
//              filter([](std::string const& line) { return line.find(" 500 ") != line.npos; }) >>
//              dest_file(*worker, "errors.log"))
//
// A line ends with '\n', which is no part of it, nor is a '\r' before that; the last one needs no
// end. Bytes are as they are: nothing checks an encoding. A line is a std::string, which may be
// kept; source_file<View>(...) gives views instead, which cost nothing and end with the tick.
//
// What goes wrong with a file (it is missing, cannot be read, has a line that is longer than
// FileLimits allow) ends the flow after the lines before it: FlowHandle::failure() says it in one
// sentence. source_file<Result<std::string>>(...) gives it as the last item instead.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/result.h"
#include "weir/io/end_flow.h"
#include "weir/io/file_reader.h"
#include "weir/io/file_writer.h"
#include "weir/io/limits.h"
#include "weir/pipes/operator.h"
#include "weir/sched/graph.h"

namespace weir {

class Worker;

template <class Line>
inline constexpr bool is_line_or_error = false;
template <class Line>
inline constexpr bool is_line_or_error<Result<Line>> = true;

template <class Line>
Line line_of(std::string_view text) {
  if constexpr (std::same_as<Line, View>) {
    // Nobody counts it: where it must outlive the tick it is copied.
    auto* const bytes = reinterpret_cast<std::byte*>(const_cast<char*>(text.data()));
    return View(bytes, static_cast<std::uint32_t>(text.size()), nullptr);
  } else if constexpr (is_line_or_error<Line>) {
    return Line(std::string(text));
  } else {
    return Line(text);
  }
}

template <class T>
concept is_line = std::same_as<T, View> || std::same_as<T, Result<std::string>> ||
    (std::constructible_from<T, std::string_view> && !std::same_as<T, std::string_view>);

// ---- source_file, source_stdin ----

template <is_line Line>
struct SourceFile : Operator {
  static constexpr OperatorInfo info{.name = "source_file", .inputs = {0, 0}, .source = true};
  Worker* worker;
  FileToRead file;
  FileReader* reader_ = nullptr;

  static consteval auto output() { return Type<Line>{}; }
  void attach(Graph& graph, Subgraph& reader) {
    reader_ = &FileReader::add(*worker, graph, reader, file);
  }
  bool drain(auto const& emit, std::int64_t& budget) {
    std::string_view text;
    for (; reader_->has_next() && budget > 0; --budget) {
      if (reader_->next(text)) emit(line_of<Line>(text));
      else if constexpr (is_line_or_error<Line>) emit(Line(reader_->take_error()));
      else end_flow(reader_->take_error().message);
    }
    return !reader_->has_next();
  }
};

template <is_line Line>
struct SourceStdin : SourceFile<Line> {
  static constexpr OperatorInfo info{.name = "source_stdin", .inputs = {0, 0}, .source = true};
};

template <is_line Line = std::string>
SourceFile<Line> source_file(Worker& worker, std::string path, FileLimits const& limits = {}) {
  return {{}, &worker, {std::move(path), false, FileToRead::lines, limits}};
}

// Its end ends the source; the descriptor stays open.
template <is_line Line = std::string>
SourceStdin<Line> source_stdin(Worker& worker, FileLimits const& limits = {}) {
  return {{{}, &worker, {{}, true, FileToRead::lines, limits}}};
}

// ---- dest_file ----

template <class T>
concept has_text = requires(T const& item) {
  { item.text() } -> std::convertible_to<std::string_view>;
};
template <class T>
inline constexpr bool is_letter =
    std::same_as<T, bool> || std::same_as<T, char> || std::same_as<T, wchar_t> ||
    std::same_as<T, char8_t> || std::same_as<T, char16_t> || std::same_as<T, char32_t>;
template <class T>
concept is_number = std::is_arithmetic_v<T> && !is_letter<T>;

// What a line is written of: text, View, Bytes, or a number.
template <class T>
concept is_written = std::convertible_to<T const&, std::string_view> || has_text<T> || is_number<T>;

template <bool ToStandardOutput>
struct DestFile : Operator {
  // It waits for what comes before it in the tick, and then gives all lines, or none if that fails.
  static constexpr OperatorInfo info{.name = ToStandardOutput ? "dest_stdout" : "dest_file",
                                     .outputs = {0, 0},
                                     .blocking_inputs = 0b1,
                                     .flushes = true};
  struct Nothing {};
  Worker* worker;
  FileToWrite file;
  FileWriter* writer_ = nullptr;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    static_assert(is_written<Item> || !Aloud,
                  "weir: dest_file(worker, path), dest_stdout(worker): writes text (anything that "
                  "converts to "
                  "std::string_view, View, Bytes) or numbers; map the Item to one of them first");
    return is_written<Item>;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Nothing>{};
  }
  void attach(Graph& graph, Subgraph& writer) {
    writer_ = &FileWriter::add(*worker, graph, writer, file);
  }
  template <int Port, class Item>
  void push(auto&, Item&& item, auto const&) {
    using Value = std::remove_cvref_t<Item>;
    if constexpr (std::signed_integral<Value>) writer_->append(static_cast<long long>(item));
    else if constexpr (std::integral<Value>) writer_->append(static_cast<unsigned long long>(item));
    else if constexpr (std::floating_point<Value>) writer_->append(item);
    else if constexpr (has_text<Value>) writer_->append(std::string_view(item.text()));
    else writer_->append(static_cast<std::string_view>(item));
  }
  bool flush(auto&, auto const&, std::int64_t&, bool) { return writer_->give(); }
};

// FileUse::write, or append to what is there. What an ended tick gave is in the file when the flow
// has ended; nothing forces it onto the disk. An error ends the flow.
inline DestFile<false> dest_file(Worker& worker, std::string path, FileUse use = FileUse::write,
                                 FileLimits const& limits = {}) {
  return {{}, &worker, {std::move(path), false, use, limits}};
}

// The descriptor stays open, and is written to directly: what stdio buffers goes its own way.
inline DestFile<true> dest_stdout(Worker& worker, FileLimits const& limits = {}) {
  return {{}, &worker, {{}, true, FileUse::append, limits}};
}

}  // namespace weir
