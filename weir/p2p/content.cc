#include "weir/p2p/content.h"

#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "weir/base/assert.h"

namespace weir {

namespace {

enum Field : std::uint32_t {
  kind_field = 1,
  created_at_field,
  name_field,
  mode_field,
  size_field,
  digest_field,
  data_field,
  parts_field
};
constexpr std::uint32_t mode_mask = 07777;

Error no_content(std::string const& reason) {
  return {0, "the op holds no content of a node: " + reason};
}

// One that says something about a field; it ends in read_content().
struct BadField {
  char const* reason;
};

void require(bool condition, char const* reason) {
  if (!condition) throw BadField{reason};
}

std::span<std::byte const> span_of(protozero::data_view view) {
  return std::as_bytes(std::span(view.data(), view.size()));
}

std::uint64_t number_of(protozero::pbf_reader& reader) {
  require(reader.wire_type() == protozero::pbf_wire_type::varint, "a number has another type");
  return reader.get_uint64();
}

std::span<std::byte const> bytes_of(protozero::pbf_reader& reader) {
  require(reader.wire_type() == protozero::pbf_wire_type::length_delimited,
          "bytes have another type");
  return span_of(reader.get_view());
}

void read_field(protozero::pbf_reader& reader, Content& content) {
  switch (reader.tag()) {
    case kind_field: {
      std::uint64_t const kind = number_of(reader);
      require(kind >= 1 && kind <= static_cast<std::uint64_t>(ContentKind::tree),
              "its kind is unknown");
      content.kind = static_cast<ContentKind>(kind);
      break;
    }
    case created_at_field:
      require(reader.wire_type() == protozero::pbf_wire_type::fixed64, "its time has another type");
      content.created_at = reader.get_fixed64();
      break;
    case name_field: {
      std::span<std::byte const> const name = bytes_of(reader);
      require(name.size() <= content_name_bytes_max, "its name is too long");
      content.name.assign(reinterpret_cast<char const*>(name.data()), name.size());
      break;
    }
    case mode_field:
      content.mode = static_cast<std::uint32_t>(number_of(reader)) & mode_mask;
      break;
    case size_field:
      content.size = number_of(reader);
      break;
    case digest_field: {
      std::span<std::byte const> const digest = bytes_of(reader);
      require(digest.size() == content.digest.size(), "its digest has not 32 bytes");
      std::memcpy(content.digest.data(), digest.data(), digest.size());
      break;
    }
    case data_field:
      content.data = bytes_of(reader);
      break;
    case parts_field: {
      std::optional<OpId> const id = OpId::of(bytes_of(reader));
      require(id.has_value(), "the id of a part has not 32 bytes");
      require(content.parts.size() < content_parts_max, "it has too many parts");
      content.parts.push_back(*id);
      break;
    }
    default:
      reader.skip();
  }
}

// What its kind promises of the other fields.
void check(Content const& content) {
  bool const is_named = content.kind == ContentKind::file || content.kind == ContentKind::tree;
  require(is_named ? is_safe_path(content.name) : content.name.empty(),
          "its name is no path that may be created");
  if (content.kind != ContentKind::file) {
    require(content.kind == ContentKind::tree ? content.data.empty() : content.parts.empty(),
            "it has both bytes and parts");
  } else if (content.parts.empty()) {
    require(content.size == content.data.size(), "its size is not that of its bytes");
  } else {
    std::uint64_t const count = (content.size + chunk_bytes - 1) / chunk_bytes;
    require(content.data.empty(), "it has both bytes and parts");
    require(count == content.parts.size(), "its size is not that of its chunks");
  }
}

}  // namespace

std::string_view text(ContentKind kind) {
  switch (kind) {
    case ContentKind::blob:
      return "blob";
    case ContentKind::chunk:
      return "chunk";
    case ContentKind::file:
      return "file";
    case ContentKind::tree:
      return "tree";
  }
  WEIR_ASSERT(false);
  return {};
}

std::uint64_t Content::shown_size() const {
  if (kind == ContentKind::file) return size;
  return kind == ContentKind::tree ? parts.size() : data.size();
}

bool is_safe_path(std::string_view path) {
  if (path.empty() || path.size() > content_name_bytes_max) return false;
  if (path.find('\0') != std::string_view::npos) return false;
  while (true) {
    std::size_t const slash = path.find('/');
    std::string_view const part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

Op make_op(Content const& content, Sha256& hasher) {
  std::string written;
  protozero::pbf_writer writer(written);
  writer.add_enum(kind_field, static_cast<std::int32_t>(content.kind));
  writer.add_fixed64(created_at_field, content.created_at);
  if (!content.name.empty()) writer.add_string(name_field, content.name);
  if (content.mode != 0) writer.add_uint32(mode_field, content.mode);
  if (content.size != 0) writer.add_uint64(size_field, content.size);
  auto const add = [&](std::uint32_t field, std::span<std::byte const> bytes) {
    writer.add_bytes(field, reinterpret_cast<char const*>(bytes.data()), bytes.size());
  };
  if (content.kind == ContentKind::file && !content.parts.empty())
    add(digest_field, content.digest);
  if (!content.data.empty()) add(data_field, content.data);
  for (OpId const& id : content.parts) add(parts_field, id.bytes);
  std::span const bytes = std::as_bytes(std::span(written.data(), written.size()));
  WEIR_ASSERT(bytes.size() <= op_bytes_max);
  Op op;
  op.id.bytes = hasher.of(bytes);
  op.created_at = content.created_at;
  op.bytes = Bytes(std::string_view(written));
  return op;
}

Result<Content> read_content(std::span<std::byte const> bytes) {
  Content content;
  try {
    protozero::pbf_reader reader(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    std::uint32_t seen = 0;
    while (reader.next()) {
      if (reader.tag() < parts_field) {
        require((seen & 1u << reader.tag()) == 0, "a field is there twice");
        seen |= 1u << reader.tag();
      }
      read_field(reader, content);
    }
    require((seen & 1u << kind_field) != 0, "it does not say what it is");
    require((seen & 1u << created_at_field) != 0, "it does not say when it was made");
    check(content);
  } catch (protozero::exception const& exception) {
    return no_content(exception.what());
  } catch (BadField const& bad) {
    return no_content(bad.reason);
  }
  return content;
}

std::optional<std::uint64_t> created_at_of(std::span<std::byte const> bytes) {
  try {
    protozero::pbf_reader reader(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    while (reader.next()) {
      bool const is_time = reader.tag() == created_at_field &&
                           reader.wire_type() == protozero::pbf_wire_type::fixed64;
      if (is_time) return reader.get_fixed64();
      reader.skip();
    }
  } catch (protozero::exception const&) {}
  return std::nullopt;
}

}  // namespace weir
