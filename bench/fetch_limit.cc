// What one core can do at most with ops that are there already: copy each, hash it, and write them
// to RocksDB, in batches with one sync each.
//
//   fetch_limit [DIR] [--cpu N] [--ops N] [--size BYTES] [--batch OPS]
//
// Without DIR nothing is written. The last line is JSON: `rate` in ops per second.
#include <rocksdb/db.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/arguments.h"
#include "bench/fetch_ops.h"
#include "bench/host.h"
#include "weir/store/rocks_store.h"

namespace weir::bench {
namespace {

// As much as a receive pool holds: what comes is not far away.
constexpr std::size_t source_bytes = 4u << 20;

struct Setting {
  std::string path;
  std::uint64_t ops;
  std::uint32_t size;
  std::uint64_t batch;
};

// As RocksStore does it, with one record for an op.
std::unique_ptr<rocksdb::DB> open(std::string const& path) {
  RocksStoreLimits const limits;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  options.db_write_buffer_size = limits.write_buffers_bytes;
  options.write_buffer_size = limits.write_buffers_bytes / 2;
  options.max_total_wal_size = 2 * limits.write_buffers_bytes;
  options.max_background_jobs = 2;
  options.bytes_per_sync = 1u << 20;
  options.enable_blob_files = true;
  options.min_blob_size = limits.blob_bytes_min;
  rocksdb::DB* made = nullptr;
  if (!rocksdb::DB::Open(options, path, &made).ok()) fail("RocksDB does not open", EIO);
  return std::unique_ptr<rocksdb::DB>(made);
}

double measure(Setting const& setting) {
  std::unique_ptr<rocksdb::DB> const db = setting.path.empty() ? nullptr : open(setting.path);
  std::vector<Op> source;
  FetchOps made(setting.size);
  for (std::size_t n = 0; n < std::max<std::size_t>(1, source_bytes / setting.size); ++n)
    source.push_back(made.make(n));
  rocksdb::WriteOptions durable;
  durable.sync = true;
  rocksdb::WriteBatch batch;
  Sha256 hasher;
  std::uint64_t const begun = now_ns();
  for (std::uint64_t number = 0; number < setting.ops; ++number) {
    Op& from = source[number % source.size()];
    std::memcpy(from.bytes.data(), &number, sizeof number);
    Bytes const copy = from.bytes.view().own();
    Digest const id = hasher.of(copy.view().span());
    if (db == nullptr) continue;
    batch.Put({reinterpret_cast<char const*>(id.data()), id.size()},
              {copy.text().data(), copy.size()});
    if ((number + 1) % setting.batch != 0 && number + 1 != setting.ops) continue;
    if (!db->Write(durable, &batch).ok()) fail("a batch was not written", EIO);
    batch.Clear();
  }
  return static_cast<double>(setting.ops) * 1e9 / static_cast<double>(now_ns() - begun);
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  pin_to(arguments.number("cpu", -1));
  Setting setting{};
  setting.ops = arguments.number("ops", std::uint64_t{100'000});
  setting.size = arguments.number("size", 1024u);
  setting.batch = std::max(std::uint64_t{1}, arguments.number("batch", std::uint64_t{1024}));
  setting.path = arguments.word();
  arguments.refuse_the_rest();
  if (!setting.path.empty()) std::filesystem::remove_all(setting.path);
  double const rate = measure(setting);
  if (!setting.path.empty()) std::filesystem::remove_all(setting.path);
  std::printf("{\"rate\": %.1f}\n", rate);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
