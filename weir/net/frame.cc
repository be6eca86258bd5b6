#include "weir/net/frame.h"

#include <cstdlib>
#include <new>

namespace weir {

namespace {

// The first memory of a frame in pieces; a frame that is smaller takes what it needs.
constexpr std::uint32_t assembly_bytes_first = 4096;
// What a custom framing is shown at least in addition when a frame comes in pieces.
constexpr std::uint32_t custom_look_bytes_min = 64;

void free_frame_storage(Storage& storage) { std::free(&static_cast<FrameStorage&>(storage)); }

}  // namespace

FrameStorage& FrameStorage::allocate(std::uint32_t capacity) {
  void* const memory = std::malloc(sizeof(FrameStorage) + capacity);
  if (memory == nullptr) throw std::bad_alloc();
  auto* const storage = new (memory) FrameStorage;
  storage->references = 1;
  storage->give_back = free_frame_storage;
  storage->capacity = capacity;
  return *storage;
}

FrameStorage* FrameStorage::from(Storage& storage) {
  if (storage.give_back != free_frame_storage) return nullptr;
  return static_cast<FrameStorage*>(&storage);
}

FrameDecoder::FrameDecoder(FrameDecoder&& other) noexcept
    : framing_(other.framing_), frame_bytes_max_(other.frame_bytes_max_), custom_(nullptr) {
  *this = std::move(other);
}

FrameDecoder& FrameDecoder::operator=(FrameDecoder&& other) noexcept {
  std::swap(framing_, other.framing_);
  std::swap(hungry_, other.hungry_);
  std::swap(frame_bytes_max_, other.frame_bytes_max_);
  std::swap(segment_, other.segment_);
  std::swap(scanned_, other.scanned_);
  std::swap(assembly_size_, other.assembly_size_);
  std::swap(assembly_, other.assembly_);
  std::swap(custom_, other.custom_);
  std::swap(extent_, other.extent_);
  return *this;
}

void FrameDecoder::feed(Buffer bytes) {
  WEIR_ASSERT(hungry_);
  if (bytes.empty()) return;
  WEIR_ASSERT(bytes.storage() != nullptr);
  WEIR_ASSERT(segment_.empty() || assembly_ == nullptr);
  hungry_ = false;
  if (segment_.empty()) {
    segment_ = std::move(bytes);
    return;
  }
  // Pool buffers lie side by side: adjacent bytes belong together only if one storage owns both.
  bool const continues =
      segment_.storage() == bytes.storage() && segment_.data() + segment_.size() == bytes.data();
  if (continues) {
    Storage& storage = *segment_.storage();
    storage.retain();
    segment_ = Buffer(segment_.data(), segment_.size() + bytes.size(), storage);
    return;
  }
  append_to_assembly(segment_.size(), announced());
  segment_ = std::move(bytes);
}

std::uint64_t FrameDecoder::owned_bytes() const {
  std::uint64_t bytes = assembly_ == nullptr ? 0 : assembly_->capacity;
  if (!segment_.empty() && !segment_.storage()->pooled) bytes += segment_.size();
  return bytes;
}

bool FrameDecoder::must_grow() const {
  if (assembly_ == nullptr) return false;
  if (framing_ == Framing::lines) return assembly_->capacity > assembly_bytes_first;
  if (framing_ == Framing::custom) {
    return extent_.kind == FrameExtent::Kind::known ? extent_.size > assembly_->capacity
                                                    : assembly_->capacity > assembly_bytes_first;
  }
  if (assembly_size_ < length_header_bytes) return false;
  return length_header_bytes + read_length_header(assembly_->bytes()) > assembly_->capacity;
}

std::uint32_t FrameDecoder::own() {
  if (!holds_pool_memory()) return 0;
  std::uint32_t const size = segment_.size();
  if (hungry_) {
    append_to_assembly(size, announced());
    return size;
  }
  // Whole frames wait in it for the budget of a later tick, perhaps behind an assembly.
  FrameStorage& storage = FrameStorage::allocate(size);
  std::memcpy(storage.bytes(), segment_.data(), size);
  segment_ = Buffer(storage.bytes(), size, storage);
  return size;
}

void FrameDecoder::clear() {
  segment_ = Buffer();
  if (assembly_ != nullptr) release_assembly();
  scanned_ = 0;
  extent_ = {};
  hungry_ = true;
}

// ---- assembling ---------------------------------------------------------------------------------

bool FrameDecoder::fill(Decoded& decoded) {
  WEIR_ASSERT(assembly_ != nullptr);
  decoded = Decoded::hungry;
  if (framing_ == Framing::custom) return fill_custom(decoded);
  return framing_ == Framing::lines ? fill_line(decoded) : fill_length_prefixed(decoded);
}

bool FrameDecoder::fill_length_prefixed(Decoded& decoded) {
  if (assembly_size_ < length_header_bytes) {
    append_to_assembly(std::min(segment_.size(), length_header_bytes - assembly_size_), 0);
    if (assembly_size_ < length_header_bytes) return false;
  }
  std::uint32_t const size = read_length_header(assembly_->bytes());
  if (size > frame_bytes_max_) {
    decoded = Decoded::frame_too_large;
    return false;
  }
  std::uint32_t const whole = length_header_bytes + size;
  WEIR_ASSERT(assembly_size_ <= whole);
  append_to_assembly(std::min(segment_.size(), whole - assembly_size_), whole);
  return assembly_size_ == whole;
}

bool FrameDecoder::fill_line(Decoded& decoded) {
  if (segment_.empty()) return false;
  void* const found = std::memchr(segment_.data(), '\n', segment_.size());
  auto const size =
      found == nullptr
          ? segment_.size()
          : static_cast<std::uint32_t>(static_cast<std::byte*>(found) - segment_.data());
  if (std::uint64_t{assembly_size_} + size > frame_bytes_max_) {
    decoded = Decoded::frame_too_large;
    return false;
  }
  append_to_assembly(found == nullptr ? size : size + 1, 0);
  return found != nullptr;
}

// What the custom framing says of the frame that begins there: extent_, if the answer is `hungry`.
// It is not asked while it is known that more must come, and once more when all is there, so that
// it sees the end, too.
Decoded FrameDecoder::measure(std::byte const* begun, std::uint32_t size) {
  FrameExtent const before = extent_;
  bool const was_known = before.kind == FrameExtent::Kind::known;
  if (was_known && (before.size > size || scanned_ >= before.size)) return Decoded::hungry;
  WEIR_ASSERT(scanned_ <= size);
  extent_ = custom_->measure({begun, size}, was_known ? 0 : scanned_);
  scanned_ = size;
  if (was_known && extent_ != before) return Decoded::malformed;
  switch (extent_.kind) {
    case FrameExtent::Kind::unknown:
      return size > frame_bytes_max_ ? Decoded::frame_too_large : Decoded::hungry;
    case FrameExtent::Kind::known: {
      std::uint64_t const end = std::uint64_t{extent_.payload_at} + extent_.payload_size;
      if (extent_.size == 0 || end > extent_.size) return Decoded::malformed;
      return extent_.size > frame_bytes_max_ ? Decoded::frame_too_large : Decoded::hungry;
    }
    case FrameExtent::Kind::malformed:
      break;
  }
  return Decoded::malformed;
}

// As long as nobody knows where the frame ends its framing is shown some more of it, and what is
// too much is not taken: each time at most as much as there was, so all of it is copied twice at
// most.
bool FrameDecoder::fill_custom(Decoded& decoded) {
  decoded = measure(assembly_->bytes(), assembly_size_);
  while (decoded == Decoded::hungry && extent_.kind == FrameExtent::Kind::unknown) {
    if (segment_.empty()) return false;
    std::uint32_t const before = assembly_size_;
    std::uint32_t const step = std::min(segment_.size(), std::max(before, custom_look_bytes_min));
    copy_to_assembly(step, 0);
    decoded = measure(assembly_->bytes(), assembly_size_);
    bool const ends = extent_.kind == FrameExtent::Kind::known && extent_.size > before;
    std::uint32_t const taken = ends ? std::min(step, extent_.size - before) : step;
    assembly_size_ = before + taken;
    std::uint32_t const scanned = std::min(scanned_, assembly_size_);
    skip(taken);
    scanned_ = scanned;
  }
  // One that ends in what was too little to tell contradicts itself.
  if (decoded == Decoded::hungry && extent_.size < assembly_size_) decoded = Decoded::malformed;
  if (decoded != Decoded::hungry) return false;
  std::uint32_t const scanned = scanned_;
  append_to_assembly(std::min(segment_.size(), extent_.size - assembly_size_), extent_.size);
  scanned_ = scanned;
  if (assembly_size_ < extent_.size) return false;
  decoded = measure(assembly_->bytes(), assembly_size_);
  return decoded == Decoded::hungry;
}

// The size of the frame that the segment begins with, header and all; 0 if it does not say.
std::uint32_t FrameDecoder::announced() const {
  if (extent_.kind == FrameExtent::Kind::known) return extent_.size;
  if (framing_ != Framing::length_prefixed || assembly_ != nullptr) return 0;
  if (segment_.size() < length_header_bytes) return 0;
  return length_header_bytes + read_length_header(segment_.data());
}

// Moves the first `size` bytes of the segment. `announced`: the size of the whole frame, 0 if
// unknown.
void FrameDecoder::append_to_assembly(std::uint32_t size, std::uint32_t announced) {
  copy_to_assembly(size, announced);
  skip(size);
}

// The same, but the segment keeps them.
void FrameDecoder::copy_to_assembly(std::uint32_t size, std::uint32_t announced) {
  WEIR_ASSERT(size <= segment_.size());
  std::uint32_t const wanted = assembly_size_ + size;
  std::uint32_t const capacity = assembly_ == nullptr ? 0 : assembly_->capacity;
  if (wanted > capacity || assembly_ == nullptr) {
    std::uint32_t grown = std::max(assembly_bytes_first, 2 * wanted);
    if (announced > 0) grown = std::min(grown, announced);
    WEIR_ASSERT(grown >= wanted);
    FrameStorage& storage = FrameStorage::allocate(grown);
    if (assembly_ != nullptr) {
      std::memcpy(storage.bytes(), assembly_->bytes(), assembly_size_);
      assembly_->release();
    }
    assembly_ = &storage;
  }
  if (size > 0) std::memcpy(assembly_->bytes() + assembly_size_, segment_.data(), size);
  assembly_size_ = wanted;
}

View FrameDecoder::assembled() const {
  WEIR_ASSERT(assembly_ != nullptr);
  std::byte* const bytes = assembly_->bytes();
  if (framing_ == Framing::length_prefixed) {
    return View(bytes + length_header_bytes, assembly_size_ - length_header_bytes, assembly_,
                length_header_bytes);
  }
  if (framing_ == Framing::custom)
    return View(bytes + extent_.payload_at, extent_.payload_size, assembly_);
  WEIR_ASSERT(framing_ == Framing::lines);
  std::uint32_t const size = assembly_size_ - 1;
  WEIR_ASSERT(bytes[size] == std::byte{'\n'});
  std::uint32_t const returned = size > 0 && bytes[size - 1] == std::byte{'\r'} ? 1 : 0;
  return View(bytes, size - returned, assembly_);
}

void FrameDecoder::release_assembly() {
  WEIR_ASSERT(assembly_ != nullptr);
  assembly_->release();
  assembly_ = nullptr;
  assembly_size_ = 0;
  scanned_ = 0;
  extent_ = {};
}

void FrameDecoder::skip(std::uint32_t size) {
  if (size == 0) return;
  WEIR_ASSERT(size <= segment_.size());
  scanned_ = 0;
  std::uint32_t const left = segment_.size() - size;
  if (left == 0) {
    segment_ = Buffer();
    return;
  }
  Storage& storage = *segment_.storage();
  storage.retain();
  segment_ = Buffer(segment_.data() + size, left, storage);
}

}  // namespace weir
