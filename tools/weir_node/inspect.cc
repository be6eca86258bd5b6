// The commands that look at what a node has: ls, verify, status, peers; and want.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "tools/weir_node/commands.h"
#include "tools/weir_node/progress.h"
#include "tools/weir_node/say.h"
#include "weir/crypto/sha256.h"
#include "weir/p2p/content.h"

namespace weir::tool {

namespace {

using Json = nlohmann::ordered_json;

std::vector<OpId> ids_of(std::vector<OpEntry> const& entries) {
  std::vector<OpId> ids;
  ids.reserve(entries.size());
  for (OpEntry const& entry : entries) ids.push_back(entry.id);
  return ids;
}

// Lists to standard output; as JSON one array of objects, a line each.
class Listing {
 public:
  explicit Listing(bool json) : json_(json) {}

  Result<void> id(OpEntry const& entry) {
    if (!json_) return say(entry.id.hex() + "\n");
    return object({{"id", entry.id.hex()}, {"created_at", entry.created_at}, {"size", entry.size}});
  }
  // Without content: bytes of which we know nothing.
  Result<void> op(OpEntry const& entry, std::optional<Content> const& content) {
    std::string_view const kind = content ? text(content->kind) : "unknown";
    std::uint64_t const shown = content ? content->shown_size() : entry.size;
    if (json_) {
      Json line = {{"id", entry.id.hex()},
                   {"created_at", entry.created_at},
                   {"size", entry.size},
                   {"kind", std::string(kind)}};
      if (content && content->kind == ContentKind::tree) line["files"] = shown;
      else line["bytes"] = shown;
      if (content && !content->name.empty()) line["name"] = content->name;
      return object(line);
    }
    bool const is_tree = content && content->kind == ContentKind::tree;
    std::string const size =
        is_tree ? fmt::format("{} files", shown) : text_of_bytes(static_cast<double>(shown));
    std::string const name = content ? harmless(content->name) : "";
    return say(fmt::format("{}  {}  {:<7} {:>11}  {}\n", entry.id.hex(),
                           text_of_time(entry.created_at), kind, size, name));
  }
  Result<void> end() {
    if (!json_) return {};
    return say(is_first_ ? "[]\n" : "\n]\n");
  }

 private:
  Result<void> object(Json const& line) {
    std::string const before = is_first_ ? "[\n" : ",\n";
    is_first_ = false;
    return say(before + text_of(line));
  }

  bool const json_;
  bool is_first_ = true;
};

// What an op names: the chunks of a file, the files of a tree.
std::vector<OpId> parts_of(Op const& op) {
  Result<Content> content = read_content(op.bytes.view().span());
  return content ? std::move(content->parts) : std::vector<OpId>();
}

// Those of `ids` that are not held; chunks are too large to be read for that.
Result<void> append_missing(OpsAccess& access, std::vector<OpId> const& ids,
                            std::vector<OpId>& missing) {
  if (ids.empty()) return {};
  std::set<OpId> sought(ids.begin(), ids.end());
  Result<void> const looked = for_each_page(access, [&](std::vector<OpEntry> const& entries) {
    for (OpEntry const& entry : entries) sought.erase(entry.id);
    return Result<void>();
  });
  missing.insert(missing.end(), sought.begin(), sought.end());
  return looked;
}

std::string text_of_value(std::string const& key, Json const& value) {
  if (value.is_string()) return harmless(value.get<std::string>());
  bool const is_rate = key.ends_with("bytes_per_second");
  bool const is_bytes = key == "bytes" || key.ends_with("_bytes") || key.ends_with(".bytes") ||
                        key.find("bytes_") != key.npos;
  if (!value.is_number() || !is_bytes) return value.dump();
  return text_of_bytes(value.get<double>()) + (is_rate ? "/s" : "");
}

// Each leaf, a line each; "fetch.requests" lies in "fetch".
void append_lines(std::string& out, std::string const& prefix, Json const& json) {
  for (auto const& [key, value] : json.items()) {
    std::string const name = prefix.empty() ? key : prefix + "." + key;
    if (value.is_structured()) append_lines(out, name, value);
    else out += fmt::format("{:<24} {}\n", name, text_of_value(name, value));
  }
}

Result<Json> parse(Result<std::string> const& text) {
  if (!text) return text.error();
  Json json = Json::parse(text.value(), nullptr, false);
  if (json.is_discarded()) return Error{EBADMSG, "the node answers what is no JSON"};
  return json;
}

std::string text_at(Json const& json, char const* key) {
  auto const found = json.find(key);
  return found != json.end() && found->is_string() ? harmless(found->get<std::string>()) : "-";
}
double number_at(Json const& json, char const* key) {
  auto const found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : 0;
}

std::string state_of(Json const& peer) {
  auto const connected = peer.find("connected");
  if (connected == peer.end() || *connected != true) return "away";
  double const back_off = number_at(peer, "back_off_seconds");
  return back_off > 0 ? fmt::format("silent {:.0f}s", back_off) : "connected";
}

std::string peer_table(Json const& known) {
  if (known.empty()) return "it knows of no peers\n";
  constexpr char const* row = "{:<43}  {:<21} {:<11} {:>8} {:>10} {:>12} {:>9}\n";
  std::string table = fmt::format(fmt::runtime(row), "peer", "address", "state", "pending",
                                  "received", "rate", "latency");
  for (Json const& peer : known) {
    table += fmt::format(fmt::runtime(row), text_at(peer, "id"), text_at(peer, "address"),
                         state_of(peer), fmt::format("{:.0f}", number_at(peer, "pending")),
                         text_of_bytes(number_at(peer, "received_bytes")),
                         text_of_bytes(number_at(peer, "bytes_per_second")) + "/s",
                         fmt::format("{:.1f} ms", number_at(peer, "latency_seconds") * 1000));
  }
  return table;
}

}  // namespace

Result<int> list(OpsAccess& access, ListOptions const& options, Style style) {
  Listing listing(style.json);
  auto const list_ids = [&](std::vector<OpEntry> const& entries) -> Result<void> {
    for (OpEntry const& entry : entries) {
      Result<void> const written = listing.id(entry);
      if (!written) return written;
    }
    return {};
  };
  auto const list_ops = [&](std::vector<OpEntry> const& entries) -> Result<void> {
    std::size_t n = 0;
    return access.retrieve(ids_of(entries), [&](OpId const&, Op const* op) -> Result<void> {
      OpEntry const& entry = entries[n++];
      std::optional<Content> content;
      if (op != nullptr) {
        Result<Content> read = read_content(op->bytes.view().span());
        if (read) content = std::move(read).value();
      }
      bool const is_shown = content && content->kind != ContentKind::chunk;
      return is_shown || options.all ? listing.op(entry, content) : Result<void>();
    });
  };
  Result<void> const listed =
      options.ids ? for_each_page(access, list_ids) : for_each_page(access, list_ops);
  if (!listed) return listed.error();
  Result<void> const ended = listing.end();
  return ended ? Result<int>(exit_done) : ended.error();
}

Result<int> want(OpsAccess& access, std::vector<OpId> const& ids, Style style) {
  // What is held names what may not be: a tree its files, these their chunks.
  std::vector<OpId> level = ids;
  std::vector<OpId> wanted;
  for (int depth = 0; depth < 2; ++depth) {
    std::vector<OpId> next;
    auto const look = [&](OpId const& id, Op const* op) -> Result<void> {
      if (op == nullptr) wanted.push_back(id);
      if (op == nullptr) return {};
      for (OpId const& part : parts_of(*op)) next.push_back(part);
      return {};
    };
    Result<void> const looked = access.retrieve(level, look);
    if (!looked) return looked.error();
    level = std::move(next);
  }
  Result<void> const rest = append_missing(access, level, wanted);
  if (!rest) return rest.error();
  if (!wanted.empty()) {
    Result<void> const done = access.want(wanted);
    if (!done) return done.error();
  }
  Result<void> const written = say(style.json ? text_of(Json{{"wanted", wanted.size()}}) + "\n"
                                              : fmt::format("{} wanted\n", wanted.size()));
  return written ? Result<int>(exit_done) : written.error();
}

Result<int> verify(OpsAccess& access, Style style) {
  auto progress = std::make_unique<Progress>("verify", style.is_quiet);
  Sha256 hasher;
  std::vector<OpId> damaged;
  std::uint64_t ops = 0;
  std::uint64_t bytes = 0;
  auto const check = [&](OpId const& id, Op const* op) -> Result<void> {
    ++ops;
    if (op == nullptr || hasher.of(op->bytes.view().span()) != id.bytes) damaged.push_back(id);
    std::uint64_t const size = op == nullptr ? 0 : op->bytes.size();
    bytes += size;
    progress->add(size, 1);
    return {};
  };
  auto const check_page = [&](std::vector<OpEntry> const& entries) {
    return access.retrieve(ids_of(entries), check);
  };
  Result<std::string> known = access.status();
  if (known) {
    Json const json = Json::parse(*known, nullptr, false);
    if (json.is_object()) progress->expect(json.value("bytes", std::uint64_t{0}));
  }
  Result<void> const checked = for_each_page(access, check_page);
  double const seconds = progress->seconds();
  progress.reset();
  if (!checked) return checked.error();
  std::string out;
  if (style.json) {
    Json said = {{"ops", ops}, {"bytes", bytes}, {"damaged", Json::array()}, {"seconds", seconds}};
    for (OpId const& id : damaged) said["damaged"].push_back(id.hex());
    out = text_of(said) + "\n";
  } else {
    for (OpId const& id : damaged) out += "damaged " + id.hex() + "\n";
    out += fmt::format(
        "{} ops, {}: {}\n", ops, text_of_bytes(static_cast<double>(bytes)),
        damaged.empty() ? "all are what their ids say" : fmt::format("{} damaged", damaged.size()));
  }
  Result<void> const written = say(out);
  if (!written) return written.error();
  return damaged.empty() ? exit_done : exit_incomplete;
}

Result<int> status(OpsAccess& access, Style style) {
  Result<Json> json = parse(access.status());
  if (!json) return json.error();
  Result<Json> known = parse(access.peers());
  if (!known) return known.error();
  std::string out;
  if (style.json) {
    (*json)["peers"] = *known;
    out = text_of(*json) + "\n";
  } else {
    append_lines(out, "", *json);
    out += "\n" + peer_table(*known);
  }
  Result<void> const written = say(out);
  return written ? Result<int>(exit_done) : written.error();
}

Result<int> peers(OpsAccess& access, Style style) {
  Result<Json> known = parse(access.peers());
  if (!known) return known.error();
  Result<void> const written = say(style.json ? text_of(*known) + "\n" : peer_table(*known));
  return written ? Result<int>(exit_done) : written.error();
}

}  // namespace weir::tool
