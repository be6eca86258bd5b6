#include "tools/weir_node/three_nodes/node_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/weir_node/control_access.h"

namespace weir::tool {

namespace {

using Json = nlohmann::json;

std::uint64_t count_at(Json const& json, char const* section, char const* key) {
  return json.contains(section) ? json[section].value(key, std::uint64_t{0}) : 0;
}

}  // namespace

Result<Child> NodeProcess::begin(std::vector<std::string> words) const {
  std::vector<std::string> all = {program_, "--store", directory_.path, "--json", "--quiet"};
  all.insert(all.end(), words.begin(), words.end());
  return Child::start(std::move(all), log_);
}

Result<std::string> NodeProcess::command(std::vector<std::string> words) const {
  std::string const what = words.front();
  Result<Child> child = begin(std::move(words));
  if (!child) return child.error();
  std::string said = child->read_line();
  int const status = child->wait();
  if (status == 0) return said;
  return Error{EREMOTEIO, "`weir-node " + what + "` on " + name_ + " ended with " +
                              std::to_string(status) + ": " + said + "; its log is " + log_};
}

Result<void> NodeProcess::init() {
  Result<std::string> said = command({"init"});
  return said ? Result<void>() : said.error();
}

Result<void> NodeProcess::start(std::string const& dials) {
  std::vector<std::string> words = {"run", "--listen", address_.empty() ? "127.0.0.1:0" : address_};
  if (!dials.empty()) words.insert(words.end(), {"--peer", dials});
  Result<Child> child = begin(std::move(words));
  if (!child) return child.error();
  process_ = std::move(child).value();
  std::string const line = process_.read_line();
  Json const said = Json::parse(line, nullptr, false);
  if (!said.is_object() || !said.contains("address")) {
    return Error{EREMOTEIO, name_ + " does not start: " + line + "; its log is " + log_};
  }
  peer_ = said.value("id", "");
  address_ = said.value("address", "");
  Result<std::unique_ptr<OpsAccess>> access = open_control_access(directory_);
  if (!access) return access.error();
  access_ = std::move(access).value();
  if (access_ == nullptr) return Error{EREMOTEIO, name_ + " does not listen for commands"};
  return {};
}

void NodeProcess::kill() {
  process_.send(SIGKILL);
  process_.wait();
  access_.reset();
  before_ = last_;
  last_.bytes_per_second = 0;
}

Result<void> NodeProcess::stop() {
  access_.reset();
  process_.send(SIGTERM);
  int const status = process_.wait();
  if (status == 0) return {};
  return Error{EREMOTEIO, name_ + " ended with " + std::to_string(status) + "; its log is " + log_};
}

Result<NodeFigures> NodeProcess::figures() {
  if (access_ == nullptr) return last_;
  Result<std::string> text = access_->status();
  if (!text) return Error{text.error().code, name_ + ": " + text.error().message};
  Json const status = Json::parse(*text, nullptr, false);
  if (!status.is_object()) return Error{EBADMSG, name_ + " says no status"};
  last_.ops = status.value("ops", std::uint64_t{0});
  last_.bytes = status.value("bytes", std::uint64_t{0});
  last_.bytes_per_second = status.value("bytes_per_second", 0.0);
  last_.received_bytes = before_.received_bytes + count_at(status, "fetch", "bytes_received");
  last_.duplicate_bytes = before_.duplicate_bytes + count_at(status, "fetch", "bytes_duplicate");
  last_.requests = before_.requests + count_at(status, "fetch", "requests");
  return last_;
}

Result<std::vector<OpId>> NodeProcess::ids() {
  std::vector<OpId> ids;
  Result<void> const listed = for_each_page(*access_, [&](std::vector<OpEntry> const& entries) {
    for (OpEntry const& entry : entries) ids.push_back(entry.id);
    return Result<void>();
  });
  if (!listed) return listed.error();
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace weir::tool
