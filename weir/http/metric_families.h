// Every metric there is: its family, and where the number stands. docs/metrics.md tells the same
// in a table, which a test compares with this.
#pragma once

#include <cstdint>
#include <string_view>

#include "weir/http/counters.h"
#include "weir/http/open_metrics.h"
#include "weir/net/datagram_endpoint.h"
#include "weir/net/net.h"
#include "weir/ring/ring.h"
#include "weir/sched/graph.h"
#include "weir/sched/loop.h"
#include "weir/sched/subgraph.h"
#include "weir/worker/gate.h"

namespace weir::http {

// A counter that is a number in a struct.
template <class Counters>
struct CounterRow {
  Family family;
  std::uint64_t Counters::*value;
};

constexpr Family counter(std::string_view name, std::string_view help, std::string_view unit = {}) {
  return {name, MetricType::counter, unit, help};
}
constexpr Family gauge(std::string_view name, std::string_view help, std::string_view unit = {}) {
  return {name, MetricType::gauge, unit, help};
}

// ---- of a worker

inline constexpr CounterRow<RingCounters> ring_rows[] = {
    {counter("weir_ring_submissions", "operations handed to the kernel"),
     &RingCounters::submissions},
    {counter("weir_ring_completions", "callbacks run"), &RingCounters::completions},
    {counter("weir_ring_enters", "system calls that hand over and bring back"),
     &RingCounters::enters},
    {counter("weir_ring_batches", "enters that brought completions"), &RingCounters::batches},
    {counter("weir_ring_parks", "enters that were allowed to sleep"), &RingCounters::parks},
    {counter("weir_ring_wakes", "parks that another thread ended"), &RingCounters::wakes},
    {counter("weir_ring_queue_full", "early enters because the submission queue was full"),
     &RingCounters::queue_full},
    {counter("weir_ring_overflows", "enters after which completions waited for room"),
     &RingCounters::overflows},
    {counter("weir_ring_silent_sends", "sends known to have succeeded from silence"),
     &RingCounters::silent_sends},
};

inline constexpr Family ring_posted = counter("weir_ring_posted", "work posted by other threads");
inline constexpr Family ring_posted_batches =
    counter("weir_ring_posted_batches", "batches of posted work that woke the ring");
inline constexpr Family ring_posts_refused =
    counter("weir_ring_posts_refused", "posts for which there was no room");

inline constexpr Family worker_spins_found =
    counter("weir_worker_spins_found", "spins that ended because there was something to do");
inline constexpr Family worker_spins_in_vain =
    counter("weir_worker_spins_in_vain", "spins after which the worker slept all the same");
inline constexpr Family worker_spin_seconds =
    counter("weir_worker_spin_seconds", "time of all spins", "seconds");

inline constexpr CounterRow<NetCounters> net_rows[] = {
    {counter("weir_net_accepted", "connections accepted"), &NetCounters::accepted},
    {counter("weir_net_dialled", "connections dialled"), &NetCounters::dialled},
    {counter("weir_net_redialled", "dials after a failure"), &NetCounters::redialled},
    {counter("weir_net_opened", "connections that were open at some time"), &NetCounters::opened},
    {counter("weir_net_frames_in", "frames given to flows"), &NetCounters::frames_in},
    {counter("weir_net_frames_out", "frames given by flows"), &NetCounters::frames_out},
    {counter("weir_net_frames_dropped", "frames for connections that had ended"),
     &NetCounters::frames_dropped},
    {counter("weir_net_frames_dropped_slow", "frames for peers that did not read (drop_newest)"),
     &NetCounters::frames_dropped_slow},
    {counter("weir_net_frames_dropped_waiting",
             "frames that a lazy dialer had no room or no time for"),
     &NetCounters::frames_dropped_waiting},
    {counter("weir_net_in_bytes", "bytes received", "bytes"), &NetCounters::bytes_in},
    {counter("weir_net_out_bytes", "bytes sent", "bytes"), &NetCounters::bytes_out},
    {counter("weir_net_copied_bytes", "bytes copied out of pool memory because they had to wait",
             "bytes"),
     &NetCounters::copied_bytes},
    {counter("weir_net_spills", "beginnings of frames copied because the pool ran low"),
     &NetCounters::spills},
    {counter("weir_net_no_buffers", "receives that found the pool empty"),
     &NetCounters::no_buffers},
    {counter("weir_net_blocked", "sends that left something behind"), &NetCounters::blocked},
    {counter("weir_net_suspended", "times a connection went over its mark"),
     &NetCounters::suspended},
    {counter("weir_net_over_rate", "times a connection had to wait because it had sent too much"),
     &NetCounters::over_rate},
    {counter("weir_net_mark_doublings", "times the mark of a connection that stood still rose"),
     &NetCounters::mark_doublings},
    {counter("weir_net_holds", "times a graph was held because what it sends to was full"),
     &NetCounters::holds},
    {counter("weir_net_accept_pauses", "times accepting was paused"), &NetCounters::accept_pauses},
    {counter("weir_net_accept_failures", "accepts that failed"), &NetCounters::accept_failures},
};
inline constexpr Family net_closed =
    counter("weir_net_closed", "connections that ended, by the reason");
inline constexpr Family net_connections = gauge("weir_net_connections", "connections now");
inline constexpr Family net_connections_suspended = gauge(
    "weir_net_connections_suspended", "connections not received from because they do not read");
inline constexpr Family net_pressure_bytes =
    gauge("weir_net_pressure_bytes", "bytes that are here because somebody does not read", "bytes");
inline constexpr Family net_pressure_limit_bytes =
    gauge("weir_net_pressure_limit_bytes", "the pressure above which flows stand still", "bytes");
inline constexpr Family net_unfinished_bytes =
    gauge("weir_net_unfinished_bytes", "memory of frames of which not all has come", "bytes");
inline constexpr Family net_queue_bytes =
    gauge("weir_net_queue_bytes", "bytes that wait to be sent", "bytes");

inline constexpr Family endpoint_connections =
    gauge("weir_endpoint_connections", "connections of the endpoint now");
inline constexpr Family endpoint_suspended =
    gauge("weir_endpoint_suspended", "1 while it admits nothing because what it feeds is full");
inline constexpr Family endpoint_full =
    gauge("weir_endpoint_full", "1 while what is sent there makes flows wait");
inline constexpr Family endpoint_waiting_bytes =
    gauge("weir_endpoint_waiting_bytes", "bytes that sends have left behind", "bytes");
inline constexpr Family endpoint_held_bytes =
    gauge("weir_endpoint_held_bytes", "bytes received from peers that do not read", "bytes");

inline constexpr Family pool_buffers = gauge("weir_pool_buffers", "buffers to receive into");
inline constexpr Family pool_buffers_out =
    gauge("weir_pool_buffers_out", "buffers that somebody holds");
inline constexpr Family pool_buffers_out_high_water =
    gauge("weir_pool_buffers_out_high_water", "most buffers that were held at once");
inline constexpr Family pool_results =
    counter("weir_pool_results", "receives that brought bytes in a buffer");
inline constexpr Family pool_starved =
    counter("weir_pool_starved", "receives that ended because no buffer was free");

inline constexpr CounterRow<DatagramCounters> datagram_rows[] = {
    {counter("weir_datagrams_in", "datagrams received"), &DatagramCounters::datagrams_in},
    {counter("weir_datagrams_out", "datagrams that the kernel took"),
     &DatagramCounters::datagrams_out},
    {counter("weir_datagrams_in_bytes", "bytes of datagrams received", "bytes"),
     &DatagramCounters::bytes_in},
    {counter("weir_datagrams_out_bytes", "bytes of datagrams that the kernel took", "bytes"),
     &DatagramCounters::bytes_out},
    {counter("weir_datagrams_no_buffers", "receives that found all buffers out"),
     &DatagramCounters::no_buffers},
    {counter("weir_datagrams_receive_errors", "receives that ended for another reason"),
     &DatagramCounters::receive_errors},
};
inline constexpr Family datagrams_dropped =
    counter("weir_datagrams_dropped", "datagrams dropped, by the reason");
struct DroppedRow {
  std::string_view reason;
  std::uint64_t DatagramCounters::*value;
};
inline constexpr DroppedRow dropped_rows[] = {
    {"too_large_in", &DatagramCounters::too_large_in},
    {"full", &DatagramCounters::full},
    {"unreachable", &DatagramCounters::unreachable},
    {"refused", &DatagramCounters::refused},
    {"closed", &DatagramCounters::closed},
};

// ---- of its flows

inline constexpr CounterRow<GraphCounters> flow_rows[] = {
    {counter("weir_flow_ticks", "ticks that ended"), &GraphCounters::ticks},
    {counter("weir_flow_activations", "runs of subgraphs, and ends of iterations"),
     &GraphCounters::activations},
    {counter("weir_flow_yields", "times a tick was left unfinished"), &GraphCounters::yields},
};
inline constexpr Family flow_held =
    gauge("weir_flow_held", "1 while what it writes to is full, so that it stands still");
inline constexpr Family flow_ended = gauge("weir_flow_ended", "1 when it runs no more");
inline constexpr Family flow_failed =
    gauge("weir_flow_failed", "1 when it ended because a user function threw");

inline constexpr CounterRow<SubgraphCounters> subgraph_rows[] = {
    {counter("weir_subgraph_runs", "activations"), &SubgraphCounters::runs},
    {counter("weir_subgraph_yields", "activations that left something for the next"),
     &SubgraphCounters::yields},
};
inline constexpr Family subgraph_busy_seconds =
    counter("weir_subgraph_busy_seconds", "time of its activations", "seconds");

inline constexpr Family node_in_items =
    counter("weir_node_in_items", "items that came to the node, where that is known", "items");
inline constexpr Family node_out_items = counter(
    "weir_node_out_items", "items that the node gave to each output, where that is known", "items");

inline constexpr Family handoff_items =
    counter("weir_handoff_items", "items written to the handoff", "items");
inline constexpr Family handoff_depth_items =
    gauge("weir_handoff_depth_items", "items that wait in the handoff", "items");
inline constexpr Family handoff_high_water_items = gauge(
    "weir_handoff_high_water_items", "most items that waited when an activation ended", "items");

inline constexpr CounterRow<LoopCounters> loop_rows[] = {
    {counter("weir_loop_entries", "times the loop was entered"), &LoopCounters::entries},
    {counter("weir_loop_iterations", "iterations"), &LoopCounters::iterations},
    {counter("weir_loop_cut_short", "times it was left because of its bound"),
     &LoopCounters::cut_short},
};

inline constexpr CounterRow<ExchangeCounters> exchange_rows[] = {
    {counter("weir_exchange_sent_items", "items sent to any worker", "items"),
     &ExchangeCounters::sent},
    {counter("weir_exchange_received_items", "items that have come from any worker", "items"),
     &ExchangeCounters::received},
    {counter("weir_exchange_late_items", "items that found their mailbox full", "items"),
     &ExchangeCounters::late},
    {counter("weir_exchange_suspensions", "times what comes before was suspended"),
     &ExchangeCounters::suspensions},
    {counter("weir_exchange_wakes", "workers woken because of items or of room"),
     &ExchangeCounters::wakes},
    {counter("weir_exchange_dropped_items", "items dropped because the exchange had ended",
             "items"),
     &ExchangeCounters::dropped},
};
inline constexpr Family exchange_late_high_water_items =
    gauge("weir_exchange_late_high_water_items", "most items that were late at once", "items");

// ---- of its HTTP servers

inline constexpr CounterRow<ServerCounters> server_rows[] = {
    {counter("weir_http_accepted", "connections accepted"), &ServerCounters::accepted},
    {counter("weir_http_closed", "connections that ended"), &ServerCounters::closed},
    {counter("weir_http_closed_too_many", "connections closed: too many from one address"),
     &ServerCounters::closed_too_many},
    {counter("weir_http_closed_idle", "connections closed: no request came"),
     &ServerCounters::closed_idle},
    {counter("weir_http_closed_slow", "connections closed: they did not take their answer"),
     &ServerCounters::closed_slow},
    {counter("weir_http_accept_failures", "accepts that failed"), &ServerCounters::accept_failures},
    {counter("weir_http_tls_failures", "handshakes that failed, and TLS that broke later"),
     &ServerCounters::tls_failures},
    {counter("weir_http_requests", "requests whose head was read"), &ServerCounters::requests},
    {counter("weir_http_handler_failures", "handlers, receivers and sources that threw"),
     &ServerCounters::handler_failures},
    {counter("weir_http_in_bytes", "bytes received", "bytes"), &ServerCounters::bytes_in},
    {counter("weir_http_out_bytes", "bytes sent", "bytes"), &ServerCounters::bytes_out},
    {counter("weir_http_moved_bytes", "bytes of files sent without being copied", "bytes"),
     &ServerCounters::moved_bytes},
    {counter("weir_http_files_loaded", "files read into memory"), &ServerCounters::files_loaded},
    {counter("weir_http_files_refused", "paths that led out of their folder"),
     &ServerCounters::files_refused},
};
inline constexpr Family http_responses =
    counter("weir_http_responses", "responses, by the class of their status");
inline constexpr Family http_refused =
    counter("weir_http_refused", "requests refused, by the reason");
inline constexpr Family http_connections = gauge("weir_http_connections", "connections now");

// ---- of the process: the names that Prometheus gives them

inline constexpr Family process_cpu =
    counter("process_cpu_seconds", "user and system time", "seconds");
inline constexpr Family process_start =
    gauge("process_start_time_seconds", "when the process began, since 1970", "seconds");
inline constexpr Family process_resident =
    gauge("process_resident_memory_bytes", "memory in use", "bytes");
inline constexpr Family process_virtual =
    gauge("process_virtual_memory_bytes", "address space in use", "bytes");
inline constexpr Family process_descriptors = gauge("process_open_fds", "open descriptors");
inline constexpr Family process_descriptors_max =
    gauge("process_max_fds", "descriptors that may be open");

}  // namespace weir::http
