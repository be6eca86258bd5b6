// Our messages beside libprotobuf's: what one writes the other reads, and the bytes are the same.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kitsune2.pb.h"
#include "weir/base/random.h"
#include "weir/p2p/message.h"

namespace weir {
namespace {

template <class Message>
std::string framed(Message const& message, std::string_view space) {
  std::string text(size_in_frame(message, space), '\0');
  write_frame(message, space, std::as_writable_bytes(std::span(text)));
  return text;
}

OpId random_id(Random& random) {
  OpId id;
  for (std::byte& byte : id.bytes) byte = static_cast<std::byte>(random.below(256));
  return id;
}
std::string text_of(OpId const& id) {
  return {reinterpret_cast<char const*>(id.bytes.data()), op_id_bytes};
}
std::string random_text(Random& random, std::uint64_t size_max) {
  std::string text(random.below(size_max + 1), '\0');
  for (char& c : text) c = static_cast<char>(random.below(256));
  return text;
}

// As kitsune2 nests them.
std::string wrapped(kitsune2::K2FetchMessage::Type type, std::string const& inner,
                    std::string const& space) {
  kitsune2::K2FetchMessage fetch;
  fetch.set_fetch_message_type(type);
  fetch.set_data(inner);
  kitsune2::K2Proto proto;
  proto.set_ty(kitsune2::K2Proto::MODULE);
  proto.set_data(fetch.SerializeAsString());
  proto.set_space_id(space);
  proto.set_module_id("Fetch");
  return proto.SerializeAsString();
}

class MessageOracle : public testing::TestWithParam<std::uint64_t> {
 protected:
  MessageOracle() { SCOPED_TRACE(GetParam()); }
  Random random{GetParam()};
};

TEST_P(MessageOracle, RequestsHaveTheSameBytes) {
  std::string const space = random_text(random, 40);
  std::vector<OpId> ids(random.below(20));
  kitsune2::FetchRequest request;
  for (OpId& id : ids) {
    id = random_id(random);
    request.add_op_ids(text_of(id));
  }
  std::string const ours = framed(RequestToSend{.op_ids = ids}, space);
  EXPECT_EQ(ours, wrapped(kitsune2::K2FetchMessage::REQUEST, request.SerializeAsString(), space));
}

TEST_P(MessageOracle, ResponsesHaveTheSameBytes) {
  std::string const space = random_text(random, 40);
  std::vector<Op> ops(random.below(8));
  kitsune2::FetchResponse response;
  for (Op& op : ops) {
    std::string const data = random_text(random, 1u << random.below(16));
    op = {.id = random_id(random), .created_at = 5, .bytes = Bytes(data)};
    auto* const theirs = response.add_ops();
    theirs->set_op_id(text_of(op.id));
    theirs->set_data(data);
  }
  std::string const ours = framed(ResponseToSend{.ops = ops}, space);
  EXPECT_EQ(ours, wrapped(kitsune2::K2FetchMessage::RESPONSE, response.SerializeAsString(), space));
}

// What only Weir knows is skipped by others: they read the same ids and ops.
TEST_P(MessageOracle, ADecoderOfKitsune2SkipsWhatWeirAdds) {
  std::vector<OpId> ids(1 + random.below(5));
  for (OpId& id : ids) id = random_id(random);
  std::vector<Op> const ops{{.id = random_id(random), .created_at = 77, .bytes = Bytes("bytes")}};
  kitsune2::K2Proto proto;
  ASSERT_TRUE(proto.ParseFromString(framed(
      RequestToSend{.op_ids = ids, .cancelled = ids, .credit = 9, .version = fetch_version}, "s")));
  kitsune2::K2FetchMessage fetch;
  ASSERT_TRUE(fetch.ParseFromString(proto.data()));
  EXPECT_EQ(fetch.fetch_message_type(), kitsune2::K2FetchMessage::REQUEST);
  kitsune2::FetchRequest request;
  ASSERT_TRUE(request.ParseFromString(fetch.data()));
  ASSERT_EQ(static_cast<std::size_t>(request.op_ids_size()), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    EXPECT_EQ(request.op_ids(static_cast<int>(i)), text_of(ids[i]));

  ASSERT_TRUE(proto.ParseFromString(
      framed(ResponseToSend{.ops = ops, .absent = ids, .version = fetch_version}, "s")));
  ASSERT_TRUE(fetch.ParseFromString(proto.data()));
  kitsune2::FetchResponse response;
  ASSERT_TRUE(response.ParseFromString(fetch.data()));
  ASSERT_EQ(response.ops_size(), 1);
  EXPECT_EQ(response.ops(0).op_id(), text_of(ops[0].id));
  EXPECT_EQ(response.ops(0).data(), "bytes");
}

INSTANTIATE_TEST_SUITE_P(Seeds, MessageOracle, testing::Range<std::uint64_t>(1, 200));

}  // namespace
}  // namespace weir
