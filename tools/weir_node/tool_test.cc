// The parts of weir-node that need no program to run: configuration, progress, restoring.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tools/weir_node/config.h"
#include "tools/weir_node/ops_access.h"
#include "tools/weir_node/progress.h"
#include "tools/weir_node/restore.h"
#include "tools/weir_node/say.h"
#include "weir/p2p/split.h"

namespace weir::tool {
namespace {

namespace fs = std::filesystem;

std::string refusal(std::string_view text) {
  Result<Config> const config = parse_config(text, "c");
  return config ? "" : config.error().message;
}

constexpr char const* a_peer = "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w";

TEST(NodeConfig, reads_what_it_writes) {
  Config config;
  config.space = "a \"quoted\" \\ space";
  config.listen = Address::parse("127.0.0.1:7000").value();
  config.http = Address::parse("[::1]:7001").value();
  config.peers = {PeerUrl::parse(std::string("weir://192.0.2.1:7000/") + a_peer).value(),
                  PeerUrl::parse("weir://[2001:db8::1]:7000").value()};
  config.bootstrap = {"http://192.0.2.7:8080"};
  config.allow = {*PeerId::of_text(a_peer)};
  Result<Config> read = parse_config(config_text(config), "c");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->space, config.space);
  EXPECT_EQ(read->listen, config.listen);
  EXPECT_EQ(read->http, config.http);
  EXPECT_EQ(read->announce, std::nullopt);
  EXPECT_EQ(read->peers, config.peers);
  EXPECT_EQ(read->bootstrap, config.bootstrap);
  EXPECT_EQ(read->allow, config.allow);
  EXPECT_TRUE(read->block.empty());
}

TEST(NodeConfig, has_a_line_for_each_key_and_its_comments_show_values_that_are_read) {
  std::string text = config_text({});
  for (std::size_t at = text.find("\n# "); at != text.npos; at = text.find("\n# ", at + 1)) {
    std::size_t const end = text.find('\n', at + 1);
    bool const is_key = text.substr(at, end - at).find(" = ") != text.npos;
    if (is_key) text.erase(at + 1, 2);
  }
  EXPECT_NE(text.find("\nlevel = \"info\"\n"), text.npos);
  EXPECT_EQ(refusal(text), "");
}

TEST(NodeConfig, says_the_line_of_what_is_wrong) {
  EXPECT_EQ(refusal("space = \"a\"\nlisten = 7\n"), "c:2: listen must be a text");
  EXPECT_EQ(refusal("\nspeed = 7\n"), "c:2: speed is no key of a node");
  EXPECT_EQ(refusal("[sink]\nlevel = 7\n"), "c:1: there is no [sink]");
  EXPECT_EQ(refusal("[sync]\nperiod = 0\n"), "c:2: period must be from 1 to 86400");
  EXPECT_EQ(refusal("[limits]\nroom = 0\n"), "c:2: room must be from 1 to 1048576");
  EXPECT_EQ(refusal("[limits]\nroom = 1.5\n"), "c:2: room must be a number");
  EXPECT_EQ(refusal("[log]\nvolume = 7\n"), "c:2: volume is no key of [log]");
  EXPECT_EQ(refusal("[http]\nserve_bootstrap = 1\n"), "c:2: serve_bootstrap must be true or false");
  EXPECT_EQ(refusal("peers = [\"weir://127.0.0.1:1\",\n7]\n"),
            "c:2: peers must be a list of texts");
  EXPECT_EQ(refusal("[access]\nallow = [\"me\"]\n"),
            "c:2: allow: \"me\" is no peer's id; it has 43 characters");
  EXPECT_EQ(refusal("[bootstrap]\nservices = [\"ftp://x\"]\n"),
            "c:2: services: \"ftp://x\" is no service's URL; it looks like http://192.0.2.7:7701");
  EXPECT_EQ(refusal("[log]\nlevel = \"loud\"\n"),
            "c:2: level: level must be debug, info, warning, error or off");
  EXPECT_EQ(refusal("space = \"\"\n"), "c: space must have 1 to 64 bytes");
  EXPECT_EQ(refusal("[http]\nserve_bootstrap = true\n"),
            "c: serve_bootstrap needs an address in listen of [http]");
  EXPECT_TRUE(refusal("space = \n").starts_with("c:1: ")) << refusal("space = \n");
  EXPECT_TRUE(refusal("peers = 1\npeers = 2\n").starts_with("c:2: "));
}

TEST(Progress, draws_rate_and_time_left) {
  ProgressState state{.what = "put", .bytes = 3u << 20, .bytes_total = 12u << 20, .seconds = 2};
  EXPECT_EQ(bar_line(state, 100),
            "put [######..................]  25%  3.00 MiB of 12.0 MiB  1.50 MiB/s  0:06 left");
  EXPECT_EQ(bar_line(state, 10), "put [#####");
  state = {.what = "get"};
  EXPECT_EQ(bar_line(state, 100), "get 0 B  0 B/s  0:00");
  state = {.what = "verify", .bytes = 2048, .bytes_total = 1024, .items = 7, .seconds = 1};
  EXPECT_EQ(
      bar_line(state, 100),
      "verify [########################] 100%  2.00 KiB of 1.00 KiB  7 ops  2.00 KiB/s  0:01");
  state = {.what = "put", .bytes_total = 1024, .seconds = 1};
  EXPECT_EQ(bar_line(state, 100),
            "put [........................]   0%  0 B of 1.00 KiB  0 B/s  -:-- left");
  state = {.what = "get", .bytes = 2048, .items = 1, .items_total = 4, .seconds = 2};
  state.item_name = "files";
  EXPECT_EQ(bar_line(state, 100),
            "get [######..................]  25%  2.00 KiB  1 files  1.00 KiB/s  0:06 left");
}

TEST(Progress, writes_sizes_and_times) {
  EXPECT_EQ(text_of_bytes(1023), "1023 B");
  EXPECT_EQ(text_of_bytes(1024), "1.00 KiB");
  EXPECT_EQ(text_of_bytes(1.5 * 1024 * 1024 * 1024), "1.50 GiB");
  EXPECT_EQ(text_of_seconds(59.4), "0:59");
  EXPECT_EQ(text_of_seconds(3661), "1:01:01");
  EXPECT_EQ(text_of_seconds(1e30), "-:--");
}

TEST(Say, names_give_a_terminal_no_orders) {
  EXPECT_EQ(harmless("a\x1b[2Jb\xC2\x9B"
                     "c\n"),
            "a?[2Jb?c?");
  EXPECT_EQ(harmless("\xC3\xA4"), "\xC3\xA4");
  EXPECT_EQ(text_of_time(1'700'000'000'000'000), "2023-11-14T22:13:20Z");
}

// ---- restoring ----

class OpsInMemory final : public OpsAccess {
 public:
  OpId add(Content const& content) {
    Sha256 hasher;
    Op op = make_op(content, hasher);
    OpId const id = op.id;
    ops_[id] = std::move(op);
    return id;
  }
  void add(std::vector<Op>& ops) {
    for (Op& op : ops) ops_[op.id] = std::move(op);
  }
  void drop(OpId const& id) { ops_.erase(id); }

  bool is_running() const override { return false; }
  Result<PutCount> put(std::vector<Op>) override { return PutCount{}; }
  Result<void> retrieve(std::span<OpId const> ids, Visit const& visit) override {
    for (OpId const& id : ids) {
      auto const found = ops_.find(id);
      Result<void> const seen = visit(id, found == ops_.end() ? nullptr : &found->second);
      if (!seen) return seen;
    }
    return {};
  }
  Result<Bookmark> list(Bookmark, std::size_t, std::vector<OpEntry>&) override {
    return Bookmark{};
  }
  Result<void> want(std::span<OpId const>) override { return {}; }
  Result<std::string> status() override { return std::string(); }
  Result<std::string> peers() override { return std::string(); }

 private:
  std::map<OpId, Op> ops_;
};

std::span<std::byte const> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

Content file(std::string name, std::string_view data, std::uint32_t mode = 0644) {
  Content content;
  content.kind = ContentKind::file;
  content.name = std::move(name);
  content.mode = mode;
  content.size = data.size();
  content.data = bytes_of(data);
  return content;
}

class Restoring : public testing::Test {
 protected:
  Restoring() {
    std::string pattern = (fs::temp_directory_path() / "weir-restore-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Restoring() override { fs::remove_all(folder_); }

  std::string path(std::string const& name) const { return (folder_ / name).string(); }
  std::string content_of(std::string const& name) const {
    std::ifstream stream(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::string restore_tree(std::vector<OpId> parts, bool force = false) {
    Content tree;
    tree.kind = ContentKind::tree;
    tree.name = "t";
    tree.parts = std::move(parts);
    Progress progress("get", true);
    Restorer restorer(ops_, progress, force);
    Result<void> const done = restorer.restore_tree(tree, path("t"));
    return done ? "" : done.error().message;
  }
  std::string restore_file(Content const& content, std::string const& name, bool force = false) {
    Progress progress("get", true);
    Restorer restorer(ops_, progress, force);
    Result<void> const done = restorer.restore_file(content, path(name));
    return done ? "" : done.error().message;
  }
  std::size_t file_count() const {
    auto const at = fs::recursive_directory_iterator(folder_);
    return static_cast<std::size_t>(std::distance(begin(at), end(at)));
  }
  // A file of chunks; the ids of these.
  Content large_file(std::string_view data) {
    Splitter splitter(7);
    std::vector<Op> ops;
    splitter.add(bytes_of(data), ops);
    splitter.finish("large", 0640, ops);
    last_ = ops.back();
    ops_.add(ops);
    return read_content(last_.bytes.view().span()).value();
  }

  fs::path folder_;
  OpsInMemory ops_;
  Op last_;
};

TEST_F(Restoring, makes_the_directories_of_a_tree) {
  EXPECT_EQ(restore_tree({ops_.add(file("a/b/c", "1", 0750)), ops_.add(file("a/d", "2"))}), "");
  EXPECT_EQ(content_of("t/a/b/c"), "1");
  EXPECT_EQ(content_of("t/a/d"), "2");
  struct stat status;
  ASSERT_EQ(::stat(path("t/a/b/c").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777u, 0750u);
}

TEST_F(Restoring, gives_nobody_the_rights_of_others) {
  EXPECT_EQ(restore_file(file("a", "1", 06755), "a"), "");
  struct stat status;
  ASSERT_EQ(::stat(path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777u, 0755u);
}

TEST_F(Restoring, follows_no_link_out_of_the_tree) {
  fs::create_directory(path("elsewhere"));
  fs::create_directory(path("t"));
  fs::create_symlink(path("elsewhere"), path("t/a"));
  EXPECT_NE(restore_tree({ops_.add(file("a/b", "1"))}, true), "");
  EXPECT_TRUE(fs::is_empty(path("elsewhere")));
}

TEST_F(Restoring, replaces_a_link_and_not_what_it_leads_to) {
  fs::create_directory(path("t"));
  std::ofstream(path("precious")) << "mine";
  fs::create_symlink(path("precious"), path("t/a"));
  EXPECT_EQ(restore_tree({ops_.add(file("a", "1"))}, true), "");
  EXPECT_EQ(content_of("precious"), "mine");
  EXPECT_FALSE(fs::is_symlink(path("t/a")));
}

TEST_F(Restoring, replaces_nothing_unless_it_is_told_to) {
  EXPECT_EQ(restore_file(file("a", "1"), "a"), "");
  EXPECT_EQ(restore_file(file("a", "2"), "a"),
            path("a") + " is there already; --force replaces it");
  EXPECT_EQ(content_of("a"), "1");
  EXPECT_EQ(restore_file(file("a", "2"), "a", true), "");
  EXPECT_EQ(content_of("a"), "2");
}

TEST_F(Restoring, refuses_a_tree_with_two_files_of_one_name) {
  EXPECT_NE(restore_tree({ops_.add(file("a", "1")), ops_.add(file("a", "2"))}), "");
  EXPECT_EQ(content_of("t/a"), "1");
}

TEST_F(Restoring, refuses_a_tree_in_which_a_file_is_also_a_directory) {
  EXPECT_NE(restore_tree({ops_.add(file("a", "1")), ops_.add(file("a/b", "2"))}), "");
  EXPECT_NE(restore_tree({ops_.add(file("c/b", "1")), ops_.add(file("c", "2"))}, true), "");
  EXPECT_EQ(content_of("t/a"), "1");
  EXPECT_EQ(content_of("t/c/b"), "1");
}

TEST_F(Restoring, refuses_what_is_no_file_in_a_tree) {
  Content blob;
  blob.data = bytes_of("x");
  OpId const id = ops_.add(blob);
  EXPECT_EQ(restore_tree({id}), "op " + id.hex() + " is in a tree and no file");
}

TEST_F(Restoring, joins_the_chunks_of_a_file) {
  std::string const data(3 * chunk_bytes + 5, 'x');
  EXPECT_EQ(restore_file(large_file(data), "large"), "");
  EXPECT_EQ(content_of("large"), data);
}

TEST_F(Restoring, leaves_nothing_of_a_file_whose_chunk_is_missing) {
  Content const content = large_file(std::string(2 * chunk_bytes, 'x') + "y");
  ops_.drop(content.parts[2]);
  EXPECT_TRUE(restore_file(content, "large").starts_with("op " + content.parts[2].hex()));
  EXPECT_EQ(file_count(), 0u);
}

TEST_F(Restoring, leaves_nothing_of_a_file_whose_chunks_are_others) {
  Content content = large_file(std::string(chunk_bytes, 'x') + std::string(chunk_bytes, 'y'));
  std::swap(content.parts[0], content.parts[1]);
  std::string const said = restore_file(content, "large");
  EXPECT_EQ(said, "the parts of " + path("large") + " do not make the file that its op describes");
  EXPECT_EQ(file_count(), 0u);
}

TEST_F(Restoring, refuses_chunks_that_are_none) {
  Content content = large_file(std::string(chunk_bytes, 'x') + "y");
  content.parts[0] = last_.id;
  EXPECT_NE(restore_file(content, "large"), "");
  EXPECT_EQ(file_count(), 0u);
}

}  // namespace
}  // namespace weir::tool
