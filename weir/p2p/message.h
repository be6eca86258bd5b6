// What peers say to each other about ops: kitsune2's protobuf messages, byte for byte.
//
//   K2Proto         type = 1 (MODULE 3)  data = 2  space_id = 3  module_id = 4 ("Fetch")
//   K2FetchMessage  type = 1 (REQUEST 1, RESPONSE 2)  data = 2
//   FetchRequest    op_ids = 1 repeated
//   FetchResponse   ops = 1 repeated { op_id = 1, data = 2 }
//
// What Weir adds are fields that a kitsune2 decoder skips, in the same messages:
//
//   FetchRequest    cancelled = 16 repeated: ids that need not be answered any more
//                   credit = 17: how many bytes of ops may be sent in all, since the connection
//                   began version = 18
//   FetchResponse   absent = 16 repeated: ids that were asked for and are not held
//                   version = 18
//   Op              created_at = 16: microseconds since 1970
//
// Reading copies nothing: what a message holds are views into its frame. A message is checked as a
// whole before anything of it is looked at; a malformed one is one sentence, never anything worse.
// Writing computes all lengths first and then fills one block of memory.
//
// Ids have 32 bytes. Groups, which protobuf itself has given up, are malformed here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "weir/base/bytes.h"
#include "weir/base/result.h"
#include "weir/base/slice.h"
#include "weir/store/op.h"

namespace weir {

inline constexpr std::string_view fetch_module = "Fetch";
// What a peer that knows the fields above says of itself.
inline constexpr std::uint32_t fetch_version = 1;
// More ids in one message are malformed.
inline constexpr std::uint32_t message_ids_max = 65'536;

// ---- the envelope

enum class EnvelopeType : std::uint8_t {
  unspecified = 0,
  preflight = 1,
  notify = 2,
  module = 3,
  disconnect = 15,
};

struct Envelope {
  static constexpr bool borrows = true;

  EnvelopeType type = EnvelopeType::unspecified;
  bool has_space = false;
  bool has_module = false;
  View data{};
  View space{};
  View module{};
};

Result<Envelope> read_envelope(View bytes);
std::uint32_t size_of(Envelope const& envelope);
void write(Envelope const& envelope, std::span<std::byte> to);

// ---- what a message holds

// Goes through the length-delimited fields with one number, of a message that has been checked.
class FieldCursor {
 public:
  FieldCursor() = default;
  FieldCursor(View message, std::uint32_t number) : rest_(message), number_(number) {}
  // False at the end.
  bool next(View& field);

 private:
  View rest_;
  std::uint32_t number_ = 0;
};

struct FieldsEnd {};

// A range of T over such fields; T::of(View) makes one.
template <class T>
class Fields {
 public:
  class Iterator {
   public:
    explicit Iterator(FieldCursor cursor) : cursor_(cursor) { ++*this; }
    T operator*() const { return T::of_field(field_); }
    Iterator& operator++() {
      there_ = cursor_.next(field_);
      return *this;
    }
    friend bool operator==(Iterator const& a, FieldsEnd) { return !a.there_; }

   private:
    FieldCursor cursor_;
    View field_;
    bool there_ = false;
  };

  Fields() = default;
  Fields(View message, std::uint32_t number) : cursor_(message, number) {}
  Iterator begin() const { return Iterator(cursor_); }
  FieldsEnd end() const { return {}; }

 private:
  FieldCursor cursor_;
};

struct IdField {
  OpId id;
  static IdField of_field(View field);
};

// An op as it lies in a frame.
struct OpField {
  static constexpr bool borrows = true;

  OpId id;
  std::uint64_t created_at = 0;
  View data{};
  static OpField of_field(View field);
};

// ---- requests and responses

struct FetchRequest {
  static constexpr bool borrows = true;

  View message{};
  std::uint32_t op_id_count = 0;
  std::uint32_t cancelled_count = 0;
  std::uint64_t credit = 0;   // 0: it says nothing of credit
  std::uint32_t version = 0;  // 0: a kitsune2 peer

  Fields<IdField> op_ids() const { return {message, 1}; }
  Fields<IdField> cancelled() const { return {message, 16}; }
};

struct FetchResponse {
  static constexpr bool borrows = true;

  View message{};
  std::uint32_t op_count = 0;
  std::uint32_t absent_count = 0;
  std::uint32_t version = 0;

  Fields<OpField> ops() const { return {message, 1}; }
  Fields<IdField> absent() const { return {message, 16}; }
};

using FetchMessage = std::variant<FetchRequest, FetchResponse>;

// `data` of an envelope for module "Fetch".
Result<FetchMessage> read_fetch(View data);

// The inner messages by themselves.
Result<FetchRequest> read_request(View bytes);
Result<FetchResponse> read_response(View bytes);

// ---- writing

// What is referred to outlives the writing.
struct RequestToSend {
  Slice<OpId const> op_ids{};
  Slice<OpId const> cancelled{};
  std::uint64_t credit = 0;
  std::uint32_t version = 0;
};
struct ResponseToSend {
  Slice<Op const> ops{};
  Slice<OpId const> absent{};
  std::uint32_t version = 0;  // 0: created_at is left out, too
};

std::uint32_t size_of(RequestToSend const& request);
std::uint32_t size_of(ResponseToSend const& response);
// What an op adds to a response, at most.
std::uint64_t size_in_response(Op const& op);
void write(RequestToSend const& request, std::span<std::byte> to);
void write(ResponseToSend const& response, std::span<std::byte> to);

// With both envelopes around it, for `space`: what is sent as a frame.
std::uint32_t size_in_frame(RequestToSend const& request, std::string_view space);
std::uint32_t size_in_frame(ResponseToSend const& response, std::string_view space);
void write_frame(RequestToSend const& request, std::string_view space, std::span<std::byte> to);
void write_frame(ResponseToSend const& response, std::string_view space, std::span<std::byte> to);

}  // namespace weir
