#include "weir/p2p/content.h"

#include <gtest/gtest.h>

#include <map>

#include "weir/base/random.h"
#include "weir/p2p/split.h"

namespace weir {
namespace {

std::span<std::byte const> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::span<std::byte const> bytes_of(Op const& op) { return {op.bytes.data(), op.bytes.size()}; }

std::string why_not(std::string_view bytes) {
  Result<Content> const read = read_content(bytes_of(bytes));
  return read.ok() ? "it is content" : read.error().message;
}

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::string bytes(size, ' ');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}

TEST(Content, IsReadAsItWasMade) {
  Sha256 hasher;
  Content blob;
  blob.created_at = 1'700'000'000'000'000;
  blob.data = bytes_of("some bytes");
  Op const op = make_op(blob, hasher);
  EXPECT_EQ(op.id.bytes, sha256(bytes_of(op)));
  EXPECT_EQ(op.created_at, blob.created_at);
  EXPECT_EQ(created_at_of(bytes_of(op)), blob.created_at);
  Result<Content> const read = read_content(bytes_of(op));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().kind, ContentKind::blob);
  EXPECT_EQ(read.value().created_at, blob.created_at);
  EXPECT_TRUE(std::ranges::equal(read.value().data, blob.data));
}

TEST(Content, ATreeNamesItsFiles) {
  Sha256 hasher;
  Content tree;
  tree.kind = ContentKind::tree;
  tree.created_at = 1;
  tree.name = "a folder";
  tree.parts = {OpId{}, make_op(Content{}, hasher).id};
  Op const op = make_op(tree, hasher);
  Result<Content> const read = read_content(bytes_of(op));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().name, "a folder");
  EXPECT_EQ(read.value().parts, tree.parts);
  EXPECT_EQ(read.value().shown_size(), 2u);
}

TEST(Content, RefusesOtherBytesInOneSentence) {
  EXPECT_EQ(why_not(""), "the op holds no content of a node: it does not say what it is");
  EXPECT_EQ(why_not(std::string("\x08\x01", 2)),
            "the op holds no content of a node: it does not say when it was made");
  EXPECT_EQ(why_not(std::string("\x08\x09", 2)),
            "the op holds no content of a node: its kind is unknown");
  EXPECT_EQ(why_not(std::string("\x08\x01\x08\x01", 4)),
            "the op holds no content of a node: a field is there twice");
  std::string const time("\x11\0\0\0\0\0\0\0\0", 9);
  EXPECT_EQ(why_not(std::string("\x08\x03", 2) + time + "\x1a\x04/etc"),
            "the op holds no content of a node: its name is no path that may be created");
  EXPECT_EQ(why_not(std::string("\x08\x03", 2) + time + "\x1a\x01x\x28\x05\x3a\x01y"),
            "the op holds no content of a node: its size is not that of its bytes");
  EXPECT_EQ(why_not(std::string("\x08\x01", 2) + time + "\x42\x01y"),
            "the op holds no content of a node: the id of a part has not 32 bytes");
}

// Nothing that somebody sends does more than be refused.
TEST(Content, SurvivesEveryCutAndChangedByte) {
  std::vector<Op> ops;
  Splitter splitter(5);
  splitter.add(bytes_of("0123456789"), ops);
  splitter.finish("folder/name", 0755, ops);
  std::string const whole(ops.back().bytes.text());
  for (std::size_t size = 0; size < whole.size(); ++size)
    static_cast<void>(read_content(bytes_of(std::string_view(whole).substr(0, size))).ok());
  Random random(9);
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = whole;
    for (std::uint64_t count = 1 + random.below(3); count > 0; --count)
      changed[random.below(changed.size())] = static_cast<char>(random.next());
    Result<Content> const read = read_content(bytes_of(changed));
    if (!read.ok()) continue;
    bool const is_named =
        read.value().kind == ContentKind::file || read.value().kind == ContentKind::tree;
    EXPECT_EQ(is_named, is_safe_path(read.value().name));
    static_cast<void>(created_at_of(bytes_of(changed)));
  }
}

TEST(Content, KnowsWhichPathsAreSafe) {
  for (std::string const path : {"a", "a/b", "a b/c.d", "..a/b..", "..."})
    EXPECT_TRUE(is_safe_path(path)) << path;
  for (std::string const& path :
       {std::string(), std::string("/"), std::string("/a"), std::string("a/"), std::string("a//b"),
        std::string(".."), std::string("a/../b"), std::string("./a"), std::string("a/."),
        std::string("a\0b", 3), std::string(4097, 'a')})
    EXPECT_FALSE(is_safe_path(path)) << path;
}

// The ops of one file, put together again by somebody who knows nothing but the id.
std::string joined(std::vector<Op> const& ops, OpId const& id) {
  std::map<OpId, Op const*> by_id;
  for (Op const& op : ops) by_id[op.id] = &op;
  Content const file = read_content(bytes_of(*by_id.at(id))).value();
  std::string bytes(reinterpret_cast<char const*>(file.data.data()), file.data.size());
  for (OpId const& part : file.parts) {
    Content const chunk = read_content(bytes_of(*by_id.at(part))).value();
    EXPECT_EQ(chunk.kind, ContentKind::chunk);
    bytes.append(reinterpret_cast<char const*>(chunk.data.data()), chunk.data.size());
  }
  Digest const digest = file.parts.empty() ? Digest{} : sha256(bytes_of(bytes));
  EXPECT_EQ(file.digest, digest);
  EXPECT_EQ(file.size, bytes.size());
  return bytes;
}

TEST(Splitter, PutsFilesOfEverySizeIntoOps) {
  for (std::size_t const size : {std::size_t{0}, std::size_t{1}, std::size_t{chunk_bytes - 1},
                                 std::size_t{chunk_bytes}, std::size_t{chunk_bytes + 1},
                                 std::size_t{3 * chunk_bytes}, std::size_t{3 * chunk_bytes + 7}}) {
    std::string const bytes = random_bytes(size, size);
    Splitter splitter(1);
    std::vector<Op> ops;
    Random random(size);
    for (std::size_t at = 0; at < size;) {
      std::size_t const count = std::min<std::size_t>(size - at, 1 + random.below(700'000));
      splitter.add(bytes_of(std::string_view(bytes).substr(at, count)), ops);
      at += count;
    }
    OpId const id = splitter.finish("name", 0600, ops);
    EXPECT_EQ(joined(ops, id), bytes) << size;
    std::size_t const chunks = size <= chunk_bytes ? 0 : (size + chunk_bytes - 1) / chunk_bytes;
    EXPECT_EQ(ops.size(), chunks + 1) << size;
  }
}

TEST(Splitter, BeginsAnew) {
  Splitter splitter(1);
  std::vector<Op> ops;
  splitter.add(bytes_of(random_bytes(chunk_bytes + 1, 1)), ops);
  splitter.finish("first", 0, ops);
  ops.clear();
  splitter.add(bytes_of("second"), ops);
  EXPECT_EQ(joined(ops, splitter.finish("second", 0, ops)), "second");
}

}  // namespace
}  // namespace weir
