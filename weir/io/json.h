// source_json(worker, path): reads a file as a whole and gives it once, as one value:
//
//   source_json(*worker, "config.json")              an nlohmann::json
//   source_json<Config>(*worker, "config.json")      what its from_json(json, config) makes of it
//
// What is wrong with the file, its syntax or its shape ends the flow, and FlowHandle::failure()
// says where in one sentence: "config.json:3:14: unexpected ',' ...".
//
// Whoever looks into the values includes nlohmann/json.hpp, which takes a second to compile; this
// header does not, and knows only its names.
#pragma once

#include <concepts>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "weir/io/end_flow.h"
#include "weir/io/file_reader.h"
#include "weir/pipes/operator.h"
#include "weir/sched/graph.h"

namespace weir {

class Worker;

template <class T, class Json = nlohmann::json>
concept is_from_json = std::same_as<T, Json> || requires(Json const& value) {
  { value.template get<T>() } -> std::same_as<T>;
};

// The text of the file at `path` as a value. Where it is none the flow ends:
// "config.json:3:14: syntax error while parsing value - unexpected ','", which is nlohmann's own
// sentence, without its numbers, behind the place.
void parse_json(std::string const& path, std::string_view text, nlohmann::json& value);
// "config.json: its shape is not what this flow expects: type must be number, but is string".
[[noreturn]] void end_for_shape(std::string const& path, std::string_view what);

template <is_from_json T>
struct SourceJson : Operator {
  static constexpr OperatorInfo info{.name = "source_json", .inputs = {0, 0}, .source = true};
  Worker* worker;
  FileToRead file;
  FileReader* reader_ = nullptr;

  static consteval auto output() { return Type<T>{}; }
  void attach(Graph& graph, Subgraph& reader) {
    reader_ = &FileReader::add(*worker, graph, reader, file);
  }
  bool drain(auto const& emit, std::int64_t& budget) {
    if (!reader_->has_next()) return true;
    if (budget <= 0) return false;
    --budget;
    std::string_view text;
    if (!reader_->next(text)) end_flow(reader_->take_error().message);
    emit(value_of(text));
    return true;
  }

 private:
  // (A parameter, for nlohmann::json is known only where a flow is made of this.)
  template <class Json = nlohmann::json>
  T value_of(std::string_view text) const {
    Json value;
    parse_json(file.path, text, value);
    try {
      return value.template get<T>();
    } catch (typename Json::exception const& thrown) {
      end_for_shape(file.path, thrown.what());
    }
  }
};

template <is_from_json T = nlohmann::json>
SourceJson<T> source_json(Worker& worker, std::string path, FileLimits const& limits = {}) {
  return {{}, &worker, {std::move(path), false, FileToRead::whole, limits}};
}

}  // namespace weir
