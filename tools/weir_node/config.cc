#include "tools/weir_node/config.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string>
#include <utility>

#include "tools/weir_node/node_directory.h"
#include "weir/p2p/peer_record.h"

namespace weir::tool {

namespace {

constexpr std::int64_t mebibytes_max = 1 << 20;
constexpr std::int64_t sync_period_max = 86'400;
constexpr std::array log_levels = {LogLevel::debug, LogLevel::info, LogLevel::warning,
                                   LogLevel::error, LogLevel::off};

// Takes the keys that it is asked for out of a table: what is left in the end nobody knows. The
// first thing that is wrong is remembered.
class Reader {
 public:
  Reader(toml::table& root, std::string const& file) : root_(root), file_(file) {}

  // In the table `section`, or above all tables if that is empty.
  void read(std::string_view section, std::string_view key, std::string& value) {
    toml::node const* const node = find(section, key, toml::node_type::string, "a text");
    if (node != nullptr) value = node->ref<std::string>();
    forget(section, key);
  }
  void read(std::string_view section, std::string_view key, bool& value) {
    toml::node const* const node = find(section, key, toml::node_type::boolean, "true or false");
    if (node != nullptr) value = node->ref<bool>();
    forget(section, key);
  }
  void read(std::string_view section, std::string_view key, std::int64_t max,
            std::uint64_t& value) {
    toml::node const* const node = find(section, key, toml::node_type::integer, "a number");
    std::int64_t const number = node != nullptr ? node->ref<std::int64_t>() : 1;
    if (number < 1 || number > max) {
      fail(*node, std::string(key) + " must be from 1 to " + std::to_string(max));
    } else if (node != nullptr) {
      value = static_cast<std::uint64_t>(number);
    }
    forget(section, key);
  }
  // Each text, made a T by parse(text), a Result.
  template <class T, class Parse>
  void read_all(std::string_view section, std::string_view key, std::vector<T>& values,
                Parse parse) {
    toml::node* const node = find(section, key, toml::node_type::array, "a list of texts");
    if (node != nullptr) {
      values.clear();
      for (toml::node& entry : *node->as_array()) {
        std::string const* const text = entry.is_string() ? &entry.ref<std::string>() : nullptr;
        if (text == nullptr) return fail(entry, std::string(key) + " must be a list of texts");
        Result<T> value = parse(*text);
        if (!value) return fail(entry, std::string(key) + ": " + value.error().message);
        values.push_back(std::move(value).value());
      }
    }
    forget(section, key);
  }
  // An empty text is none.
  template <class T, class Parse>
  void read_maybe(std::string_view section, std::string_view key, std::optional<T>& value,
                  Parse parse) {
    toml::node const* const node = find(section, key, toml::node_type::string, "a text");
    if (node != nullptr) {
      std::string const& text = node->ref<std::string>();
      value.reset();
      if (!text.empty()) {
        Result<T> parsed = parse(text);
        if (!parsed) return fail(*node, std::string(key) + ": " + parsed.error().message);
        value = std::move(parsed).value();
      }
    }
    forget(section, key);
  }

  void fail(toml::node const& node, std::string const& what) {
    if (failure_) return;
    failure_ = Error{EINVAL, file_ + ":" + std::to_string(node.source().begin.line) + ": " + what};
  }

  // After all keys were read.
  std::optional<Error> finish() {
    for (auto const& [key, node] : root_) {
      toml::table const* const section = node.as_table();
      if (section == nullptr) fail(node, std::string(key.str()) + " is no key of a node");
      else if (!known_section(key.str()))
        fail(node, "there is no [" + std::string(key.str()) + "]");
      else if (!section->empty()) {
        fail(section->begin()->second, std::string(section->begin()->first.str()) +
                                           " is no key of [" + std::string(key.str()) + "]");
      }
    }
    return failure_;
  }

 private:
  toml::table* table(std::string_view section) {
    return section.empty() ? &root_ : root_[section].as_table();
  }
  toml::node* find(std::string_view section, std::string_view key, toml::node_type type,
                   std::string const& meaning) {
    sections_.emplace_back(section);
    toml::table* const in = table(section);
    toml::node* const node = in != nullptr ? in->get(key) : nullptr;
    if (node == nullptr || node->type() == type) return node;
    fail(*node, std::string(key) + " must be " + meaning);
    return nullptr;
  }
  void forget(std::string_view section, std::string_view key) {
    if (toml::table* const in = table(section)) in->erase(key);
  }
  bool known_section(std::string_view name) const {
    return std::find(sections_.begin(), sections_.end(), name) != sections_.end();
  }

  toml::table& root_;
  std::string const& file_;
  std::vector<std::string> sections_;
  std::optional<Error> failure_;
};

Result<PeerId> parse_peer(std::string const& text) {
  std::optional<PeerId> peer = PeerId::of_text(text);
  if (peer) return *peer;
  return Error{EINVAL, "\"" + text + "\" is no peer's id; it has 43 characters"};
}

Result<std::string> parse_service(std::string const& text) {
  if (text.starts_with("http://")) return text;
  return Error{EINVAL, "\"" + text + "\" is no service's URL; it looks like http://192.0.2.7:7701"};
}

Result<LogLevel> parse_level(std::string const& name) {
  auto const* const found = std::find_if(log_levels.begin(), log_levels.end(),
                                         [&](LogLevel level) { return text(level) == name; });
  if (found != log_levels.end()) return *found;
  return Error{EINVAL, "level must be debug, info, warning, error or off"};
}

Error no_toml(toml::parse_error const& error, std::string const& file) {
  return {EINVAL, file + ":" + std::to_string(error.source().begin.line) + ": " +
                      std::string(error.description())};
}

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

template <class T>
std::string list_of(std::vector<T> const& values) {
  std::string out;
  for (T const& value : values) {
    std::string text;
    if constexpr (std::is_same_v<T, std::string>) text = value;
    else text = value.text();
    out += (out.empty() ? "" : ", ") + toml_text(text);
  }
  return "[" + out + "]";
}

std::string text_of(std::optional<Address> const& address) {
  return toml_text(address ? address->text() : "");
}

// The rest of it: numbers that a node can do without.
std::string numbers_text(Config const& config) {
  return "[sync]\n"
         "# Seconds between two reconciliations with a peer; each connection begins with one.\n"
         "# period = " +
         std::to_string(config.sync_period) +
         "\n"
         "\n"
         "[limits]\n"
         "# Memory, in MiB: ops that peers may send before they are on the disk; what the store "
         "has\n"
         "# not sorted yet; what it keeps at hand.\n"
         "# room = " +
         std::to_string(config.limits.room) +
         "\n"
         "# write_buffers = " +
         std::to_string(config.limits.write_buffers) +
         "\n"
         "# block_cache = " +
         std::to_string(config.limits.block_cache) +
         "\n"
         "\n"
         "[log]\n"
         "# debug, info, warning, error or off\n"
         "# level = " +
         toml_text(text(config.log_level)) + "\n";
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string const& file) {
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) return no_toml(parsed.error(), file);
  Config config;
  Reader reader(parsed.table(), file);
  reader.read("", "space", config.space);
  reader.read_maybe("", "listen", config.listen, Address::parse);
  reader.read_maybe("", "announce", config.announce, Address::parse);
  reader.read_all("", "peers", config.peers, PeerUrl::parse);
  reader.read_maybe("http", "listen", config.http, Address::parse);
  reader.read("http", "serve_bootstrap", config.serve_bootstrap);
  reader.read_all("bootstrap", "services", config.bootstrap, parse_service);
  reader.read_all("access", "allow", config.allow, parse_peer);
  reader.read_all("access", "block", config.block, parse_peer);
  reader.read("sync", "period", sync_period_max, config.sync_period);
  reader.read("limits", "room", mebibytes_max, config.limits.room);
  reader.read("limits", "write_buffers", mebibytes_max, config.limits.write_buffers);
  reader.read("limits", "block_cache", mebibytes_max, config.limits.block_cache);
  std::optional<LogLevel> level = config.log_level;
  reader.read_maybe("log", "level", level, parse_level);
  config.log_level = level.value_or(LogLevel::info);
  if (std::optional<Error> const failure = reader.finish()) return *failure;
  if (config.space.empty() || config.space.size() > space_bytes_max) {
    return Error{EINVAL,
                 file + ": space must have 1 to " + std::to_string(space_bytes_max) + " bytes"};
  }
  if (config.serve_bootstrap && !config.http) {
    return Error{EINVAL, file + ": serve_bootstrap needs an address in listen of [http]"};
  }
  return config;
}

Result<Config> load_config(std::string const& file) {
  Result<std::string> text = read_file(file, config_bytes_max);
  if (!text) return text.error();
  return parse_config(*text, file);
}

std::string config_text(Config const& config) {
  std::string const peers = list_of(config.peers);
  return "# A node of Weir: docs/weir-node.md. What is commented out has the value that is shown.\n"
         "\n"
         "# Which ops it exchanges: those of the nodes that say the same.\n"
         "space = " +
         toml_text(config.space) +
         "\n"
         "\n"
         "# Where peers connect to: \"0.0.0.0:7000\" is all of this machine. \"\": some port on "
         "this\n"
         "# machine alone, which is enough for who dials others.\n"
         "listen = " +
         text_of(config.listen) +
         "\n"
         "# Where they find it, if that is not where it listens.\n"
         "# announce = \"192.0.2.1:7000\"\n"
         "\n"
         "# Whom it dials: weir://ADDRESS:PORT, or with /PEER behind it, then nobody else is\n"
         "# accepted there. (`weir-node status` there says it.)\n"
         "peers = " +
         peers +
         "\n"
         "\n"
         "[http]\n"
         "# For /metrics, /graph and /healthz; anybody may ask there. \"\": nowhere.\n"
         "listen = " +
         text_of(config.http) +
         "\n"
         "# Is it a bootstrap service for others, there?\n"
         "# serve_bootstrap = false\n"
         "\n"
         "[bootstrap]\n"
         "# Services that are told where it is and asked who else is there: http://ADDRESS:PORT\n"
         "services = " +
         list_of(config.bootstrap) +
         "\n"
         "\n"
         "[access]\n"
         "# Peers by their ids. If anybody is allowed by name, nobody else is.\n"
         "allow = " +
         list_of(config.allow) +
         "\n"
         "block = " +
         list_of(config.block) +
         "\n"
         "\n" +
         numbers_text(config);
}

}  // namespace weir::tool
