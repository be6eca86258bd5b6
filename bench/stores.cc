// What it costs to keep ops, and to find out which are missing. The last line is JSON.
//
//   stores rocks DIR   [--ops N] [--size BYTES] [--batch N]   durable batches into a RocksStore
//   stores plain DIR   …                        the same bytes by id into RocksDB itself, each
//   batch
//                                               with one sync: {"us": microseconds an op}
//   stores memory      [--ops N] [--size BYTES]               {"put_ns", "get_ns"} an op
//   stores reconcile   [--ops N] [--differ N] [--where newest|scattered]
//                                                             {"round_trips", "bytes", "ms"}
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "weir/base/random.h"
#include "weir/p2p/reconcile.h"
#include "weir/store/memory_store.h"
#include "weir/store/rocks_store.h"

namespace weir::bench {
namespace {

struct Setting {
  std::uint64_t ops;
  std::uint32_t size;
  std::uint64_t batch;
};

[[noreturn]] void fail(std::string const& what) {
  std::fprintf(stderr, "stores: %s\n", what.c_str());
  std::exit(1);
}

OpId make_id(std::uint64_t number) {
  Random random(number);
  OpId id;
  for (std::byte& byte : id.bytes) byte = static_cast<std::byte>(random.next() & 0xFF);
  return id;
}

std::vector<Op> make_ops(std::uint64_t count, std::uint32_t size) {
  std::vector<Op> ops;
  for (std::uint64_t n = 0; n < count; ++n) {
    ops.push_back({make_id(n), n, Bytes(size)});
    for (std::uint32_t k = 0; k < size; ++k) ops[n].bytes.data()[k] = std::byte(n + k);
  }
  return ops;
}

// Calls write(part) for each batch; microseconds an op.
template <class Write>
double time_batches(Setting const& setting, Write write) {
  std::vector<Op> ops = make_ops(setting.ops, setting.size);
  std::uint64_t const begun = now_ns();
  for (std::uint64_t at = 0; at < ops.size(); at += setting.batch) {
    write(std::span(ops).subspan(at, std::min<std::uint64_t>(setting.batch, ops.size() - at)));
  }
  return static_cast<double>(now_ns() - begun) / 1e3 / static_cast<double>(setting.ops);
}

double measure_rocks(std::string const& path, Setting const& setting) {
  auto opened = RocksStore::open(path);
  if (!opened) fail(opened.error().message);
  RocksStore& store = *opened.value();
  Committed committed;
  return time_batches(setting, [&](std::span<Op> part) {
    if (!store.process_incoming(part, committed) || committed.stored_count != part.size()) {
      fail("a batch was not stored");
    }
  });
}

double measure_plain(std::string const& path, Setting const& setting) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  options.write_buffer_size = RocksStoreLimits{}.write_buffers_bytes / 2;
  rocksdb::DB* made = nullptr;
  if (!rocksdb::DB::Open(options, path, &made).ok()) fail("RocksDB does not open " + path);
  std::unique_ptr<rocksdb::DB> const db(made);
  rocksdb::WriteOptions durable;
  durable.sync = true;
  rocksdb::WriteBatch batch;
  return time_batches(setting, [&](std::span<Op> part) {
    batch.Clear();
    for (Op const& op : part) {
      batch.Put({reinterpret_cast<char const*>(op.id.bytes.data()), op_id_bytes},
                {op.bytes.text().data(), op.bytes.size()});
    }
    if (!db->Write(durable, &batch).ok()) fail("a batch was not written");
  });
}

void measure_memory(Setting const& setting) {
  MemoryStore store(now_ns());
  Committed committed;
  std::vector<OpId> ids;
  for (std::uint64_t n = 0; n < setting.ops; ++n) ids.push_back(make_id(n));
  double const put = time_batches(setting, [&](std::span<Op> part) {
    if (!store.process_incoming(part, committed)) fail("a batch was not stored");
  });
  Retrieved retrieved;
  std::uint64_t found = 0;
  std::uint64_t const begun = now_ns();
  for (std::uint64_t at = 0; at < ids.size(); at += setting.batch) {
    auto const part =
        std::span(ids).subspan(at, std::min<std::uint64_t>(setting.batch, ids.size() - at));
    if (!store.retrieve(part, ~std::uint64_t{0}, retrieved)) fail("an op was not read");
    found += retrieved.ops.size();
  }
  if (found != setting.ops) fail("an op was lost");
  double const get = static_cast<double>(now_ns() - begun) / static_cast<double>(setting.ops);
  std::printf("{\"put_ns\": %.1f, \"get_ns\": %.1f}\n", put * 1e3, get);
}

void measure_reconcile(std::uint64_t count, std::uint64_t differ, bool newest) {
  OpTree mine;
  OpTree theirs;
  Random random(1);
  std::uint64_t time = 1'700'000'000'000'000;
  std::uint64_t const every = count / differ;
  for (std::uint64_t n = 0; n < count; ++n) {
    TimedId const op{time += 1 + random.below(2'000'000), make_id(n)};
    bool const is_common = newest ? n < count - differ : n % every != every / 2;
    if (is_common || random.once_in(2)) mine.insert(op);
    if (is_common || !mine.contains(op)) theirs.insert(op);
  }
  Reconciliation asks(mine);
  Reconciliation answers(theirs);
  std::vector<TimedId> needed;
  std::uint64_t const begun = now_ns();
  std::string message = asks.initiate(random.next());
  Reconciliation* to = &answers;
  while (!message.empty()) {
    auto answer = to->receive(std::as_bytes(std::span(message)), needed);
    if (!answer.ok()) fail(answer.error().message);
    message = std::move(answer).value();
    to = to == &asks ? &answers : &asks;
  }
  double const ms = static_cast<double>(now_ns() - begun) / 1e6;
  if (needed.size() != differ) fail("another difference was found");
  ReconcileCounters const& counters = asks.counters();
  std::printf("{\"round_trips\": %u, \"bytes\": %llu, \"ms\": %.2f}\n", counters.messages_sent,
              static_cast<unsigned long long>(counters.bytes_sent + counters.bytes_received), ms);
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  Setting setting{arguments.number("ops", std::uint64_t{100'000}), arguments.number("size", 1024u),
                  arguments.number("batch", std::uint64_t{512})};
  std::uint64_t const differ = arguments.number("differ", std::uint64_t{100});
  bool const newest = arguments.text("where", "scattered") == "newest";
  std::string const what = arguments.word();
  bool const on_disk = what == "rocks" || what == "plain";
  std::string const path = on_disk ? arguments.word() : "";
  arguments.refuse_the_rest();
  if (on_disk) {
    std::filesystem::remove_all(path);
    double const us = what == "rocks" ? measure_rocks(path, setting) : measure_plain(path, setting);
    std::filesystem::remove_all(path);
    std::printf("{\"us\": %.3f}\n", us);
  } else if (what == "memory") {
    measure_memory(setting);
  } else if (what == "reconcile") {
    measure_reconcile(setting.ops, differ, newest);
  } else {
    fail("say rocks DIR, plain DIR, memory or reconcile");
  }
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
