// Nodes that run, each a process, and the commands beside them.
#include <poll.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "tests/child_program.h"
#include "tools/weir_node/node_fixture.h"

namespace weir::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class RunningNode : public WeirNode {
 protected:
  // A node that runs, and where it listens.
  struct Running {
    std::unique_ptr<ChildProgram> program;
    std::string peer;
    std::string address;
  };
  Running start(std::string const& name, std::string const& dials = "",
                std::string const& listens = "127.0.0.1:0") {
    std::vector<std::string> arguments = {"run",      "--json",   "--store",
                                          path(name), "--listen", listens};
    if (!dials.empty()) arguments.insert(arguments.end(), {"--peer", "weir://" + dials});
    Running running;
    running.program = std::make_unique<ChildProgram>(WEIR_NODE, arguments);
    Json const said = Json::parse(running.program->read_line(), nullptr, false);
    EXPECT_TRUE(said.is_object()) << name;
    if (!said.is_object()) return running;
    running.peer = said.value("id", "");
    running.address = said.value("address", "");
    return running;
  }
  void init(std::string const& name) { EXPECT_EQ(run("init --store " + path(name)).status, 0); }
  // Ends with the test's time-out if that never comes.
  void wait_for_ops(std::string const& name, std::uint64_t count) {
    while (json("status --store " + path(name)).value("ops", std::uint64_t{0}) != count) {
      ::poll(nullptr, 0, 5);  // to leave the node some time; nothing depends on how much
    }
  }
  std::string ids(std::string const& name) {
    return run_program("(" WEIR_NODE " ls --ids --store " + path(name) + " | sort)", "").text;
  }
};

TEST_F(RunningNode, answers_the_same_commands) {
  make_tree();
  std::string const offline = say("put --mtime " + path("tree"));
  std::string const list_offline = say("ls --all");
  std::string const json_offline = say("ls --ids --json");
  Running node = start("node");
  EXPECT_EQ(json("status").value("running", false), true);
  EXPECT_EQ(json("status").value("id", ""), node.peer);
  EXPECT_EQ(json("put --mtime " + path("tree")).value("id", ""), offline);
  EXPECT_EQ(say("ls --all"), list_offline);
  EXPECT_EQ(say("ls --ids --json"), json_offline);
  EXPECT_EQ(say("get " + offline + " -o " + path("back")), path("back"));
  expect_same_trees("tree", "back");
  EXPECT_EQ(json("verify").value("ops", 0), 12);
  std::string const unknown(64, 'a');
  EXPECT_TRUE(
      refusal("get " + unknown, 3).starts_with("weir-node: op " + unknown + " is not held"));
  EXPECT_EQ(say("want " + unknown + " " + offline), "1 wanted");
  EXPECT_EQ(json("peers").size(), 0u);
  EXPECT_EQ(say("peers"), "it knows of no peers");

  node.program->send(SIGTERM);
  EXPECT_EQ(node.program->wait(), 0);
  EXPECT_FALSE(fs::exists(path("node/control.sock")));
  EXPECT_EQ(json("status").value("wants", 0), 1);
  EXPECT_EQ(say("ls --all"), list_offline);
}

TEST_F(RunningNode, is_alone_on_its_store) {
  Running node = start("node");
  EXPECT_NE(refusal("run").find("another store has it open"), std::string::npos);
  EXPECT_EQ(json("status").value("running", false), true);
}

TEST_F(RunningNode, what_one_is_given_all_hold) {
  make_tree();
  init("second");
  init("third");
  Running const first = start("node");
  Running const second = start("second", first.address);
  Running const third = start("third", second.address);
  std::string const id = say("put " + path("tree"));
  wait_for_ops("third", 12);
  EXPECT_EQ(ids("third"), ids("node"));
  EXPECT_EQ(ids("second"), ids("node"));
  EXPECT_EQ(json("verify --store " + path("third"))["damaged"].size(), 0u);
  say("get " + id + " --store " + path("third") + " -o " + path("back"));
  expect_same_trees("tree", "back");
}

TEST_F(RunningNode, catches_up_after_it_was_killed) {
  make_tree();
  init("second");
  Running const first = start("node");
  std::string address;
  {
    Running const second = start("second", first.address);
    address = second.address;
    say("put " + path("tree/large"));
    wait_for_ops("second", 6);
    second.program->send(SIGKILL);
    second.program->wait();
  }
  EXPECT_TRUE(fs::exists(path("second/control.sock")));
  EXPECT_EQ(json("status --store " + path("second")).value("ops", 0), 6);  // on the store itself
  say("put " + path("tree"));
  // Where it was, at once, though the sockets of the one before may still be there.
  Running const second = start("second", first.address, address);
  EXPECT_EQ(second.address, address);
  wait_for_ops("second", json("status").value("ops", std::uint64_t{0}));
  EXPECT_EQ(ids("second"), ids("node"));
}

TEST_F(RunningNode, asks_its_peers_for_what_is_wanted) {
  make_tree();
  init("second");
  // Known before there is anybody to ask.
  std::string const id = say("put " + path("tree/a\\ file"));
  say("want --store " + path("second") + " " + id);
  Running const first = start("node");
  Running const second = start("second", first.address);
  wait_for_ops("second", 1);
  Json status = json("status --store " + path("second"));
  while (status.value("wants", 1) != 0) status = json("status --store " + path("second"));
  EXPECT_EQ(say("get -o - --store " + path("second") + " " + id), "with a space");
}

TEST_F(RunningNode, says_why_it_does_not_run) {
  EXPECT_NE(refusal("run --listen 192.0.2.1:7000").find("192.0.2.1:7000"), std::string::npos);
  EXPECT_EQ(run("run --peer nowhere").status, 2);
  fs::permissions(path("node/key.pem"), fs::perms(0644));
  EXPECT_NE(refusal("run").find("can be read by others"), std::string::npos);
}

}  // namespace
}  // namespace weir::tool
