#include "weir/p2p/peer_id.h"

#include <span>

#include "weir/base/base64.h"

namespace weir {

namespace {

constexpr std::string_view scheme = "weir://";

Error no_url(std::string_view text, std::string const& reason) {
  return {0, "'" + std::string(text) + "' is no address of a peer: " + reason +
                 " (weir://ADDRESS:PORT/PEER, or weir://ADDRESS:PORT)"};
}

}  // namespace

std::optional<PeerId> PeerId::of_text(std::string_view text) {
  auto const bytes = from_base64url(text);
  PeerId id;
  if (!bytes || bytes->size() != id.key.bytes.size()) return std::nullopt;
  std::memcpy(id.key.bytes.data(), bytes->data(), bytes->size());
  return id;
}

std::string PeerId::text() const { return to_base64url(key.bytes); }

Result<PeerUrl> PeerUrl::parse(std::string_view text) {
  if (!text.starts_with(scheme)) return no_url(text, "it does not begin with weir://");
  std::string_view rest = text.substr(scheme.size());
  PeerUrl url;
  if (std::size_t const slash = rest.find('/'); slash != std::string_view::npos) {
    std::string_view const peer = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
    if (!peer.empty()) {
      url.peer = PeerId::of_text(peer);
      if (!url.peer) return no_url(text, "what stands behind the slash is no peer's id");
    }
  }
  Result<Address> address = Address::parse(rest);
  if (!address.ok()) return no_url(text, address.error().message);
  if (address.value().family() == Family::local)
    return no_url(text, "only IPv4 and IPv6 lead to another machine");
  if (address.value().port_number() == 0) return no_url(text, "it has no port number");
  url.address = std::move(address).value();
  return url;
}

std::string PeerUrl::text() const {
  std::string text = std::string(scheme) + address.text();
  if (peer) text += "/" + peer->text();
  return text;
}

}  // namespace weir
