// weir-node: a node's command line. docs/weir-node.md.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/weir_node/commands.h"
#include "tools/weir_node/say.h"
#include "weir/base/version.h"

namespace weir::tool {

namespace {

constexpr char const* default_store = "weir-node";

struct CommandLine {
  std::string store = default_store;
  Style style;
  // What the chosen command does.
  std::function<Result<int>()> run;

  NodeDirectory directory() const {
    std::string path = store;
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return {path};
  }
};

int finish(Result<int> const& outcome, Style style) {
  if (!outcome) {
    if (style.json) {
      say(text_of(nlohmann::ordered_json{{"error", outcome.error().message}}) + "\n").ok();
    }
    finish_saying().ok();
    std::fprintf(stderr, "weir-node: %s\n", harmless(outcome.error().message).c_str());
    return outcome.error().code == not_held_code ? exit_incomplete : exit_failed;
  }
  Result<void> const said = finish_saying();
  if (said) return outcome.value();
  std::fprintf(stderr, "weir-node: %s\n", said.error().message.c_str());
  return exit_failed;
}

// What every command takes, before its name or behind it.
void add_common_options(CLI::App& app, CommandLine& line) {
  app.add_option("--store", line.store, "the node's directory")
      ->envname("WEIR_NODE_STORE")
      ->capture_default_str();
  app.add_flag("--json", line.style.json, "one JSON value on standard output");
  app.add_flag("-q,--quiet", line.style.is_quiet, "no progress and no remarks");
  app.set_version_flag("--version", "weir-node " + std::to_string(version.major) + "." +
                                        std::to_string(version.minor) + "." +
                                        std::to_string(version.patch));
  app.fallthrough();
}

CLI::App* add_command(CLI::App& app, char const* name, char const* what) {
  CLI::App* const command = app.add_subcommand(name, what);
  command->footer("And, as every command: --store DIR, --json, --quiet.");
  return command;
}

// A command that works on the ops of a node, running or not.
template <class F>
void on_ops(CLI::App* command, CommandLine& line, F function) {
  command->callback([&line, function] {
    line.run = [&line, function]() -> Result<int> {
      Result<std::unique_ptr<OpsAccess>> access = open_access(line.directory());
      if (!access) return access.error();
      return function(**access);
    };
  });
}

std::string check_id(std::string const& text) {
  return OpId::of_hex(text) ? "" : "\"" + text + "\" is no op's id; it has 64 hexadecimal digits";
}

template <class T>
CLI::Validator parses_as(char const* name) {
  return CLI::Validator(
      [](std::string const& text) {
        auto const parsed = T::parse(text);
        return parsed ? std::string() : parsed.error().message;
      },
      name);
}

// What a file says, and the command line may say instead.
struct ConfigOptions {
  std::string space;
  std::string listen;
  std::string http;
  std::vector<std::string> peers;

  // All of it was checked when it was parsed.
  void apply(Config& config) const {
    if (!space.empty()) config.space = space;
    if (!listen.empty()) config.listen = Address::parse(listen).value();
    if (!http.empty()) config.http = Address::parse(http).value();
    for (std::string const& peer : peers) config.peers.push_back(PeerUrl::parse(peer).value());
  }
};

void add_config_options(CLI::App* command, ConfigOptions& options) {
  command->add_option("--space", options.space, "which ops it exchanges");
  command->add_option("--listen", options.listen, "for peers: 0.0.0.0:7000")
      ->check(parses_as<Address>("ADDRESS"));
  command->add_option("--http", options.http, "for metrics and the live graph: 127.0.0.1:7001")
      ->check(parses_as<Address>("ADDRESS"));
  command->add_option("--peer", options.peers, "whom to dial: weir://ADDRESS:PORT/PEER")
      ->check(parses_as<PeerUrl>("URL"));
}

void add_init(CLI::App& app, CommandLine& line, ConfigOptions& options) {
  CLI::App* const command = add_command(app, "init", "make a node: key, configuration, store");
  add_config_options(command, options);
  command->callback([&line, &options] {
    line.run = [&line, &options] {
      Config config;
      options.apply(config);
      return init(line.directory(), config, line.style);
    };
  });
}

// What the file says, and what is said here instead.
void add_run(CLI::App& app, CommandLine& line, ConfigOptions& options) {
  CLI::App* const command = add_command(app, "run", "run the node until SIGTERM");
  add_config_options(command, options);
  command->callback([&line, &options] {
    line.run = [&line, &options]() -> Result<int> {
      Result<void> const is_node = check_node(line.directory());
      if (!is_node) return is_node.error();
      Result<Config> config = load_config(line.directory().config_file());
      if (!config) return config.error();
      options.apply(*config);
      return run(line.directory(), *config, line.style);
    };
  });
}

void add_put(CLI::App& app, CommandLine& line, PutOptions& options) {
  CLI::App* const command = add_command(app, "put", "keep a file or a directory as ops");
  command->add_option("SOURCE", options.source, "a file, a directory, or - for standard input")
      ->required();
  command->add_option("--name", options.name, "instead of its own");
  command->add_flag("--mtime", options.keeps_times,
                    "ops of the time when the files were changed: the same files are the same ops");
  on_ops(command, line, [&line, &options](OpsAccess& access) {
    return put(line.directory(), access, options, line.style);
  });
}

void add_get(CLI::App& app, CommandLine& line, GetOptions& options, std::string& id) {
  CLI::App* const command = add_command(app, "get", "restore a file or a directory");
  command->add_option("ID", id, "of a file, a tree or a blob")->required()->check(check_id);
  command->add_option("-o,--output", options.path,
                      "where to; - is standard output; its own name unless said");
  command->add_flag("--force", options.force, "replace files that are there");
  on_ops(command, line, [&line, &options, &id](OpsAccess& access) {
    options.id = OpId::of_hex(id).value();
    return get(access, options, line.style);
  });
}

void add_list(CLI::App& app, CommandLine& line, ListOptions& options) {
  CLI::App* const command = add_command(app, "ls", "list what is held, as it came");
  command->add_flag("--all", options.all, "chunks of files, too, and ops without content");
  command->add_flag("--ids", options.ids, "the ids of all ops, without reading them");
  on_ops(command, line,
         [&line, &options](OpsAccess& access) { return list(access, options, line.style); });
}

void add_want(CLI::App& app, CommandLine& line, std::vector<std::string>& ids) {
  CLI::App* const command = add_command(app, "want", "ask peers for ops, and for what those name");
  command->add_option("ID", ids, "of ops")->required()->check(check_id);
  on_ops(command, line, [&line, &ids](OpsAccess& access) {
    std::vector<OpId> wanted;
    for (std::string const& id : ids) wanted.push_back(OpId::of_hex(id).value());
    return want(access, wanted, line.style);
  });
}

void add_plain(CLI::App& app, CommandLine& line, char const* name, char const* what,
               Result<int> (*function)(OpsAccess&, Style)) {
  on_ops(add_command(app, name, what), line,
         [&line, function](OpsAccess& access) { return function(access, line.style); });
}

int run_command(int count, char** values) {
  CommandLine line;
  ConfigOptions config;
  PutOptions put_options;
  GetOptions get_options;
  ListOptions list_options;
  std::string get_id;
  std::vector<std::string> want_ids;

  CLI::App app{"Keeps ops, fetches those of its peers, and gives them its own."};
  app.require_subcommand(1);
  add_common_options(app, line);
  add_init(app, line, config);
  add_run(app, line, config);
  add_put(app, line, put_options);
  add_get(app, line, get_options, get_id);
  add_list(app, line, list_options);
  add_want(app, line, want_ids);
  add_plain(app, line, "peers", "whom it knows and is connected to", peers);
  add_plain(app, line, "status", "what it holds, wants and does", status);
  add_plain(app, line, "verify", "read all ops again and compare them with their ids", verify);
  try {
    app.parse(count, values);
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? exit_done : exit_bad_input;
  }
  return finish(line.run(), line.style);
}

}  // namespace

}  // namespace weir::tool

int main(int count, char** values) { return weir::tool::run_command(count, values); }
