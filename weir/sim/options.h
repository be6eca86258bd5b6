// What a simulated world does to those who live in it. Every "once in n" is drawn from the world's
// one seed, per operation; 0 means never.
//
// The faults fall in two classes. Those of hostile() are what Linux may do to a correct program at
// any time and what such a program never shows: its bytes and its ends stay the same. Resets, lack
// of descriptors or disk, errors of files and a missed cancel change what happens, so a test asks
// for them by name.
#pragma once

#include <cstdint>

#include "weir/base/clock.h"

namespace weir {

struct SimOptions {
  // ---- the network
  // From send to arrival, of each segment, end or reset, in [min, max].
  Duration latency_min = 0;
  Duration latency_max = 0;
  // Bytes of one direction that were accepted and have not arrived; that have arrived and wait to
  // be read. A connection draws both from [min, max].
  std::uint32_t send_window_min = 256 * 1024;
  std::uint32_t send_window_max = 256 * 1024;
  std::uint32_t receive_window_min = 256 * 1024;
  std::uint32_t receive_window_max = 256 * 1024;
  // A delivery carries a random part of what could have arrived.
  std::uint32_t split_delivery_once_in = 0;

  // ---- operations
  std::uint32_t short_receive_once_in = 0;
  std::uint32_t short_send_once_in = 0;
  // Not done when it could be, but up to delay_max later; never a send with MSG_DONTWAIT.
  std::uint32_t delay_once_in = 0;
  Duration delay_max = 0;
  // A multishot result comes without cqe_more although nothing has ended.
  std::uint32_t multishot_ends_once_in = 0;
  // A receive finds its pool empty although there are buffers again when that is read.
  std::uint32_t early_enobufs_once_in = 0;
  // A cancel reports that it found its target (0) or that it runs already (-EALREADY); the target
  // goes on for up to delay_max and ends with what it has by then: data, 0, -ENOBUFS or -ECANCELED.
  std::uint32_t late_cancel_once_in = 0;

  // ---- completions and enter
  // Completions of different descriptors change places.
  bool permute_completions = false;
  // Waiting ends with -EINTR; only a part of the submissions is taken, perhaps none (-EAGAIN).
  std::uint32_t interrupted_once_in = 0;
  std::uint32_t partial_submit_once_in = 0;
  // What an enter costs, drawn from [0, max]: without it, time stands still for those who only
  // poll.
  Duration enter_time_max = 0;

  // ---- what a program does notice
  // The n-th delivery of the world (counted from 1) is a reset of both ends instead.
  std::uint64_t reset_at_delivery = 0;
  std::uint32_t reset_once_in = 0;
  // UDP may lose a datagram, deliver it twice, or let it overtake those before it. (What comes when
  // the inbox is full is lost anyway; UNIX datagrams are neither lost nor reordered.)
  std::uint32_t datagram_lost_once_in = 0;
  std::uint32_t datagram_twice_once_in = 0;
  std::uint32_t datagram_overtakes_once_in = 0;
  // -EMFILE beyond it; per kernel.
  std::uint32_t descriptor_count_max = 65'536;
  // Reads and writes of files: -EIO now and then, -ENOSPC when all files together are so large.
  std::uint32_t file_error_once_in = 0;
  std::uint64_t disk_bytes_max = std::uint64_t{1} << 40;
  // A cancel by user_data of a multishot answers -ENOENT although the target lives on (liburing
  // issue 1375). A cancel by descriptor never misses.
  std::uint32_t missed_cancel_once_in = 0;

  // No faults: a quiet machine, where loopback delivers at once.
  static SimOptions calm() { return {}; }

  static SimOptions hostile() {
    SimOptions options;
    options.latency_min = 1 * microseconds;
    options.latency_max = 300 * microseconds;
    options.send_window_min = options.receive_window_min = 1024;
    options.send_window_max = options.receive_window_max = 64 * 1024;
    options.split_delivery_once_in = 3;
    options.short_receive_once_in = 4;
    options.short_send_once_in = 4;
    options.delay_once_in = 6;
    options.delay_max = 500 * microseconds;
    options.multishot_ends_once_in = 12;
    options.early_enobufs_once_in = 24;
    options.late_cancel_once_in = 2;
    options.permute_completions = true;
    options.interrupted_once_in = 16;
    options.partial_submit_once_in = 16;
    options.enter_time_max = 2 * microseconds;
    return options;
  }
};

}  // namespace weir
