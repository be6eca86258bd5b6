#include "weir/p2p/message.h"

#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <string>

#include "weir/base/assert.h"

namespace weir {

namespace {

// Of K2Proto, and of K2FetchMessage, whose first two are the same.
constexpr std::uint32_t type_field = 1;
constexpr std::uint32_t data_field = 2;
constexpr std::uint32_t space_field = 3;
constexpr std::uint32_t module_field = 4;
// Of the messages within.
constexpr std::uint32_t items_field = 1;
constexpr std::uint32_t op_data_field = 2;
// What only Weir knows.
constexpr std::uint32_t more_ids_field = 16;  // cancelled, absent
constexpr std::uint32_t created_at_field = 16;
constexpr std::uint32_t credit_field = 17;
constexpr std::uint32_t version_field = 18;

constexpr std::uint64_t request_type = 1;
constexpr std::uint64_t response_type = 2;

// ---- reading

protozero::pbf_reader reader_of(View bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

View part_of(View whole, protozero::data_view part) {
  if (part.size() == 0) return whole.part(0, 0);
  auto const* const begin = reinterpret_cast<char const*>(whole.data());
  return whole.part(static_cast<std::uint32_t>(part.data() - begin),
                    static_cast<std::uint32_t>(part.size()));
}

// A field that has a type of its own for its number.
struct WrongType {};

View bytes_of(View message, protozero::pbf_reader& reader) {
  if (reader.wire_type() != protozero::pbf_wire_type::length_delimited) throw WrongType();
  return part_of(message, reader.get_view());
}
std::uint64_t number_of(protozero::pbf_reader& reader) {
  if (reader.wire_type() != protozero::pbf_wire_type::varint) throw WrongType();
  return reader.get_uint64();
}

Error malformed(char const* what, char const* why) {
  return {0, std::string("a ") + what + " is malformed: " + why};
}

// Calls on_field(reader) for each field of the message. Every exception of the reader ends here.
template <class OnField>
Result<void> read_fields(char const* what, View message, OnField on_field) {
  try {
    protozero::pbf_reader reader = reader_of(message);
    while (reader.next()) {
      if (char const* const why = on_field(reader)) return malformed(what, why);
    }
  } catch (protozero::end_of_buffer_exception const&) {
    return malformed(what, "it ends in the middle of a field");
  } catch (protozero::exception const&) {
    return malformed(what, "it is no protobuf message");
  } catch (WrongType const&) {
    return malformed(what, "a field has another type than its number says");
  }
  return {};
}

char const* check_id(View id) {
  return id.size() == op_id_bytes ? nullptr : "an op id has another size than 32 bytes";
}

// An op without an id is one with an empty one; without data, one without bytes.
char const* check_op(View op) {
  View id;
  Result<void> const read = read_fields("op", op, [&](protozero::pbf_reader& reader) {
    if (reader.tag() == items_field) id = bytes_of(op, reader);
    else if (reader.tag() == op_data_field) static_cast<void>(bytes_of(op, reader));
    else if (reader.tag() == created_at_field) static_cast<void>(number_of(reader));
    else reader.skip();
    return static_cast<char const*>(nullptr);
  });
  return read.ok() ? check_id(id) : "an op in it is no protobuf message";
}

char const* count_one_more(std::uint32_t& count) {
  return ++count <= message_ids_max ? nullptr : "it has more than 65536 ids";
}

// ---- writing

constexpr std::uint32_t varint_size(std::uint64_t number) {
  std::uint32_t size = 1;
  for (; number >= 0x80; number >>= 7) ++size;
  return size;
}
constexpr std::uint32_t tag_size(std::uint32_t field) { return field < 16 ? 1 : 2; }
constexpr std::uint64_t bytes_size(std::uint32_t field, std::uint64_t size) {
  return tag_size(field) + varint_size(size) + size;
}
// As proto3 does: 0 is left out.
constexpr std::uint64_t number_size(std::uint32_t field, std::uint64_t number) {
  return number == 0 ? 0 : tag_size(field) + varint_size(number);
}

std::uint32_t checked(std::uint64_t size) {
  WEIR_ASSERT(size <= 1u << 30);  // net takes no larger frame
  return static_cast<std::uint32_t>(size);
}

// Writes forwards into memory whose size was computed.
class Writer {
 public:
  explicit Writer(std::span<std::byte> to) : at_(to.data()), end_(to.data() + to.size()) {}
  ~Writer() { WEIR_ASSERT(at_ == end_); }

  void begin_bytes(std::uint32_t field, std::uint64_t size) {
    varint(std::uint64_t{field} << 3 | 2);
    varint(size);
  }
  void bytes(std::uint32_t field, void const* data, std::size_t size) {
    begin_bytes(field, size);
    raw(data, size);
  }
  void bytes(std::uint32_t field, View view) { bytes(field, view.data(), view.size()); }
  void text(std::uint32_t field, std::string_view text) { bytes(field, text.data(), text.size()); }
  void id(std::uint32_t field, OpId const& id) { bytes(field, id.bytes.data(), op_id_bytes); }
  void number(std::uint32_t field, std::uint64_t number) {
    if (number == 0) return;
    varint(std::uint64_t{field} << 3);
    varint(number);
  }
  // The next `size` bytes, for another writer.
  std::span<std::byte> take(std::uint32_t size) {
    WEIR_ASSERT(static_cast<std::size_t>(end_ - at_) >= size);
    std::byte* const begin = at_;
    at_ += size;
    return {begin, size};
  }

 private:
  void raw(void const* data, std::size_t size) {
    WEIR_ASSERT(static_cast<std::size_t>(end_ - at_) >= size);
    if (size > 0) std::memcpy(at_, data, size);
    at_ += size;
  }
  void varint(std::uint64_t number) {
    std::byte digits[10];
    std::size_t count = 0;
    for (; number >= 0x80; number >>= 7) digits[count++] = static_cast<std::byte>(number | 0x80);
    digits[count++] = static_cast<std::byte>(number);
    raw(digits, count);
  }

  std::byte* at_;
  std::byte* const end_;
};

std::uint64_t op_size(Op const& op, std::uint32_t version) {
  std::uint64_t size = bytes_size(items_field, op_id_bytes);
  if (!op.bytes.empty()) size += bytes_size(op_data_field, op.bytes.size());
  if (version > 0) size += number_size(created_at_field, op.created_at);
  return size;
}

void write_op(Writer& writer, Op const& op, std::uint32_t version) {
  writer.begin_bytes(items_field, op_size(op, version));
  writer.id(items_field, op.id);
  if (!op.bytes.empty()) writer.bytes(op_data_field, op.bytes.view());
  if (version > 0) writer.number(created_at_field, op.created_at);
}

// What stands around a request or response on its way: K2FetchMessage, and that in K2Proto.
struct Around {
  std::uint64_t type;
  std::uint32_t inner_size;
  std::string_view space;

  std::uint64_t fetch_size() const {
    // A message without fields is left out, as proto3 leaves out what is empty.
    return number_size(type_field, type) +
           (inner_size == 0 ? 0 : bytes_size(data_field, inner_size));
  }
  std::uint32_t frame_size() const {
    return checked(number_size(type_field, static_cast<std::uint64_t>(EnvelopeType::module)) +
                   bytes_size(data_field, fetch_size()) + bytes_size(space_field, space.size()) +
                   bytes_size(module_field, fetch_module.size()));
  }
  template <class WriteInner>
  void write(std::span<std::byte> to, WriteInner write_inner) const {
    Writer writer(to);
    writer.number(type_field, static_cast<std::uint64_t>(EnvelopeType::module));
    writer.begin_bytes(data_field, fetch_size());
    writer.number(type_field, type);
    if (inner_size > 0) writer.begin_bytes(data_field, inner_size);
    write_inner(writer.take(inner_size));
    writer.text(space_field, space);
    writer.text(module_field, fetch_module);
  }
};

}  // namespace

// ---- the envelope

Result<Envelope> read_envelope(View bytes) {
  Envelope envelope;
  Result<void> const read = read_fields("message", bytes, [&](protozero::pbf_reader& reader) {
    switch (reader.tag()) {
      case type_field: {
        std::uint64_t const type = number_of(reader);
        bool const known = type <= 3 || type == 15;  // others are read as unspecified
        envelope.type = known ? static_cast<EnvelopeType>(type) : EnvelopeType::unspecified;
        break;
      }
      case data_field:
        envelope.data = bytes_of(bytes, reader);
        break;
      case space_field:
        envelope.space = bytes_of(bytes, reader);
        envelope.has_space = true;
        break;
      case module_field:
        envelope.module = bytes_of(bytes, reader);
        envelope.has_module = true;
        break;
      default:
        reader.skip();
    }
    return static_cast<char const*>(nullptr);
  });
  if (!read.ok()) return read.error();
  return envelope;
}

std::uint32_t size_of(Envelope const& envelope) {
  std::uint64_t size = number_size(type_field, static_cast<std::uint64_t>(envelope.type));
  if (!envelope.data.empty()) size += bytes_size(data_field, envelope.data.size());
  if (envelope.has_space) size += bytes_size(space_field, envelope.space.size());
  if (envelope.has_module) size += bytes_size(module_field, envelope.module.size());
  return checked(size);
}

void write(Envelope const& envelope, std::span<std::byte> to) {
  Writer writer(to);
  writer.number(type_field, static_cast<std::uint64_t>(envelope.type));
  if (!envelope.data.empty()) writer.bytes(data_field, envelope.data);
  if (envelope.has_space) writer.bytes(space_field, envelope.space);
  if (envelope.has_module) writer.bytes(module_field, envelope.module);
}

// ---- what a message holds

bool FieldCursor::next(View& field) {
  protozero::pbf_reader reader = reader_of(rest_);
  while (reader.next()) {
    if (reader.tag() != number_) {
      reader.skip();
      continue;
    }
    field = part_of(rest_, reader.get_view());
    rest_ = part_of(rest_, reader.data());
    return true;
  }
  rest_ = {};
  return false;
}

IdField IdField::of_field(View field) { return {*OpId::of(field.span())}; }

OpField OpField::of_field(View field) {
  OpField op;
  protozero::pbf_reader reader = reader_of(field);
  while (reader.next()) {
    if (reader.tag() == items_field) op.id = *OpId::of(part_of(field, reader.get_view()).span());
    else if (reader.tag() == op_data_field) op.data = part_of(field, reader.get_view());
    else if (reader.tag() == created_at_field) op.created_at = reader.get_uint64();
    else reader.skip();
  }
  return op;
}

// ---- requests and responses

Result<FetchRequest> read_request(View bytes) {
  FetchRequest request{.message = bytes};
  auto const on_field = [&](protozero::pbf_reader& reader) -> char const* {
    switch (reader.tag()) {
      case items_field:
        if (char const* const why = check_id(bytes_of(bytes, reader))) return why;
        return count_one_more(request.op_id_count);
      case more_ids_field:
        if (char const* const why = check_id(bytes_of(bytes, reader))) return why;
        return count_one_more(request.cancelled_count);
      case credit_field:
        request.credit = number_of(reader);
        return nullptr;
      case version_field:
        request.version = static_cast<std::uint32_t>(number_of(reader));
        return nullptr;
      default:
        reader.skip();
        return nullptr;
    }
  };
  Result<void> const read = read_fields("fetch request", bytes, on_field);
  if (!read.ok()) return read.error();
  return request;
}

Result<FetchResponse> read_response(View bytes) {
  FetchResponse response{.message = bytes};
  auto const on_field = [&](protozero::pbf_reader& reader) -> char const* {
    switch (reader.tag()) {
      case items_field:
        if (char const* const why = check_op(bytes_of(bytes, reader))) return why;
        return count_one_more(response.op_count);
      case more_ids_field:
        if (char const* const why = check_id(bytes_of(bytes, reader))) return why;
        return count_one_more(response.absent_count);
      case version_field:
        response.version = static_cast<std::uint32_t>(number_of(reader));
        return nullptr;
      default:
        reader.skip();
        return nullptr;
    }
  };
  Result<void> const read = read_fields("fetch response", bytes, on_field);
  if (!read.ok()) return read.error();
  return response;
}

Result<FetchMessage> read_fetch(View data) {
  std::uint64_t type = 0;
  View inner = data.part(0, 0);
  Result<void> const read = read_fields("fetch message", data, [&](protozero::pbf_reader& reader) {
    if (reader.tag() == type_field) type = number_of(reader);
    else if (reader.tag() == data_field) inner = bytes_of(data, reader);
    else reader.skip();
    return static_cast<char const*>(nullptr);
  });
  if (!read.ok()) return read.error();
  if (type == request_type) {
    Result<FetchRequest> request = read_request(inner);
    if (!request.ok()) return request.error();
    return FetchMessage(*request);
  }
  if (type == response_type) {
    Result<FetchResponse> response = read_response(inner);
    if (!response.ok()) return response.error();
    return FetchMessage(*response);
  }
  return malformed("fetch message", "unknown fetch message");
}

// ---- writing

std::uint32_t size_of(RequestToSend const& request) {
  std::uint64_t const ids = request.op_ids.size() * bytes_size(items_field, op_id_bytes) +
                            request.cancelled.size() * bytes_size(more_ids_field, op_id_bytes);
  return checked(ids + number_size(credit_field, request.credit) +
                 number_size(version_field, request.version));
}

std::uint32_t size_of(ResponseToSend const& response) {
  std::uint64_t size = number_size(version_field, response.version) +
                       response.absent.size() * bytes_size(more_ids_field, op_id_bytes);
  for (Op const& op : response.ops) size += bytes_size(items_field, op_size(op, response.version));
  return checked(size);
}

std::uint64_t size_in_response(Op const& op) {
  return bytes_size(items_field, op_size(op, fetch_version));
}

void write(RequestToSend const& request, std::span<std::byte> to) {
  Writer writer(to);
  for (OpId const& id : request.op_ids) writer.id(items_field, id);
  for (OpId const& id : request.cancelled) writer.id(more_ids_field, id);
  writer.number(credit_field, request.credit);
  writer.number(version_field, request.version);
}

void write(ResponseToSend const& response, std::span<std::byte> to) {
  Writer writer(to);
  for (Op const& op : response.ops) write_op(writer, op, response.version);
  for (OpId const& id : response.absent) writer.id(more_ids_field, id);
  writer.number(version_field, response.version);
}

std::uint32_t size_in_frame(RequestToSend const& request, std::string_view space) {
  return Around{request_type, size_of(request), space}.frame_size();
}
std::uint32_t size_in_frame(ResponseToSend const& response, std::string_view space) {
  return Around{response_type, size_of(response), space}.frame_size();
}
void write_frame(RequestToSend const& request, std::string_view space, std::span<std::byte> to) {
  Around{request_type, size_of(request), space}.write(
      to, [&](std::span<std::byte> inner) { write(request, inner); });
}
void write_frame(ResponseToSend const& response, std::string_view space, std::span<std::byte> to) {
  Around{response_type, size_of(response), space}.write(
      to, [&](std::span<std::byte> inner) { write(response, inner); });
}

}  // namespace weir
