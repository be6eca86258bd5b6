#include "weir/p2p/peer_record.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "weir/base/base64.h"

namespace weir {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t arc_end = 0xffff'ffff;

Error no_record(std::string const& reason) { return {0, "no record of a peer: " + reason}; }

std::span<std::byte const> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Throws nothing; what is no JSON is null.
Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

std::optional<std::string> string_at(Json const& object, char const* name) {
  auto const found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<UnixTime> time_at(Json const& object, char const* name) {
  std::optional<std::string> const text = string_at(object, name);
  if (!text || text->empty()) return std::nullopt;
  UnixTime time = 0;
  auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), time);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return time;
}

std::string info_of(PeerRecord const& record) {
  Json info;
  info["agent"] = record.peer.text();
  info["space"] = to_base64url(bytes_of(record.space));
  info["createdAt"] = std::to_string(record.created_at);
  info["expiresAt"] = std::to_string(record.expires_at);
  info["isTombstone"] = record.tombstone;
  info["url"] = record.url ? Json(record.url->text()) : Json(nullptr);
  info["storageArc"] = record.tombstone ? Json(nullptr) : Json::array({0, arc_end});
  return info.dump();
}

Result<void> read_url(Json const& info, PeerRecord& record) {
  auto const found = info.find("url");
  if (found == info.end() || found->is_null()) return {};
  if (!found->is_string()) return no_record("its url is no text");
  Result<PeerUrl> url = PeerUrl::parse(found->get_ref<std::string const&>());
  if (!url.ok()) return no_record(url.error().message);
  if (url.value().peer && *url.value().peer != record.peer)
    return no_record("its url leads to somebody else");
  record.url = std::move(url).value();
  record.url->peer = record.peer;
  return {};
}

Result<PeerRecord> read_info(std::string const& text) {
  Json const info = parse(text);
  if (!info.is_object()) return no_record("what is signed is no JSON object");
  PeerRecord record;
  std::optional<std::string> const agent = string_at(info, "agent");
  std::optional<PeerId> const peer = agent ? PeerId::of_text(*agent) : std::nullopt;
  if (!peer) return no_record("its agent is no key (43 characters of base64url)");
  record.peer = *peer;
  std::optional<std::string> const space = string_at(info, "space");
  auto const space_bytes = space ? from_base64url(*space) : std::nullopt;
  if (!space_bytes || space_bytes->empty() || space_bytes->size() > space_bytes_max)
    return no_record("its space is not 1 to 64 bytes of base64url");
  record.space.assign(reinterpret_cast<char const*>(space_bytes->data()), space_bytes->size());
  std::optional<UnixTime> const created_at = time_at(info, "createdAt");
  std::optional<UnixTime> const expires_at = time_at(info, "expiresAt");
  if (!created_at || !expires_at)
    return no_record("createdAt and expiresAt are not microseconds, as text");
  record.created_at = *created_at;
  record.expires_at = *expires_at;
  auto const tombstone = info.find("isTombstone");
  if (tombstone != info.end() && !tombstone->is_boolean())
    return no_record("isTombstone is neither true nor false");
  record.tombstone = tombstone != info.end() && tombstone->get<bool>();
  Result<void> const url = read_url(info, record);
  if (!url.ok()) return url.error();
  return record;
}

}  // namespace

std::string SignedPeerRecord::text() const {
  Json envelope;
  envelope["agentInfo"] = info;
  envelope["signature"] = to_base64url(signature);
  return envelope.dump();
}

SignedPeerRecord sign(PeerRecord const& record, Ed25519Key const& key) {
  WEIR_ASSERT(record.peer.key == key.public_key());
  WEIR_ASSERT(!record.space.empty() && record.space.size() <= space_bytes_max);
  WEIR_ASSERT(!record.url || !record.url->peer || *record.url->peer == record.peer);
  SignedPeerRecord made{record, {}, {}};
  if (made.record.url) made.record.url->peer = record.peer;
  made.info = info_of(made.record);
  made.signature = key.sign(bytes_of(made.info));
  WEIR_ASSERT(made.text().size() <= peer_record_bytes_max);
  return made;
}

Result<SignedPeerRecord> read_peer_record(std::string_view text) {
  if (text.size() > peer_record_bytes_max)
    return no_record("it has " + std::to_string(text.size()) + " bytes, and may have " +
                     std::to_string(peer_record_bytes_max));
  Json const envelope = parse(text);
  if (!envelope.is_object()) return no_record("it is no JSON object");
  std::optional<std::string> info = string_at(envelope, "agentInfo");
  std::optional<std::string> const signature_text = string_at(envelope, "signature");
  if (!info || !signature_text) return no_record("it lacks agentInfo or signature, as text");
  SignedPeerRecord read;
  auto const signature = from_base64url(*signature_text);
  if (!signature || signature->size() != read.signature.size())
    return no_record("its signature is not 64 bytes of base64url");
  std::memcpy(read.signature.data(), signature->data(), signature->size());
  Result<PeerRecord> record = read_info(*info);
  if (!record.ok()) return record.error();
  if (!record.value().peer.key.verify(bytes_of(*info), read.signature))
    return no_record("its peer has not signed it");
  read.record = std::move(record).value();
  read.info = *std::move(info);
  return read;
}

std::string text_of(std::span<SignedPeerRecord const* const> records) {
  std::string text = "[";
  for (SignedPeerRecord const* const record : records) {
    if (text.size() > 1) text += ",";
    text += record->text();
  }
  return text + "]";
}

std::vector<Result<SignedPeerRecord>> read_peer_records(std::string_view json,
                                                        std::size_t count_max) {
  std::vector<Result<SignedPeerRecord>> records;
  nlohmann::json const array = nlohmann::json::parse(json, nullptr, false);
  if (!array.is_array()) {
    records.push_back(Error{0, "no records of peers: it is no JSON array"});
    return records;
  }
  for (nlohmann::json const& one : array) {
    if (records.size() == count_max) break;
    records.push_back(read_peer_record(one.dump()));
  }
  return records;
}

Result<void> check_lifetime(PeerRecord const& record, UnixTime now) {
  if (record.expires_at <= now) return Error{0, "the record has expired"};
  if (record.created_at > now + clock_drift_max)
    return Error{0, "the record is from the future: is the clock of one machine wrong?"};
  if (record.expires_at <= record.created_at) return Error{0, "the record ends before it begins"};
  if (record.expires_at - record.created_at > peer_record_life_max)
    return Error{0, "the record claims to live for more than 30 minutes"};
  return {};
}

}  // namespace weir
