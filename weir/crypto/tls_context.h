// What TLS sessions of one side share: our credentials, whom we trust, what we speak.
//
//   TlsOptions options;
//   options.credentials = credentials_of(key).value();   // or text of PEM files
//   options.check = PeerCheck::keys;                     // mutual: the client has to show one of
//   options.keys = {hash_of(friend_key)};                // these
//   Owner<TlsContext> tls = TlsContext::make_server(options).value();
//
// TLS 1.3 and nothing older. A context may be used by several threads, and its credentials may be
// exchanged while it is used: sessions that have begun keep theirs, later ones have the new ones.
//
// Resumption: a server gives each client a ticket, under a key that never leaves the context; with
// it the client's next handshake needs no signature (but a key exchange still, so what was recorded
// stays secret). A client keeps the latest ticket of each peer, for at most peer_count_max of them,
// and uses it once. Who resumes is known by the certificate it has shown before, and that is
// checked again: its dates and, with PeerCheck::keys, its key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/owner.h"
#include "weir/base/result.h"
#include "weir/crypto/ed25519.h"
#include "weir/crypto/sha256.h"

namespace weir {

// SHA-256 of a key's SubjectPublicKeyInfo: what `openssl pkey -pubin -outform der | sha256sum`
// says.
using KeyHash = Digest;
KeyHash hash_of(Ed25519PublicKey const& key);

// Text in PEM form: our certificate, then those between it and an authority; and the private key of
// the first.
struct TlsCredentials {
  std::string certificates_pem;
  std::string key_pem;
};
// A self-signed certificate of this key.
Result<TlsCredentials> credentials_of(Ed25519Key const& key);

// Who the peer has proven to be.
struct TlsPeer {
  bool has_key = false;                 // it has shown a certificate; else the next three are empty
  KeyHash key_hash{};                   // of the certificate's key, whatever its kind
  std::optional<Ed25519PublicKey> key;  // if it is of that kind
  std::string subject;                  // such as "CN=weir,O=..."; at most subject_bytes_max
  std::string protocol;                 // what both speak of TlsOptions::protocols; empty: nothing
  bool resumed = false;

  static constexpr std::size_t subject_bytes_max = 256;
  friend bool operator==(TlsPeer const&, TlsPeer const&) = default;
};

// Whose certificate is accepted. Dates always count.
enum class PeerCheck : std::uint8_t {
  not_asked,    // a server that asks for no certificate; a client may not do without
  authorities,  // whoever one of the authorities speaks for; a server has to be server_name
  keys,         // whoever has one of these keys, or one that `accepts` says yes to
  any_key,      // anybody who has a key at all: the flow decides
};

// A question that is answered within the handshake: by `ask(context, peer)`, at once, on the thread
// of the session. `peer` has no protocol yet.
struct KeyCheck {
  bool (*ask)(void* context, TlsPeer const& peer) = nullptr;
  void* context = nullptr;
};

struct TlsOptions {
  TlsCredentials credentials;  // a client may have none
  PeerCheck check = PeerCheck::not_asked;
  std::string authorities_pem;  // of PeerCheck::authorities; empty: those of this system
  std::vector<KeyHash> keys;    // of PeerCheck::keys
  KeyCheck accepts;             // of PeerCheck::keys
  std::string server_name;      // a client's: which server it wants
  // Application protocols (ALPN) of 1 to 255 bytes each, the preferred first. A client that offers
  // others is refused by a server that has some; who offers none at all is not.
  std::vector<std::string> protocols;
  bool resumes = true;
  std::uint32_t ticket_seconds = 7200;  // at most 604800
};

class TlsContext {
 public:
  enum class Role : std::uint8_t { server, client };

  // Fail where credentials or authorities are not what they should be.
  static Result<Owner<TlsContext>> make_server(TlsOptions const& options);
  static Result<Owner<TlsContext>> make_client(TlsOptions const& options);
  ~TlsContext();
  TlsContext(TlsContext const&) = delete;
  TlsContext& operator=(TlsContext const&) = delete;

  // Later sessions have these; tickets stay good. Where it fails everything is as it was.
  Result<void> reload(TlsCredentials const& credentials);

  Role role() const;
  TlsOptions const& options() const;

  // Of a client: peers whose ticket is kept; the oldest is forgotten for one more.
  static constexpr std::size_t peer_count_max = 1024;
  std::size_t kept_ticket_count() const;

  // ---- for sessions
  struct State;
  State& state() const { return *state_; }

 private:
  explicit TlsContext(State* state) : state_(state) {}
  static Result<Owner<TlsContext>> make(Role role, TlsOptions const& options);

  State* state_;
};

}  // namespace weir
