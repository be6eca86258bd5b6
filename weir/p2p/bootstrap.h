// How peers that know nobody find each other: a small HTTP service that keeps the records that
// peers bring, and tells them.
//
//   PUT /bootstrap/SPACE/PEER     a signed record (p2p/peer_record.h) of that peer; 200, or what is
//                                 wrong with it
//   GET /bootstrap/SPACE          a JSON array of at most answer_records_max records, others each
//                                 time where there are more
//
// SPACE and PEER are base64url. Anybody may ask; only its peer can make a record, and it is gone
// when it has expired. A node may be such a service itself:
//
//   BootstrapService service(unix_time);
//   service.serve(http_server);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weir/base/random.h"
#include "weir/p2p/peer_store.h"

namespace weir::http {
class Server;
struct Request;
struct Response;
}  // namespace weir::http

namespace weir {

UnixTime unix_time();

struct BootstrapLimits {
  std::uint32_t space_count_max = 64;
  std::uint32_t peers_per_space_max = 1024;
  std::uint32_t answer_records_max = 32;
};

class BootstrapService {
 public:
  explicit BootstrapService(UnixTime (*now)() = unix_time, BootstrapLimits const& limits = {},
                            std::uint64_t seed = 1);

  // The service outlives the server.
  void serve(http::Server& server);

  http::Response put(std::string_view space, std::string_view peer, std::string_view body);
  http::Response get(std::string_view space);

 private:
  http::Response answer(http::Request const& request);
  // Null: there is no room for another space.
  PeerStore* space_named(std::string const& space);

  UnixTime (*const now_)();
  BootstrapLimits const limits_;
  Random random_;
  AccessRules const everybody_{};
  std::unordered_map<std::string, PeerStore> spaces_;
};

}  // namespace weir
