// weir-node as a person runs it, on a node that does not run.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/weir_node/node_fixture.h"
#include "weir/crypto/sha256.h"
#include "weir/p2p/peer_id.h"
#include "weir/store/rocks_store.h"

namespace weir::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

TEST_F(WeirNode, init_makes_a_node_once) {
  std::string const peer = say("init --store " + path("other"));
  EXPECT_TRUE(PeerId::of_text(peer)) << peer;
  struct stat status;
  ASSERT_EQ(::stat(path("other/key.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777u, 0600u);
  EXPECT_EQ(json("status --store " + path("other")).value("id", ""), peer);

  EXPECT_EQ(refusal("init --store " + path("other")),
            "weir-node: " + path("other") + " is a node's already; nothing was changed");
  EXPECT_EQ(json("status --store " + path("other")).value("id", ""), peer);
  EXPECT_EQ(refusal("init --store /tmp"),
            "weir-node: /tmp is not empty; name a new or an empty directory");
  EXPECT_TRUE(refusal("init --store /proc/none/there").starts_with("weir-node: cannot make "));
}

TEST_F(WeirNode, init_writes_down_what_it_was_told) {
  std::string const url = "weir://127.0.0.1:7000/iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w";
  Json const made = json("init --store " + path("b") + " --space mine --peer " + url);
  EXPECT_EQ(made.value("config", ""), path("b/weir-node.toml"));
  EXPECT_EQ(json("status --store " + path("b")).value("space", ""), "mine");
  Json const known = json("peers --store " + path("b"));
  ASSERT_EQ(known.size(), 1u) << known;
  EXPECT_EQ(known[0].value("address", ""), "127.0.0.1:7000");
  EXPECT_EQ(known[0].value("id", ""), url.substr(url.rfind('/') + 1));
  EXPECT_NE(say("peers --store " + path("b")).find(url.substr(url.rfind('/') + 1)),
            std::string::npos);
  EXPECT_EQ(json("status --store " + path("b"))["peers"], known);
  EXPECT_NE(say("status --store " + path("b")).find("\nspace                    mine\n"),
            std::string::npos);
}

TEST_F(WeirNode, a_directory_comes_back_as_it_was) {
  make_tree();
  std::string const id = say("put " + path("tree"));
  EXPECT_EQ(say("get " + id + " -o " + path("back")), path("back"));
  expect_same_trees("tree", "back");
  Json const again = json("get --force " + id + " -o " + path("back"));
  EXPECT_EQ(again.value("files", 0), 6) << again;
  expect_same_trees("tree", "back");
}

TEST_F(WeirNode, a_file_is_restored_under_its_name) {
  make_tree();
  std::string const id = say("put " + path("tree/large"));
  EXPECT_EQ(run_program("cd " + path("") + " && " WEIR_NODE, "-q get " + id).text, "large\n");
  EXPECT_EQ(run_program("cmp", path("large") + " " + path("tree/large")).status, 0);
  EXPECT_EQ(refusal("get " + id + " -o " + path("large")),
            "weir-node: " + path("large") + " is there already; --force replaces it");
  EXPECT_EQ(refusal("get " + id + " -o " + path("tree")),
            "weir-node: " + path("tree") + " is a directory");
  EXPECT_TRUE(refusal("get " + id + " -o " + path("no/where"))
                  .starts_with("weir-node: cannot open the directory "));
}

TEST_F(WeirNode, what_comes_from_a_pipe_goes_to_a_pipe) {
  std::string const program = WEIR_NODE;
  ProgramOutcome const put =
      run_program("printf 'one\\ntwo' | " + program, "-q put - --name notes");
  EXPECT_EQ(put.status, 0) << put.text;
  std::string const id = put.last_line();
  EXPECT_EQ(run_program(program, "-q get " + id + " -o -").text, "one\ntwo");
  Json const listed = json("ls");
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].value("name", ""), "notes");
  EXPECT_EQ(listed[0].value("bytes", 0), 7);
  // More than a chunk.
  std::string const through = "head -c 3000000 /dev/zero | " + program +
                              " -q put - | xargs -I ID " + program + " -q get ID -o - | md5sum";
  EXPECT_EQ(run_program(through, "").text,
            run_program("head -c 3000000 /dev/zero | md5sum", "").text);
}

TEST_F(WeirNode, links_and_the_node_itself_are_left_out) {
  write("tree/a", "1", fs::perms(0644));
  fs::create_symlink("a", path("tree/link"));
  fs::create_directory_symlink("/", path("tree/root"));
  ASSERT_EQ(::mkfifo(path("tree/pipe").c_str(), 0600), 0);
  EXPECT_EQ(run("init --store " + path("tree/node")).status, 0);
  ProgramOutcome const outcome =
      run("put --store " + path("tree/node") + " " + path("tree") + " --json");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.text.find("weir-node: left out: 2 symbolic links, 1 that are no files, the "
                              "node's own directory\n"),
            outcome.text.npos)
      << outcome.text;
  EXPECT_EQ(Json::parse(outcome.last_line()).value("files", 0), 1) << outcome.text;
}

TEST_F(WeirNode, the_same_files_put_again_are_the_same_ops_where_their_times_count) {
  make_tree();
  Json const first = json("put --mtime " + path("tree"));
  Json const second = json("put --mtime " + path("tree"));
  EXPECT_EQ(first["id"], second["id"]);
  EXPECT_EQ(second["ops"]["stored"], 0) << second;
  EXPECT_EQ(second["ops"]["held"], first["ops"]["stored"]) << second;
  EXPECT_NE(json("put " + path("tree"))["id"], first["id"]);
}

TEST_F(WeirNode, ls_lists_what_can_be_restored) {
  make_tree();
  std::string const id = say("put " + path("tree"));
  std::string const listed = say("ls");
  EXPECT_NE(listed.find(id), listed.npos);
  EXPECT_NE(listed.find("deep/er/still/x"), listed.npos);
  EXPECT_EQ(listed.find("  chunk  "), listed.npos) << listed;
  Json const ops = json("ls");
  EXPECT_EQ(ops.size(), 7u);  // six files and the tree
  EXPECT_EQ(ops.back().value("kind", ""), "tree");
  EXPECT_EQ(ops.back().value("files", 0), 6);
  EXPECT_EQ(json("ls --all").size(), 7u + 5u);
  EXPECT_EQ(json("ls --ids").size(), 7u + 5u);
  EXPECT_EQ(json("status").value("ops", 0), 12);
}

TEST_F(WeirNode, an_empty_store_is_listed_and_verified) {
  EXPECT_EQ(say("ls"), "");
  EXPECT_EQ(say("ls --json"), "[]");
  EXPECT_EQ(say("verify"), "0 ops, 0 B: all are what their ids say");
}

TEST_F(WeirNode, verify_finds_an_op_whose_bytes_are_others) {
  make_tree();
  say("put " + path("tree"));
  EXPECT_EQ(json("verify")["damaged"].size(), 0u);
  OpId const id{sha256({})};
  {
    Result<Owner<RocksStore>> store = RocksStore::open(path("node/ops"));
    ASSERT_TRUE(store.ok());
    Op op{.id = id, .created_at = 1, .bytes = Bytes("not the empty text")};
    Committed committed;
    ASSERT_TRUE((*store)->process_incoming({&op, 1}, committed).ok());
  }
  ProgramOutcome const outcome = run("-q verify");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(outcome.text.starts_with("damaged " + id.hex() + "\n13 ops, ")) << outcome.text;
}

TEST_F(WeirNode, wants_what_is_not_held) {
  make_tree();
  std::string const id = say("put " + path("tree/large"));
  std::string const unknown(64, 'a');
  EXPECT_EQ(say("want " + id), "0 wanted");
  EXPECT_EQ(say("want " + id + " " + unknown), "1 wanted");
  EXPECT_EQ(say("want " + unknown), "1 wanted");
  EXPECT_EQ(json("status").value("wants", 0), 1);
}

TEST_F(WeirNode, wants_the_chunks_that_a_file_lacks) {
  Json listed;
  make_tree();
  std::string const id = say("put " + path("tree/large"));
  listed = json("ls --all");
  {
    Result<Owner<RocksStore>> store = RocksStore::open(path("node/ops"));
    ASSERT_TRUE(store.ok());
    OpId const chunk = OpId::of_hex(listed[1].value("id", "")).value();
    Committed committed;
    ASSERT_TRUE((*store)->commit({.discard = {&chunk, 1}}, committed).ok());
  }
  EXPECT_TRUE(refusal("get " + id + " -o " + path("x"), 3)
                  .starts_with("weir-node: op " + listed[1].value("id", "") + " is not held"));
  EXPECT_FALSE(fs::exists(path("x")));
  EXPECT_EQ(say("want " + id), "1 wanted");
}

TEST_F(WeirNode, says_in_a_sentence_what_is_wrong) {
  EXPECT_EQ(run("").status, 2);
  EXPECT_EQ(run("get 12").status, 2);
  EXPECT_EQ(run("init --listen nowhere").status, 2);
  EXPECT_EQ(refusal("ls --store " + path("none")),
            "weir-node: " + path("none") + " is no node's directory; `weir-node init --store " +
                path("none") + "` makes one");
  std::string const unknown(64, 'a');
  EXPECT_TRUE(
      refusal("get " + unknown, 3).starts_with("weir-node: op " + unknown + " is not held"));
  EXPECT_EQ(refusal("put " + path("none")),
            "weir-node: cannot find " + path("none") + ": No such file or directory");
  EXPECT_TRUE(refusal("put / --name ''").starts_with("weir-node: \"\" cannot be its name"));
  EXPECT_TRUE(refusal("put - --name ../up < /dev/null").starts_with("weir-node: \"../up\" cannot"));
  ProgramOutcome const full = run_program("(" WEIR_NODE " status > /dev/full)", "");
  EXPECT_EQ(full.status, 1);
  EXPECT_EQ(full.text, "weir-node: cannot write to standard output: No space left on device\n");
  Json const error =
      Json::parse(run_program("(" WEIR_NODE " get --json " + unknown + " 2>/dev/null)", "").text);
  EXPECT_TRUE(error.value("error", "").starts_with("op " + unknown)) << error;
}

TEST_F(WeirNode, refuses_a_key_that_others_can_read) {
  fs::permissions(path("node/key.pem"), fs::perms(0644));
  EXPECT_TRUE(refusal("status").starts_with("weir-node: " + path("node/key.pem") +
                                            " can be read by others"));
}

TEST_F(WeirNode, refuses_a_store_that_somebody_else_has_open) {
  Result<Owner<RocksStore>> const store = RocksStore::open(path("node/ops"));
  ASSERT_TRUE(store.ok());
  EXPECT_NE(refusal("ls").find("another store has it open"), std::string::npos);
}

TEST_F(WeirNode, refuses_a_configuration_with_a_mistake_in_it) {
  std::ofstream(path("node/weir-node.toml"), std::ios::app) << "[log]\nlevel = 5\n";
  EXPECT_TRUE(refusal("status").starts_with("weir-node: " + path("node/weir-node.toml") + ":"));
}

}  // namespace
}  // namespace weir::tool
