#include "weir/p2p/message.h"

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "weir/base/random.h"

namespace weir {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (int const value : values) text += static_cast<char>(value);
  return text;
}

OpId id_of(int value) {
  OpId id;
  std::memset(id.bytes.data(), value, op_id_bytes);
  return id;
}
std::string text_of(OpId const& id) {
  return {reinterpret_cast<char const*>(id.bytes.data()), op_id_bytes};
}
Op op_of(int id, std::string_view data, std::uint64_t created_at = 0) {
  return {.id = id_of(id), .created_at = created_at, .bytes = Bytes(data)};
}

template <class Message>
std::string written(Message const& message) {
  std::string text(size_of(message), '\0');
  write(message, std::as_writable_bytes(std::span(text)));
  return text;
}
template <class Message>
std::string framed(Message const& message, std::string_view space) {
  std::string text(size_in_frame(message, space), '\0');
  write_frame(message, space, std::as_writable_bytes(std::span(text)));
  return text;
}

// What a request or response holds.
std::vector<OpId> ids_in(Fields<IdField> const& fields) {
  std::vector<OpId> ids;
  for (IdField const& field : fields) ids.push_back(field.id);
  return ids;
}
std::string reason_of(std::string_view text) {
  Bytes const kept(text);
  Result<FetchMessage> const read = read_fetch(kept.view());
  return read.ok() ? "" : read.error().message;
}

// ---- G: codec tests. Ids are of 32 bytes here, as kitsune2's are in practice; the golden bytes of
// ---- ids of one byte are those of 32 with the lengths that follow from it.

TEST(MessageGolden, Request) {
  std::vector<OpId> const ids{id_of(0xaa)};
  std::string const golden = bytes({0x0a, 0x20}) + text_of(ids[0]);
  EXPECT_EQ(written(RequestToSend{.op_ids = ids}), golden);
}

TEST(MessageGolden, Response) {
  std::vector<Op> const ops{op_of(0xaa, "\xbb")};
  std::string const op = bytes({0x0a, 0x20}) + text_of(id_of(0xaa)) + bytes({0x12, 0x01, 0xbb});
  EXPECT_EQ(written(ResponseToSend{.ops = ops}), bytes({0x0a, 0x25}) + op);
}

TEST(MessageGolden, EnvelopeOfAModuleMessage) {
  Bytes const data("D");
  Bytes const space("S");
  Bytes const module(fetch_module);
  Envelope const envelope{.type = EnvelopeType::module,
                          .has_space = true,
                          .has_module = true,
                          .data = data.view(),
                          .space = space.view(),
                          .module = module.view()};
  EXPECT_EQ(written(envelope), bytes({0x08, 0x03, 0x12, 0x01, 'D', 0x1a, 0x01, 'S', 0x22, 0x05,
                                      0x46, 0x65, 0x74, 0x63, 0x68}));
}

TEST(MessageGolden, BothEnvelopesAroundARequest) {
  std::vector<OpId> const ids{id_of(0xaa)};
  std::string const request = bytes({0x0a, 0x20}) + text_of(ids[0]);
  std::string const fetch = bytes({0x08, 0x01, 0x12, 0x22}) + request;
  EXPECT_EQ(framed(RequestToSend{.op_ids = ids}, "S"),
            bytes({0x08, 0x03, 0x12, 0x26}) + fetch +
                bytes({0x1a, 0x01, 'S', 0x22, 0x05, 'F', 'e', 't', 'c', 'h'}));
}

TEST(MessageGolden, BothEnvelopesAroundAResponse) {
  std::vector<Op> const ops{op_of(0xaa, "\xbb")};
  std::string const op = bytes({0x0a, 0x20}) + text_of(id_of(0xaa)) + bytes({0x12, 0x01, 0xbb});
  std::string const fetch = bytes({0x08, 0x02, 0x12, 0x27, 0x0a, 0x25}) + op;
  EXPECT_EQ(framed(ResponseToSend{.ops = ops}, "S"),
            bytes({0x08, 0x03, 0x12, 0x2b}) + fetch +
                bytes({0x1a, 0x01, 'S', 0x22, 0x05, 'F', 'e', 't', 'c', 'h'}));
}

// G1, G3
TEST(Message, ARequestComesBackInItsOrder) {
  std::vector<OpId> const ids{id_of(3), id_of(1), id_of(2)};
  Bytes const frame(framed(RequestToSend{.op_ids = ids}, "space"));
  Envelope const envelope = read_envelope(frame.view()).value();
  EXPECT_EQ(envelope.type, EnvelopeType::module);
  EXPECT_EQ(envelope.module.text(), "Fetch");
  EXPECT_EQ(envelope.space.text(), "space");
  FetchMessage const message = read_fetch(envelope.data).value();
  ASSERT_EQ(message.index(), 0u);
  FetchRequest const& request = std::get<FetchRequest>(message);
  EXPECT_EQ(request.op_id_count, 3u);
  EXPECT_EQ(ids_in(request.op_ids()), ids);
  EXPECT_EQ(request.version, 0u);
}

// G2, G4, G5
TEST(Message, AResponseComesBackWithItsOps) {
  std::string const large(128, 'x');
  std::vector<Op> const ops{op_of(1, ""), op_of(2, "b"), op_of(3, large)};
  Bytes const frame(framed(ResponseToSend{.ops = ops}, "space"));
  FetchMessage const message = read_fetch(read_envelope(frame.view()).value().data).value();
  ASSERT_EQ(message.index(), 1u);
  FetchResponse const& response = std::get<FetchResponse>(message);
  EXPECT_EQ(response.op_count, 3u);
  std::size_t next = 0;
  for (OpField const& field : response.ops()) {
    EXPECT_EQ(field.id, ops[next].id);
    EXPECT_EQ(field.data.text(), ops[next].bytes.text());
    EXPECT_EQ(field.created_at, 0u);
    ++next;
  }
  EXPECT_EQ(next, 3u);
}

// G6
TEST(Message, AnEnvelopeWithoutOptionalFieldsIsShorter) {
  Bytes const data("data");
  Bytes const space("space");
  Bytes const module("module");
  Envelope const disconnect{.type = EnvelopeType::disconnect, .data = data.view()};
  Envelope const full{.type = EnvelopeType::module,
                      .has_space = true,
                      .has_module = true,
                      .data = data.view(),
                      .space = space.view(),
                      .module = module.view()};
  EXPECT_LT(written(disconnect).size(), written(full).size());
  Bytes const bytes_of_it(written(disconnect));
  Envelope const read = read_envelope(bytes_of_it.view()).value();
  EXPECT_EQ(read.type, EnvelopeType::disconnect);
  EXPECT_EQ(read.data.text(), "data");
  EXPECT_FALSE(read.has_space);
  EXPECT_FALSE(read.has_module);
}

TEST(Message, WhatWeirAddsComesBack) {
  std::vector<OpId> const ids{id_of(1)};
  std::vector<OpId> const cancelled{id_of(2), id_of(3)};
  Bytes const sent(written(RequestToSend{
      .op_ids = ids, .cancelled = cancelled, .credit = 1u << 20, .version = fetch_version}));
  FetchRequest const request = read_request(sent.view()).value();
  EXPECT_EQ(ids_in(request.op_ids()), ids);
  EXPECT_EQ(ids_in(request.cancelled()), cancelled);
  EXPECT_EQ(request.credit, 1u << 20);
  EXPECT_EQ(request.version, fetch_version);

  std::vector<Op> const ops{op_of(4, "four", 12345)};
  Bytes const answer(
      written(ResponseToSend{.ops = ops, .absent = cancelled, .version = fetch_version}));
  FetchResponse const response = read_response(answer.view()).value();
  EXPECT_EQ(ids_in(response.absent()), cancelled);
  EXPECT_EQ((*response.ops().begin()).created_at, 12345u);
}

TEST(Message, MalformedOnesSayWhy) {
  EXPECT_NE(reason_of("this is not a fetch message"), "");
  EXPECT_NE(reason_of(bytes({0x08, 0x03, 0x12, 0x02, 'o', 'p'})).find("unknown fetch message"),
            std::string::npos);
  EXPECT_NE(reason_of("").find("unknown fetch message"), std::string::npos);  // type 0
  EXPECT_NE(reason_of(bytes({0x08, 0x01, 0x12, 0x05, 0x0a, 0x20})).find("middle of a field"),
            std::string::npos);
  EXPECT_NE(reason_of(bytes({0x08, 0x01, 0x12, 0x03, 0x0a, 0x01, 0xaa})).find("32 bytes"),
            std::string::npos);
  EXPECT_NE(reason_of(bytes({0x0a, 0x01, 0x01})).find("another type"), std::string::npos);
}

TEST(Message, TooManyIdsAreMalformed) {
  std::vector<OpId> const most(message_ids_max, id_of(1));
  std::vector<OpId> const more(message_ids_max + 1, id_of(1));
  Bytes const fits(written(RequestToSend{.op_ids = most}));
  Bytes const too_many(written(RequestToSend{.op_ids = more}));
  EXPECT_TRUE(read_request(fits.view()).ok());
  EXPECT_FALSE(read_request(too_many.view()).ok());
}

TEST(Message, IsReadOrRefusedWhateverItsBytesAre) {
  Random random(3);
  std::vector<OpId> const ids{id_of(1), id_of(2)};
  std::vector<Op> const ops{op_of(1, "one"), op_of(2, "two")};
  std::string const valid[] = {framed(RequestToSend{.op_ids = ids, .cancelled = ids}, "space"),
                               framed(ResponseToSend{.ops = ops, .absent = ids}, "space")};
  for (int round = 0; round < 20'000; ++round) {
    std::string text = valid[random.below(2)];
    for (std::uint64_t n = random.below(4); n > 0; --n)
      text[random.below(text.size())] = static_cast<char>(random.below(256));
    text.resize(random.below(text.size()) + 1);
    Bytes const kept(text);
    Result<Envelope> envelope = read_envelope(kept.view());
    if (!envelope.ok()) continue;
    Result<FetchMessage> message = read_fetch(envelope->data);
    if (!message.ok()) continue;
    if (auto const* request = std::get_if<FetchRequest>(&*message)) {
      EXPECT_EQ(ids_in(request->op_ids()).size(), request->op_id_count);
      EXPECT_EQ(ids_in(request->cancelled()).size(), request->cancelled_count);
    } else {
      auto const& response = std::get<FetchResponse>(*message);
      std::uint32_t count = 0;
      for (OpField const& field : response.ops()) count += field.data.size() < text.size() ? 1 : 0;
      EXPECT_EQ(count, response.op_count);
    }
  }
}

}  // namespace
}  // namespace weir
