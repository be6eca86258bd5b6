// /trace: the format of Chrome's about:tracing, which ui.perfetto.dev and speedscope.app open, too.
//
// A row for each flow, on which its ticks lie, and on each tick its activations. A row for the
// worker shows when it may have slept: from the end of the last activation before that to the
// beginning of the next one after, with whatever the ring and the network did around the sleep
// itself; no clock was read for it (weir/sched/trace.h).
#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weir/base/clock.h"
#include "weir/http/flow_views.h"
#include "weir/http/telemetry.h"
#include "weir/plan/escape.h"
#include "weir/sched/trace.h"

namespace weir::http {

namespace {

std::string quoted(std::string_view text) { return '"' + escape(Language::json, text) + '"'; }

// A tick of which activations were noted, [first, last] among them.
struct Span {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint64_t busy = 0;
  std::uint32_t count = 0;
};
using Tick = std::pair<Graph const*, std::uint64_t>;

class Drawing {
 public:
  Drawing(Worker const& worker, Trace const& trace, std::uint32_t ticks_max)
      : worker_(worker), trace_(trace) {
    find_ticks();
    choose(ticks_max);
  }

  std::string run() {
    text_ = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
    name_rows();
    TracedActivation const* before = nullptr;
    for (std::uint32_t i = first_; i < trace_.size(); ++i) {
      TracedActivation const& one = trace_[i];
      if (before != nullptr && one.sleeps > before->sleeps) add_sleep(*before, one);
      before = &one;
      auto const found = ticks_.find({one.graph, one.tick});
      if (found == ticks_.end()) continue;
      if (found->second.first == i) add_tick(one.tick, found->second);
      add_activation(one);
    }
    return std::move(text_) + "\n]}\n";
  }

 private:
  void find_ticks() {
    for (std::uint32_t i = 0; i < trace_.size(); ++i) {
      TracedActivation const& one = trace_[i];
      Span& span = ticks_.try_emplace({one.graph, one.tick}, Span{i, i, 0, 0}).first->second;
      span.last = i;
      span.busy += one.end - one.begin;
      ++span.count;
    }
  }
  // The last ones. What was written over took the beginnings of some of the oldest ticks along:
  // these are the first of each graph, which are left out then.
  void choose(std::uint32_t ticks_max) {
    if (trace_.noted() > trace_.size()) {
      std::map<Graph const*, std::uint64_t> oldest;
      for (auto const& [tick, span] : ticks_) oldest.try_emplace(tick.first, tick.second);
      for (auto const& [graph, tick] : oldest)
        if (ticks_.size() > 1) ticks_.erase({graph, tick});
    }
    std::vector<std::pair<std::uint32_t, Tick>> by_end;
    for (auto const& [tick, span] : ticks_) by_end.emplace_back(span.last, tick);
    std::sort(by_end.begin(), by_end.end());
    std::size_t const surplus = by_end.size() - std::min<std::size_t>(by_end.size(), ticks_max);
    for (std::size_t i = 0; i < surplus; ++i) ticks_.erase(by_end[i].second);
    first_ = trace_.size();
    for (auto const& [tick, span] : ticks_) first_ = std::min(first_, span.first);
  }

  double microseconds_of(std::uint64_t cycles) const {
    return static_cast<double>(cycles) / cycles_per_nanosecond() / 1e3;
  }

  void name_rows() {
    add_name("process_name", 0, "weir worker " + std::to_string(worker_.number()));
    add_name("thread_name", 0, "asleep");
    FlowViews views(worker_);
    std::uint32_t row = 0;
    for (FlowView const& view : views.look()) {
      rows_[&view.flow->graph] = ++row;
      add_name("thread_name", row, "flow " + view.label);
    }
  }
  void add_name(std::string_view what, std::uint32_t row, std::string const& name) {
    begin_event("M", what, row);
    text_ += ",\"args\":{\"name\":" + quoted(name) + "}}";
  }
  void begin_event(std::string_view phase, std::string_view name, std::uint32_t row) {
    if (text_.back() == '}') text_ += ",\n";
    text_ += "{\"ph\":\"" + std::string(phase) + "\",\"pid\":1,\"tid\":" + std::to_string(row) +
             ",\"name\":" + quoted(name);
  }
  void begin_span(std::string_view name, std::uint32_t row, std::uint64_t begin,
                  std::uint64_t end) {
    begin_event("X", name, row);
    text_ += ",\"ts\":" + std::to_string(microseconds_of(begin - trace_[first_].begin)) +
             ",\"dur\":" + std::to_string(microseconds_of(end - begin));
  }

  void add_sleep(TracedActivation const& before, TracedActivation const& after) {
    begin_span("asleep", 0, before.end, after.begin);
    text_ += ",\"args\":{\"times\":" + std::to_string(after.sleeps - before.sleeps) + "}}";
  }
  void add_tick(std::uint64_t tick, Span const& span) {
    begin_span("tick " + std::to_string(tick), rows_[trace_[span.first].graph],
               trace_[span.first].begin, trace_[span.last].end);
    text_ += ",\"args\":{\"activations\":" + std::to_string(span.count) +
             ",\"busy_us\":" + std::to_string(microseconds_of(span.busy)) + "}}";
  }
  void add_activation(TracedActivation const& one) {
    begin_span(one.subgraph->name, rows_[one.graph], one.begin, one.end);
    text_ += ",\"args\":{\"stratum\":" + std::to_string(one.subgraph->stratum) +
             ",\"tick\":" + std::to_string(one.tick) + (one.yielded ? ",\"yielded\":true}}" : "}}");
  }

  Worker const& worker_;
  Trace const& trace_;
  std::map<Tick, Span> ticks_;  // by graph, and of each in their order
  std::uint32_t first_ = 0;     // of the activations of these
  std::unordered_map<Graph const*, std::uint32_t> rows_;
  std::string text_;
};

}  // namespace

std::string trace_json(Worker const& worker, std::uint32_t ticks_max) {
  if (worker.trace() == nullptr) return "{\"traceEvents\":[]}\n";
  return Drawing(worker, *worker.trace(), ticks_max).run();
}

}  // namespace weir::http
