#include "weir/store/rocks_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "weir/base/assert.h"
#include "weir/store/id_set.h"
#include "weir/store/rocks_format.h"
#include "weir/store/store_directory.h"

namespace weir {

namespace {

using rocksdb::Slice;
using rocksdb::Status;

enum Family : std::size_t { defaults, ops, payloads, arrivals, wants, family_count };
std::array<std::string, family_count> const family_names = {"default", "ops", "payloads",
                                                            "arrivals", "wants"};
constexpr char counts_key[] = "counts";

// Ops that are looked for at once.
constexpr std::size_t lookup_count = 32;
// What one commit left allocated and the next ones hardly need is given back.
constexpr std::size_t kept_batch_bytes_max = 16u << 20;

Slice slice_of(OpId const& id) {
  return {reinterpret_cast<char const*>(id.bytes.data()), op_id_bytes};
}
Slice slice_of(Bytes const& bytes) { return {bytes.text().data(), bytes.size()}; }
template <std::size_t Size>
Slice slice_of(std::array<char, Size> const& bytes) {
  return {bytes.data(), Size};
}
std::string_view text_of(Slice const& slice) { return {slice.data(), slice.size()}; }

// `what` is the rest of a sentence that begins with the store's path.
Error explain(std::string const& path, std::string_view what, Status const& status) {
  std::string sentence = "op store " + path + ": " + std::string(what) + ": ";
  if (status.IsNoSpace()) return {ENOSPC, sentence + "its disk is full; make room on it"};
  std::string const text = status.ToString();
  if (status.IsCorruption()) {
    return {EIO, sentence + "its files are damaged (" + text + "); restore them from a copy, or " +
                     "start with an empty store and sync again"};
  }
  if (text.find("/LOCK") != text.npos) {
    return {EBUSY, sentence + "another store has it open, of this or another process"};
  }
  if (status.IsPathNotFound()) return {ENOENT, sentence + "a file of it is missing (" + text + ")"};
  return {EIO, sentence + text};
}

rocksdb::ReadOptions const plain_read{};

}  // namespace

class RocksStore::Database {
 public:
  Database(std::string path, RocksStoreOptions const& options)
      : path_(std::move(path)),
        options_(options),
        wants_(options.seed),
        fresh_(options.seed),
        discarded_(options.seed) {}
  Database(Database const&) = delete;
  Database& operator=(Database const&) = delete;
  ~Database() { close(); }

  Result<void> open();
  std::string const& notice() const { return notice_; }
  OpCounts counts() const { return {counts_.ops, counts_.bytes, wants_.size()}; }

  Result<void> filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing);
  Result<void> retrieve(std::span<OpId const> ids, std::uint64_t bytes_max, Retrieved& retrieved);
  Result<void> commit(Batch const& batch, Committed& committed);
  Result<Bookmark> list_since(Bookmark after, ListLimits limits, std::vector<OpEntry>& entries);
  Result<void> load_wants(std::vector<OpId>& wants) const;

 private:
  // A want that this batch added or took off, to be undone if it fails.
  struct WantChange {
    OpId id;
    bool added;
  };
  using Records = std::map<std::uint64_t, std::string>;  // by the place of their first entry

  rocksdb::ColumnFamilyHandle* in(Family family) const { return families_[family]; }

  Status open_files(rocksdb::WALRecoveryMode mode);
  Result<void> load();
  Result<void> open_again();
  void close();
  // Of a store that could not be opened again.
  Error closed() const { return {EIO, "op store " + path_ + ": it is closed: " + why_closed_}; }

  void look_up(std::span<OpId const> ids);
  Status find_header(OpId const& id, OpHeader& header) const;
  Status is_held(OpId const& id, bool& held) const;
  // False if it is damaged.
  Result<bool> read_op(OpId const& id, Slice value, Op& op) const;

  Status stage_discards(std::span<OpId const> ids, Committed& committed);
  Status stage_discard(OpId const& id, OpHeader const& header);
  Status find_damaged(OpId const& id, OpHeader& header) const;
  Status stage_wants(std::span<OpId const> ids, Committed& committed);
  Status stage_ops(std::span<Op> incoming, Committed& committed);
  void stage_op(Op const& op);
  void stage_entries();
  void take_off(OpId const& id);
  Status stage(Batch const& batch, Committed& committed);
  void forget_staged();
  void undo();

  std::string const path_;
  RocksStoreOptions const options_;
  std::string notice_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> families_{};
  // After a write that failed, until it is opened again: it can be read.
  bool is_broken_ = false;
  bool is_full_ = false;  // that was because the disk is full
  std::string why_closed_;

  StoreCounts counts_;
  IdSet wants_;

  // Of the last look_up.
  std::array<Slice, lookup_count> keys_;
  std::array<rocksdb::PinnableSlice, lookup_count> values_;
  std::array<Status, lookup_count> statuses_;

  // Of the batch that is being made.
  rocksdb::WriteBatch batch_;
  StoreCounts staged_;
  std::string entries_;  // of what it stores, from the place first_ on
  std::uint64_t first_ = 0;
  Records records_;  // those with ops that it discards
  IdSet fresh_;      // what it stores
  IdSet discarded_;
  std::vector<WantChange> want_changes_;
};

// ---- opening ----

namespace {

// RocksDB's own log would be a file beside the store's, and Debian's RocksDB ends the process when
// it cannot write that because the disk is full. What matters comes back as a Status.
class Silence final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(char const*, va_list) override {}
};

// After a full disk the store tries again when it is asked to write, not some time later in a
// thread of its own.
class ManualRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, Status, bool* automatic) override {
    *automatic = false;
  }
};

rocksdb::DBOptions database_options(RocksStoreLimits const& limits, rocksdb::WALRecoveryMode mode) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;  // the directory says that it is ours
  options.create_missing_column_families = true;
  options.wal_recovery_mode = mode;
  options.track_and_verify_wals_in_manifest = true;
  options.db_write_buffer_size = limits.write_buffers_bytes;
  options.max_total_wal_size = 2 * limits.write_buffers_bytes;
  options.max_open_files = limits.open_files_max;
  options.max_background_jobs = 2;
  options.bytes_per_sync = 1u << 20;
  options.info_log.reset(new Silence);
  options.listeners.emplace_back(new ManualRecovery);
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> families(RocksStoreLimits const& limits) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(limits.block_cache_bytes);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;

  rocksdb::ColumnFamilyOptions small;
  small.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  small.compression = rocksdb::kNoCompression;
  small.write_buffer_size = limits.write_buffers_bytes / 8;

  rocksdb::ColumnFamilyOptions large = small;
  large.write_buffer_size = limits.write_buffers_bytes / 2;

  // Nearly every op that comes is looked for in vain: a filter says so at once.
  rocksdb::ColumnFamilyOptions keyed = large;
  keyed.memtable_whole_key_filtering = true;
  keyed.memtable_prefix_bloom_size_ratio = 0.02;

  rocksdb::ColumnFamilyOptions apart = large;
  apart.enable_blob_files = true;
  apart.enable_blob_garbage_collection = true;

  return {{family_names[defaults], small},
          {family_names[ops], keyed},
          {family_names[payloads], apart},
          {family_names[arrivals], small},
          {family_names[wants], small}};
}

}  // namespace

Status RocksStore::Database::open_files(rocksdb::WALRecoveryMode mode) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  Status const status = rocksdb::DB::Open(database_options(options_.limits, mode), path_,
                                          families(options_.limits), &handles, &db);
  if (!status.ok()) return status;
  db_.reset(db);
  std::ranges::copy(handles, families_.begin());
  return status;
}

// The log is read strictly at first: only an unfinished end, as a kill leaves it, is let pass. What
// else may be in it is damage, of which a part of an unsynced batch is the likely one, after the
// machine itself has crashed: then the store goes on with what comes before, and says so.
Result<void> RocksStore::Database::open() {
  Result<void> const prepared = prepare_store_directory(path_, options_.creates);
  if (!prepared) return prepared;
  Status status = open_files(rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords);
  if (status.IsCorruption()) {
    std::string const damage = status.ToString();
    status = open_files(rocksdb::WALRecoveryMode::kPointInTimeRecovery);
    if (status.ok()) {
      notice_ = "op store " + path_ + ": its log was damaged (" + damage +
                "); what came after the damage is lost and has to be fetched again";
    }
  }
  if (!status.ok()) return explain(path_, "cannot be opened", status);
  return load();
}

Result<void> RocksStore::Database::load() {
  std::string record;
  Status const status = db_->Get(plain_read, in(defaults), counts_key, &record);
  if (!status.ok() && !status.IsNotFound()) return explain(path_, "cannot be opened", status);
  if (status.ok() && !decode(record, counts_)) {
    return explain(path_, "cannot be opened", Status::Corruption("the record of its counts"));
  }
  std::unique_ptr<rocksdb::Iterator> const at(db_->NewIterator(plain_read, in(wants)));
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    auto const id = OpId::of(std::as_bytes(std::span(at->key().data(), at->key().size())));
    if (id) wants_.insert(*id);
  }
  if (!at->status().ok()) return explain(path_, "its want-list cannot be read", at->status());
  return {};
}

// RocksDB can resume by itself, but while the disk is still full that may wait for ever. To open it
// takes at most what its log holds.
Result<void> RocksStore::Database::open_again() {
  if (is_full_) {
    std::uint64_t const needed = 2 * options_.limits.write_buffers_bytes + (1u << 20);
    std::error_code failure;
    std::uint64_t const room = std::filesystem::space(path_, failure).available;
    if (!failure && room < needed) {
      return Error{ENOSPC, "op store " + path_ + ": its disk is full; make room on it (" +
                               std::to_string((needed >> 20) + 1) + " MiB) and it goes on"};
    }
  }
  close();
  counts_ = {};
  wants_.clear();
  Result<void> const opened = open();
  is_broken_ = !opened.ok();
  if (!opened.ok()) {
    close();
    why_closed_ = opened.error().message;
  }
  return opened;
}

void RocksStore::Database::close() {
  if (db_ == nullptr) return;
  for (rocksdb::PinnableSlice& value : values_) value.Reset();
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
  db_->Close();
  db_ = nullptr;
}

// ---- reading ----

// The records of at most lookup_count ids, to values_ and statuses_.
void RocksStore::Database::look_up(std::span<OpId const> ids) {
  WEIR_ASSERT(ids.size() <= lookup_count);
  for (std::size_t n = 0; n < ids.size(); ++n) {
    keys_[n] = slice_of(ids[n]);
    values_[n].Reset();
  }
  db_->MultiGet(plain_read, in(ops), ids.size(), keys_.data(), values_.data(), statuses_.data());
}

Result<void> RocksStore::Database::filter_missing(std::span<OpId const> ids,
                                                  std::vector<OpId>& missing) {
  missing.clear();
  if (db_ == nullptr) return closed();
  while (!ids.empty()) {
    std::size_t const count = std::min(ids.size(), lookup_count);
    look_up(ids.first(count));
    for (std::size_t n = 0; n < count; ++n) {
      Status const& status = statuses_[n];
      if (status.IsNotFound()) missing.push_back(ids[n]);
      else if (!status.ok() && !status.IsCorruption())
        return explain(path_, "cannot be read", status);
    }
    ids = ids.subspan(count);
  }
  return {};
}

Result<bool> RocksStore::Database::read_op(OpId const& id, Slice value, Op& op) const {
  OpHeader header;
  if (!decode(text_of(value), header)) return false;
  op.id = id;
  op.created_at = header.created_at;
  if (!header.is_apart) {
    value.remove_prefix(op_header_bytes);
    if (value.size() != header.size) return false;
    op.bytes = Bytes(text_of(value));
    return true;
  }
  rocksdb::PinnableSlice payload;
  auto const key = place_key(header.place);
  Status const status = db_->Get(plain_read, in(payloads), slice_of(key), &payload);
  if (status.IsCorruption() || status.IsNotFound()) return false;
  if (!status.ok()) return explain(path_, "cannot be read", status);
  if (payload.size() != header.size) return false;
  op.bytes = Bytes(text_of(payload));
  return true;
}

Result<void> RocksStore::Database::retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                                            Retrieved& retrieved) {
  retrieved.clear();
  if (db_ == nullptr) return closed();
  std::uint64_t used = 0;
  while (!ids.empty()) {
    std::size_t const count = std::min(ids.size(), lookup_count);
    look_up(ids.first(count));
    for (std::size_t n = 0; n < count; ++n, ++retrieved.answered) {
      Status const& status = statuses_[n];
      if (status.IsNotFound()) continue;
      if (!status.ok() && !status.IsCorruption()) return explain(path_, "cannot be read", status);
      OpHeader header;
      bool whole = status.ok() && decode(text_of(values_[n]), header);
      if (whole) {
        used += header.size;
        if (used > bytes_max && !retrieved.ops.empty()) return {};
        Result<bool> const read = read_op(ids[n], values_[n], retrieved.ops.emplace_back());
        if (!read) return read.error();
        whole = read.value();
        if (!whole) retrieved.ops.pop_back();
      }
      if (!whole) retrieved.damaged.push_back(ids[n]);
    }
    ids = ids.subspan(count);
  }
  return {};
}

Result<Bookmark> RocksStore::Database::list_since(Bookmark after, ListLimits limits,
                                                  std::vector<OpEntry>& entries) {
  WEIR_ASSERT(limits.ops_max > 0);
  entries.clear();
  if (db_ == nullptr) return closed();
  if (after >= counts_.last_place) return after;
  std::unique_ptr<rocksdb::Iterator> const at(db_->NewIterator(plain_read, in(arrivals)));
  auto const key = place_key(after + 1);
  at->SeekForPrev(slice_of(key));  // the record that this place is in, if any is
  if (!at->Valid() && at->status().ok()) at->SeekToFirst();
  std::uint64_t used = 0;
  for (; at->Valid(); at->Next()) {
    EntryRecord const record{text_of(at->key()), text_of(at->value())};
    if (!record.is_whole()) {
      return explain(path_, "cannot be listed", Status::Corruption("a record of arrivals"));
    }
    std::uint64_t const first = record.first();
    std::uint64_t n = after + 1 > first ? after + 1 - first : 0;
    for (; n < record.count(); ++n) {
      OpEntry const entry = record.entry(n);
      if (entry.size == discarded_size) continue;
      used += entry.size;
      bool const full = entries.size() == limits.ops_max;
      if (full || (used > limits.bytes_max && !entries.empty())) return after;
      entries.push_back(entry);
      after = first + n;
    }
  }
  if (!at->status().ok()) return explain(path_, "cannot be listed", at->status());
  return counts_.last_place;
}

Result<void> RocksStore::Database::load_wants(std::vector<OpId>& wants) const {
  wants.clear();
  if (db_ == nullptr) return closed();
  wants.reserve(wants_.size());
  wants_.for_each([&](OpId const& id) { wants.push_back(id); });
  return {};
}

// Whether an op's record is there: IsNotFound, IsCorruption, or an error of reading.
Status RocksStore::Database::find_header(OpId const& id, OpHeader& header) const {
  rocksdb::PinnableSlice value;
  Status const status = db_->Get(plain_read, in(ops), slice_of(id), &value);
  if (status.ok() && !decode(text_of(value), header)) return Status::Corruption("an op's record");
  return status;
}

// What is damaged is held: only who says so discards it.
Status RocksStore::Database::is_held(OpId const& id, bool& held) const {
  held = false;
  if (discarded_.size() > 0 && discarded_.contains(id)) return Status::OK();
  OpHeader header;
  Status const status = find_header(id, header);
  held = status.ok() || status.IsCorruption();
  return held || status.IsNotFound() ? Status::OK() : status;
}

// ---- committing ----

// An op whose own record is unreadable is looked for in all that has come.
Status RocksStore::Database::find_damaged(OpId const& id, OpHeader& header) const {
  std::unique_ptr<rocksdb::Iterator> const at(db_->NewIterator(plain_read, in(arrivals)));
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    EntryRecord const record{text_of(at->key()), text_of(at->value())};
    for (std::uint64_t n = 0; record.is_whole() && n < record.count(); ++n) {
      OpEntry const entry = record.entry(n);
      if (entry.id != id || entry.size == discarded_size) continue;
      header = {record.first() + n, entry.created_at, entry.size, true};
      return Status::OK();
    }
  }
  return at->status().ok() ? Status::NotFound() : at->status();
}

Status RocksStore::Database::stage_discard(OpId const& id, OpHeader const& header) {
  batch_.Delete(in(ops), slice_of(id));
  if (header.is_apart) {
    auto const key = place_key(header.place);
    batch_.Delete(in(payloads), slice_of(key));
  }
  auto staged = records_.upper_bound(header.place);
  bool const is_staged = staged != records_.begin() &&
                         (--staged)->first + staged->second.size() / entry_bytes > header.place;
  if (!is_staged) {
    std::unique_ptr<rocksdb::Iterator> const at(db_->NewIterator(plain_read, in(arrivals)));
    auto const key = place_key(header.place);
    at->SeekForPrev(slice_of(key));
    if (!at->status().ok()) return at->status();
    EntryRecord const record{at->Valid() ? text_of(at->key()) : "",
                             at->Valid() ? text_of(at->value()) : ""};
    if (!record.is_whole() || record.first() + record.count() <= header.place) {
      return Status::Corruption("no record of arrivals has an op that is discarded");
    }
    staged = records_.emplace(record.first(), at->value().ToString()).first;
  }
  mark_discarded(staged->second, header.place - staged->first);
  --staged_.ops;
  staged_.bytes -= header.size;
  return Status::OK();
}

Status RocksStore::Database::stage_discards(std::span<OpId const> ids, Committed& committed) {
  for (OpId const& id : ids) {
    if (discarded_.contains(id)) continue;
    OpHeader header;
    Status status = find_header(id, header);
    if (status.IsNotFound()) continue;
    if (status.IsCorruption()) status = find_damaged(id, header);
    if (status.ok()) status = stage_discard(id, header);
    else if (status.IsNotFound()) status = batch_.Delete(in(ops), slice_of(id));  // never listed
    if (!status.ok()) return status;
    discarded_.insert(id);
    ++committed.discarded_count;
  }
  for (auto const& [first, record] : records_) {
    auto const key = place_key(first);
    batch_.Put(in(arrivals), slice_of(key), record);
  }
  return Status::OK();
}

Status RocksStore::Database::stage_wants(std::span<OpId const> ids, Committed& committed) {
  for (OpId const& id : ids) {
    bool held = false;
    Status const status = is_held(id, held);
    if (!status.ok()) return status;
    if (held || wants_.contains(id)) continue;
    if (wants_.size() >= options_.limits.wants_max) {
      ++committed.wants_refused;
      continue;
    }
    batch_.Put(in(wants), slice_of(id), Slice());
    wants_.insert(id);
    want_changes_.push_back({id, true});
  }
  return Status::OK();
}

void RocksStore::Database::take_off(OpId const& id) {
  if (!wants_.erase(id)) return;
  batch_.Delete(in(wants), slice_of(id));
  want_changes_.push_back({id, false});
}

void RocksStore::Database::stage_op(Op const& op) {
  OpHeader const header{++staged_.last_place, op.created_at, op.bytes.size(),
                        op.bytes.size() >= options_.limits.blob_bytes_min};
  std::array<char, op_header_bytes> const head = encode(header);
  Slice const key = slice_of(op.id);
  std::array<Slice, 2> const value = {slice_of(head), slice_of(op.bytes)};
  batch_.Put(in(ops), rocksdb::SliceParts(&key, 1),
             rocksdb::SliceParts(value.data(), header.is_apart ? 1 : 2));
  if (header.is_apart) {
    auto const place = place_key(header.place);
    batch_.Put(in(payloads), slice_of(place), slice_of(op.bytes));
  }
  append_entry(entries_, {op.id, op.created_at, op.bytes.size()});
  ++staged_.ops;
  staged_.bytes += op.bytes.size();
}

Status RocksStore::Database::stage_ops(std::span<Op> incoming, Committed& committed) {
  std::uint64_t bytes = 0;
  for (Op const& op : incoming) {
    bool held = fresh_.contains(op.id);
    if (!held) {
      Status const status = is_held(op.id, held);
      if (!status.ok()) return status;
    }
    bool const refused = !held && op.bytes.size() > op_bytes_max;
    committed.ops.push_back(held ? Stored::held : refused ? Stored::refused : Stored::stored);
    if (refused) continue;
    take_off(op.id);
    if (held) continue;
    bytes += op.bytes.size();
    WEIR_ASSERT(bytes <= batch_bytes_max);
    fresh_.insert(op.id);
    stage_op(op);
    ++committed.stored_count;
  }
  committed.stored_bytes = bytes;
  return Status::OK();
}

void RocksStore::Database::stage_entries() {
  std::size_t constexpr size_max = record_entries_max * entry_bytes;
  for (std::size_t from = 0; from < entries_.size(); from += size_max) {
    auto const key = place_key(first_ + from / entry_bytes);
    std::size_t const size = std::min(size_max, entries_.size() - from);
    batch_.Put(in(arrivals), slice_of(key), Slice(entries_.data() + from, size));
  }
}

void RocksStore::Database::forget_staged() {
  if (batch_.GetDataSize() > kept_batch_bytes_max) batch_ = rocksdb::WriteBatch();
  batch_.Clear();
  staged_ = counts_;
  first_ = counts_.last_place + 1;
  entries_.clear();
  records_.clear();
  fresh_.clear();
  discarded_.clear();
  want_changes_.clear();
}

void RocksStore::Database::undo() {
  for (; !want_changes_.empty(); want_changes_.pop_back()) {
    WantChange const& change = want_changes_.back();
    if (change.added) wants_.erase(change.id);
    else wants_.insert(change.id);
  }
}

Status RocksStore::Database::stage(Batch const& batch, Committed& committed) {
  Status status = stage_discards(batch.discard, committed);
  if (status.ok()) status = stage_wants(batch.want, committed);
  if (status.ok()) status = stage_ops(batch.ops, committed);
  if (!status.ok()) return status;
  for (OpId const& id : batch.unwant) take_off(id);
  stage_entries();
  if (staged_ != counts_) batch_.Put(in(defaults), counts_key, slice_of(encode(staged_)));
  return status;
}

Result<void> RocksStore::Database::commit(Batch const& batch, Committed& committed) {
  committed.clear();
  if (is_broken_) {
    Result<void> const opened = open_again();
    if (!opened) return opened;
  }
  forget_staged();
  Status const staged = stage(batch, committed);
  if (!staged.ok()) {
    undo();
    committed.clear();
    return explain(path_, "cannot be read", staged);
  }
  if (batch_.Count() == 0) return {};
  rocksdb::WriteOptions durable;
  durable.sync = true;
  Status const written = db_->Write(durable, &batch_);
  if (!written.ok()) {
    undo();
    committed.clear();
    is_broken_ = true;
    is_full_ = written.IsNoSpace();
    return explain(path_, "a batch was not stored", written);
  }
  counts_ = staged_;
  return {};
}

// ---- the store itself ----

Result<Owner<RocksStore>> RocksStore::open(std::string const& path, RocksStoreOptions options) {
  auto database = make_owner<Database>(path, options);
  Result<void> const opened = database->open();
  if (!opened) return opened.error();
  return Owner<RocksStore>(new RocksStore(std::move(database)));
}

RocksStore::RocksStore(Owner<Database> database) : database_(std::move(database)) {}
RocksStore::~RocksStore() = default;

std::string const& RocksStore::notice() const { return database_->notice(); }
OpCounts RocksStore::counts() const { return database_->counts(); }

Result<void> RocksStore::filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) {
  return database_->filter_missing(ids, missing);
}
Result<void> RocksStore::retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                                  Retrieved& retrieved) {
  return database_->retrieve(ids, bytes_max, retrieved);
}
Result<void> RocksStore::commit(Batch const& batch, Committed& committed) {
  return database_->commit(batch, committed);
}
Result<Bookmark> RocksStore::list_since(Bookmark after, ListLimits limits,
                                        std::vector<OpEntry>& entries) {
  return database_->list_since(after, limits, entries);
}
Result<void> RocksStore::load_wants(std::vector<OpId>& wants) {
  return database_->load_wants(wants);
}

}  // namespace weir
