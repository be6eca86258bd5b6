#include "weir/p2p/bootstrap.h"

#include <chrono>

#include "weir/base/base64.h"
#include "weir/http/server.h"

namespace weir {

namespace {

constexpr std::string_view prefix = "/bootstrap/";

http::Response refused(int status, std::string_view reason) {
  http::Response response = http::text(std::string(reason) + "\n");
  response.status = status;
  return response;
}

std::optional<std::string> space_of(std::string_view text) {
  auto const bytes = from_base64url(text);
  if (!bytes || bytes->empty() || bytes->size() > space_bytes_max) return std::nullopt;
  return std::string(reinterpret_cast<char const*>(bytes->data()), bytes->size());
}

}  // namespace

UnixTime unix_time() {
  auto const since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<UnixTime>(
      std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

BootstrapService::BootstrapService(UnixTime (*now)(), BootstrapLimits const& limits,
                                   std::uint64_t seed)
    : now_(now), limits_(limits), random_(seed) {}

void BootstrapService::serve(http::Server& server) {
  auto const handler = [this](http::Request const& request) { return answer(request); };
  server.get("/bootstrap/*", handler);
  server.put("/bootstrap/*", handler);
}

http::Response BootstrapService::answer(http::Request const& request) {
  WEIR_ASSERT(request.path.starts_with(prefix));
  std::string_view const rest = request.path.substr(prefix.size());
  std::size_t const slash = rest.find('/');
  bool const has_peer = slash != std::string_view::npos;
  if (request.method == http::Method::put && has_peer)
    return put(rest.substr(0, slash), rest.substr(slash + 1), request.body);
  bool const reads = request.method == http::Method::get || request.method == http::Method::head;
  if (reads && !has_peer) return get(rest);
  return refused(404, "PUT /bootstrap/SPACE/PEER, or GET /bootstrap/SPACE");
}

http::Response BootstrapService::put(std::string_view space, std::string_view peer,
                                     std::string_view body) {
  Result<SignedPeerRecord> record = read_peer_record(body);
  if (!record.ok()) return refused(400, record.error().message);
  std::optional<std::string> const name = space_of(space);
  if (!name || record->record.space != *name)
    return refused(400, "the record is of another space than the path");
  if (PeerId::of_text(peer) != record->record.peer)
    return refused(400, "the record is of another peer than the path");
  UnixTime const now = now_();
  if (Result<void> const alive = check_lifetime(record->record, now); !alive.ok())
    return refused(400, alive.error().message);
  PeerStore* const store = space_named(*name);
  if (store == nullptr) return refused(503, "there is no room for another space");
  store->prune(now);
  RecordNews const news = store->insert(*record, now);
  if (news == RecordNews::known || is_taken(news)) return http::json("{}");
  return refused(news == RecordNews::no_room ? 503 : 400, text(news));
}

PeerStore* BootstrapService::space_named(std::string const& space) {
  auto const found = spaces_.find(space);
  if (found != spaces_.end()) return &found->second;
  if (spaces_.size() >= limits_.space_count_max) {
    UnixTime const now = now_();
    for (auto& [name, store] : spaces_) store.prune(now);
    std::erase_if(spaces_, [](auto const& one) { return one.second.size() == 0; });
  }
  if (spaces_.size() >= limits_.space_count_max) return nullptr;
  PeerStoreLimits const limits{.peer_count_max = limits_.peers_per_space_max};
  return &spaces_.try_emplace(space, space, everybody_, limits).first->second;
}

http::Response BootstrapService::get(std::string_view space) {
  std::optional<std::string> const name = space_of(space);
  if (!name) return refused(400, "the space is not 1 to 64 bytes of base64url");
  std::vector<SignedPeerRecord const*> told;
  auto const found = spaces_.find(*name);
  if (found != spaces_.end()) {
    found->second.prune(now_());
    std::vector<SignedPeerRecord const*> all = found->second.all();
    std::size_t const count = std::min<std::size_t>(all.size(), limits_.answer_records_max);
    for (std::size_t i = 0; i < count; ++i) {
      std::swap(all[i], all[i + random_.below(all.size() - i)]);
      told.push_back(all[i]);
    }
  }
  return http::json(text_of(told));
}

}  // namespace weir
