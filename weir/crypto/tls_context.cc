#include "weir/crypto/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <utility>

#include "weir/crypto/certificate.h"
#include "weir/crypto/tls_session.h"
#include "weir/crypto/tls_state.h"

namespace weir {

namespace {

using openssl::Certificate;
using openssl::error_of;

constexpr int chain_count_max = 16;  // of ours
constexpr int authority_count_max = 1000;
constexpr long chain_bytes_max = 64 * 1024;            // of a peer's
constexpr std::uint32_t ticket_seconds_max = 604'800;  // RFC 8446
constexpr std::size_t ticket_key_bytes = 80;
constexpr std::string_view session_context = "weir";

// ---- what OpenSSL calls back --------------------------------------------------------------------

TlsContext::State& state_of(void* argument) { return *static_cast<TlsContext::State*>(argument); }

// A server's: the first of its protocols that the client offers.
int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* size,
                    unsigned char const* offered, unsigned int offered_size, void* argument) {
  std::string const& ours = state_of(argument).protocols;
  unsigned char* found = nullptr;
  int const result =
      SSL_select_next_proto(&found, size, reinterpret_cast<unsigned char const*>(ours.data()),
                            static_cast<unsigned int>(ours.size()), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Whoever would not be accepted today does not resume: his certificate is asked for again, and is
// refused then, with a reason.
SSL_TICKET_RETURN look_at_ticket(SSL*, SSL_SESSION* ticket, unsigned char const*, std::size_t,
                                 SSL_TICKET_STATUS status, void* argument) {
  bool const good = status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW;
  if (!good) return SSL_TICKET_RETURN_IGNORE_RENEW;
  TlsContext::State const& state = state_of(argument);
  X509* const certificate = SSL_SESSION_get0_peer(ticket);
  bool const accepted = state.options.check == PeerCheck::not_asked ||
                        (certificate != nullptr && state.check(certificate) == TlsFailure::nothing);
  return accepted ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_IGNORE_RENEW;
}

// ---- what is made of options --------------------------------------------------------------------

// Calls f(certificate) for each in `pem`, which may keep it; false from it ends that.
template <class F>
Result<int> for_each_certificate(std::string_view pem, int count_max, F f) {
  openssl::Bio const bio = openssl::bio_over(pem);
  int count = 0;
  while (bio != nullptr && count <= count_max) {
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    if (!f(count, std::move(certificate))) return error_of("this certificate cannot be used");
    ++count;
  }
  unsigned long const why = ERR_peek_last_error();
  bool const at_end = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
  if (count == 0 || count > count_max || !at_end)
    return error_of("there are no certificates in PEM form, or too many, or one is damaged");
  ERR_clear_error();
  return count;
}

Result<void> use_credentials(SSL_CTX* ctx, TlsCredentials const& credentials) {
  Result<int> const chain = for_each_certificate(
      credentials.certificates_pem, chain_count_max, [&](int index, Certificate certificate) {
        if (index == 0) return SSL_CTX_use_certificate(ctx, certificate.get()) == 1;
        if (SSL_CTX_add0_chain_cert(ctx, certificate.get()) != 1) return false;
        (void)certificate.release();
        return true;
      });
  if (!chain) return Error{0, "credentials: " + chain.error().message};
  Result<openssl::Key> const key = openssl::private_key_of(credentials.key_pem);
  if (!key) return Error{0, "credentials: " + key.error().message};
  if (SSL_CTX_use_PrivateKey(ctx, key.value().get()) != 1 || SSL_CTX_check_private_key(ctx) != 1)
    return error_of("credentials: the key is not that of the certificate");
  return {};
}

Result<void> use_authorities(SSL_CTX* ctx, std::string const& pem) {
  if (pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(ctx) == 1) return {};
    return error_of("authorities: those of this system cannot be found");
  }
  X509_STORE* const store = SSL_CTX_get_cert_store(ctx);
  Result<int> const read =
      for_each_certificate(pem, authority_count_max, [&](int, Certificate certificate) {
        return X509_STORE_add_cert(store, certificate.get()) == 1;
      });
  if (!read) return Error{0, "authorities: " + read.error().message};
  return {};
}

Result<std::string> wire_form(std::vector<std::string> const& protocols) {
  std::string wire;
  for (std::string const& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255)
      return Error{0, "an application protocol has a name of 1 to 255 bytes"};
    wire += static_cast<char>(protocol.size()) + protocol;
  }
  if (wire.size() > 65'535) return Error{0, "these application protocols are too many"};
  return wire;
}

Result<void> check_options(TlsContext::Role role, TlsOptions const& options) {
  bool const client = role == TlsContext::Role::client;
  if (!client && options.credentials.certificates_pem.empty())
    return Error{0, "a TLS server needs credentials: a certificate and its key"};
  if (client && options.check == PeerCheck::not_asked)
    return Error{0, "a TLS client has to check its server: by authorities, keys or any_key"};
  if (client && options.check == PeerCheck::authorities && options.server_name.empty())
    return Error{0, "a TLS client that asks authorities has to say server_name"};
  bool const keys = !options.keys.empty() || options.accepts.ask != nullptr;
  if (keys != (options.check == PeerCheck::keys))
    return Error{0, "TlsOptions: PeerCheck::keys goes with keys, or with accepts"};
  if (options.ticket_seconds == 0 || options.ticket_seconds > ticket_seconds_max)
    return Error{0, "TlsOptions: a ticket lives for 1 to 604800 seconds"};
  return {};
}

}  // namespace

// ---- a peer -------------------------------------------------------------------------------------

KeyHash hash_of(Ed25519PublicKey const& key) {
  // SubjectPublicKeyInfo of RFC 8410, up to the key.
  constexpr std::array<unsigned char, 12> begin = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                   0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  Sha256 hasher;
  hasher.update(std::as_bytes(std::span(begin)));
  hasher.update(key.bytes);
  return hasher.finish();
}

Result<TlsCredentials> credentials_of(Ed25519Key const& key) {
  Result<std::string> certificate = self_signed_certificate(key);
  if (!certificate) return certificate.error();
  return TlsCredentials{std::move(certificate).value(), key.to_pem()};
}

TlsPeer TlsContext::State::peer_of(X509* certificate) {
  TlsPeer peer;
  peer.has_key = true;
  unsigned char* der = nullptr;
  int const size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  WEIR_ASSERT(size > 0);  // it has been parsed
  peer.key_hash = sha256({reinterpret_cast<std::byte const*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (key != nullptr && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519) {
    std::size_t length = peer.key.emplace().bytes.size();
    EVP_PKEY_get_raw_public_key(key, openssl::octets(peer.key->bytes.data()), &length);
  }
  openssl::Bio const bio = openssl::bio_to_fill();
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  peer.subject = openssl::text_of(bio).substr(0, TlsPeer::subject_bytes_max);
  return peer;
}

TlsFailure TlsContext::State::check_dates(X509* certificate) const {
  bool const begun = X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0;
  bool const over = X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0;
  return begun && !over ? TlsFailure::nothing : TlsFailure::expired;
}

TlsFailure TlsContext::State::check(X509* certificate) const {
  TlsFailure const dates = check_dates(certificate);
  if (dates != TlsFailure::nothing || options.check != PeerCheck::keys) return dates;
  TlsPeer const peer = peer_of(certificate);
  bool const known =
      std::find(options.keys.begin(), options.keys.end(), peer.key_hash) != options.keys.end();
  bool const accepted = known || (options.accepts.ask != nullptr &&
                                  options.accepts.ask(options.accepts.context, peer));
  return accepted ? TlsFailure::nothing : TlsFailure::wrong;
}

// ---- tickets of a client ------------------------------------------------------------------------

void TlsContext::State::keep_ticket(std::string const& peer, openssl::Session ticket) {
  Lock const lock(mutex);
  if (tickets.insert_or_assign(peer, std::move(ticket)).second) peers.push_back(peer);
  if (peers.size() <= peer_count_max) return;
  tickets.erase(peers.front());
  peers.pop_front();
}

openssl::Session TlsContext::State::take_ticket(std::string_view peer) {
  openssl::Session ticket;
  Lock const lock(mutex);
  auto const found = tickets.find(peer);
  if (found == tickets.end()) return ticket;
  ticket = std::move(found->second);
  tickets.erase(found);
  std::erase(peers, peer);
  return ticket;
}

std::size_t TlsContext::kept_ticket_count() const {
  Lock const lock(state_->mutex);
  return state_->tickets.size();
}

// ---- the context --------------------------------------------------------------------------------

namespace {

void set_callbacks(SSL_CTX* ctx, TlsContext::State& state) {
  TlsSession::set_callbacks(ctx, state);
  bool const server = state.role == TlsContext::Role::server;
  if (server && !state.protocols.empty()) SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, &state);
  if (server && state.options.resumes)
    SSL_CTX_set_session_ticket_cb(ctx, nullptr, look_at_ticket, &state);
}

Result<openssl::Ctx> make_ctx(TlsContext::State& state, TlsCredentials const& credentials) {
  bool const server = state.role == TlsContext::Role::server;
  TlsOptions const& options = state.options;
  openssl::Ctx made(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
  SSL_CTX* const ctx = made.get();
  bool const begun = ctx != nullptr && SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 &&
                     SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1 &&
                     SSL_CTX_set_num_tickets(ctx, server && options.resumes ? 1 : 0) == 1 &&
                     SSL_CTX_set_session_id_context(
                         ctx, reinterpret_cast<unsigned char const*>(session_context.data()),
                         static_cast<unsigned int>(session_context.size())) == 1;
  if (!begun) return error_of("a TLS context cannot be made");
  SSL_CTX_set_max_cert_list(ctx, chain_bytes_max);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);  // a session at rest holds no records
  SSL_CTX_set_timeout(ctx, static_cast<long>(options.ticket_seconds));
  bool const keeps = !server && options.resumes;
  SSL_CTX_set_session_cache_mode(
      ctx, keeps ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL : SSL_SESS_CACHE_OFF);
  if (!options.resumes) SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  if (!credentials.certificates_pem.empty()) {
    if (Result<void> const used = use_credentials(ctx, credentials); !used) return used.error();
  }
  if (options.check == PeerCheck::authorities) {
    if (Result<void> const used = use_authorities(ctx, options.authorities_pem); !used)
      return used.error();
  }
  if (!server && !state.protocols.empty() &&
      SSL_CTX_set_alpn_protos(ctx, reinterpret_cast<unsigned char const*>(state.protocols.data()),
                              static_cast<unsigned int>(state.protocols.size())) != 0)
    return error_of("these application protocols cannot be offered");
  set_callbacks(ctx, state);
  return made;
}

}  // namespace

Result<Owner<TlsContext>> TlsContext::make(Role role, TlsOptions const& options) {
  if (Result<void> const sound = check_options(role, options); !sound) return sound.error();
  Result<std::string> protocols = wire_form(options.protocols);
  if (!protocols) return protocols.error();
  Owner<TlsContext> made(new TlsContext(new State));
  State& state = made->state();
  state.role = role;
  state.options = options;
  state.options.credentials = {};
  state.protocols = std::move(protocols).value();
  Result<openssl::Ctx> ctx = make_ctx(state, options.credentials);
  if (!ctx) return ctx.error();
  state.ctx = std::move(ctx).value();
  return made;
}

Result<Owner<TlsContext>> TlsContext::make_server(TlsOptions const& options) {
  return make(Role::server, options);
}
Result<Owner<TlsContext>> TlsContext::make_client(TlsOptions const& options) {
  return make(Role::client, options);
}
TlsContext::~TlsContext() { delete state_; }

TlsContext::Role TlsContext::role() const { return state_->role; }
TlsOptions const& TlsContext::options() const { return state_->options; }

Result<void> TlsContext::reload(TlsCredentials const& credentials) {
  if (credentials.certificates_pem.empty())
    return Error{0, "reload: these credentials have no certificate"};
  Result<openssl::Ctx> made = make_ctx(*state_, credentials);
  if (!made) return made.error();
  openssl::Ctx next = std::move(made).value();
  std::array<unsigned char, ticket_key_bytes> keys{};
  Lock const lock(state_->mutex);
  bool const kept =
      SSL_CTX_get_tlsext_ticket_keys(state_->ctx.get(), keys.data(), keys.size()) == 1 &&
      SSL_CTX_set_tlsext_ticket_keys(next.get(), keys.data(), keys.size()) == 1;
  OPENSSL_cleanse(keys.data(), keys.size());
  if (!kept) return error_of("reload: the ticket keys cannot be taken over");
  std::swap(state_->ctx, next);
  return {};
}

}  // namespace weir
