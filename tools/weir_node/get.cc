// Ops to files, directories, standard output.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/weir_node/commands.h"
#include "tools/weir_node/restore.h"
#include "tools/weir_node/say.h"

namespace weir::tool {

namespace {

// The last part of a name: `get` makes no directories that nobody asked for.
std::string last_part(std::string const& name) {
  std::size_t const slash = name.rfind('/');
  return slash == std::string::npos ? name : name.substr(slash + 1);
}

// Where it goes if nobody says: a file and a tree have a name, the bytes of others are shown.
std::string path_for(GetOptions const& options, Content const& content) {
  if (!options.path.empty()) return options.path;
  return content.name.empty() ? "-" : last_part(content.name);
}

Result<void> restore(Restorer& restorer, Content const& content, std::string const& path) {
  if (content.kind == ContentKind::tree) {
    if (path == "-") return Error{EISDIR, "a tree cannot go to standard output; say where: -o"};
    return restorer.restore_tree(content, path);
  }
  if (path == "-") return restorer.write(content, STDOUT_FILENO, "standard output");
  return restorer.restore_file(content, path);
}

}  // namespace

Result<int> get(OpsAccess& access, GetOptions const& options, Style style) {
  auto progress = std::make_unique<Progress>("get", style.is_quiet);
  Result<Op> op = retrieve_one(access, options.id);
  if (!op) return op.error();
  Result<Content> content = read_content(op->bytes.view().span());
  if (!content) return content.error();
  bool const is_tree = content->kind == ContentKind::tree;
  if (is_tree) progress->expect_items(content->parts.size(), "files");
  else progress->expect(content->shown_size());
  std::string const path = path_for(options, *content);
  Restorer restorer(access, *progress, options.force);
  Result<void> const done = restore(restorer, *content, path);
  double const seconds = progress->seconds();
  progress.reset();
  Restored const restored = restorer.restored();
  if (!done) {
    if (!is_tree) return done.error();
    return Error{done.error().code,
                 fmt::format("{} (restored {} of {} files)", done.error().message, restored.files,
                             content->parts.size())};
  }
  if (path == "-") return exit_done;  // nothing but its bytes
  if (style.json) {
    nlohmann::ordered_json const said = {{"id", options.id.hex()},
                                         {"kind", std::string(text(content->kind))},
                                         {"path", path},
                                         {"files", restored.files},
                                         {"bytes", restored.bytes},
                                         {"seconds", seconds}};
    Result<void> const written = say(text_of(said) + "\n");
    return written ? Result<int>(exit_done) : written.error();
  }
  Result<void> const written = say(harmless(path) + "\n");
  if (!written) return written.error();
  if (!style.is_quiet) {
    fmt::print(stderr, "{} {}, {}\n", restored.files, restored.files == 1 ? "file" : "files",
               text_of_bytes(static_cast<double>(restored.bytes)));
  }
  return exit_done;
}

}  // namespace weir::tool
