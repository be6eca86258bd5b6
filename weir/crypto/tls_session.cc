#include "weir/crypto/tls_session.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "weir/crypto/tls_state.h"

namespace weir {

namespace {

// Of AES-GCM: after so many full records the key is exchanged (RFC 8446, section 5.5: 2^24.5).
constexpr std::uint64_t records_per_key_max = 1u << 24;

// What others have left behind on this thread would be taken for ours.
void clear_errors() {
  if (ERR_peek_error() != 0) [[unlikely]]
    ERR_clear_error();
}

TlsFailure failure_of_alert(int alert) {
  switch (alert) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED:
      return TlsFailure::refused;
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_PROTOCOL_VERSION:
    case SSL_AD_INSUFFICIENT_SECURITY:
    case SSL_AD_INAPPROPRIATE_FALLBACK:
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return TlsFailure::downgraded;
    default:
      return TlsFailure::broken;
  }
}

TlsFailure failure_of_reason(int reason) {
  if (reason > SSL_AD_REASON_OFFSET) return failure_of_alert(reason - SSL_AD_REASON_OFFSET);
  switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return TlsFailure::missing;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_BAD_SIGNATURE:
      return TlsFailure::wrong;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_INAPPROPRIATE_FALLBACK:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return TlsFailure::downgraded;
    default:
      return TlsFailure::broken;
  }
}

bool is_ip_address(std::string const& name) {
  ASN1_OCTET_STRING* const parsed = a2i_IPADDRESS(name.c_str());
  ASN1_OCTET_STRING_free(parsed);
  ERR_clear_error();
  return parsed != nullptr;
}

}  // namespace

// ---- what OpenSSL calls back --------------------------------------------------------------------

struct TlsSession::Calls {
  static TlsSession& session_of(SSL* ssl) {
    return *static_cast<TlsSession*>(SSL_get_app_data(ssl));
  }

  // Reads from the ciphertext that receive() was given.
  static int read(BIO* bio, char* to, int size) {
    TlsSession& session = *static_cast<TlsSession*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (session.input_.empty()) {
      session.starved_ = true;
      BIO_set_retry_read(bio);
      return -1;
    }
    std::size_t const taken = std::min(session.input_.size(), static_cast<std::size_t>(size));
    std::memcpy(to, session.input_.data(), taken);
    session.input_ = session.input_.subspan(taken);
    return static_cast<int>(taken);
  }

  static int write(BIO* bio, char const* from, int size) {
    TlsSession& session = *static_cast<TlsSession*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (size <= 0) return 0;
    session.output_.write(session.output_.to, {reinterpret_cast<std::byte const*>(from),
                                               static_cast<std::size_t>(size)});
    return size;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  static BIO_METHOD const* method() {
    static BIO_METHOD const* const made = [] {
      BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weir");
      WEIR_ASSERT(method != nullptr);
      BIO_meth_set_read(method, read);
      BIO_meth_set_write(method, write);
      BIO_meth_set_ctrl(method, control);
      BIO_meth_set_create(method, create);
      return method;
    }();
    return made;
  }

  // The whole look at the peer's certificate; what it found is told with the alert.
  static int verify(X509_STORE_CTX* store, void* argument) {
    auto const& state = *static_cast<TlsContext::State*>(argument);
    auto* const ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsSession& session = session_of(ssl);
    if (state.options.check == PeerCheck::authorities) {
      if (X509_verify_cert(store) == 1) return 1;
      int const error = X509_STORE_CTX_get_error(store);
      bool const dates =
          error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
      session.check_failure_ = dates ? TlsFailure::expired : TlsFailure::wrong;
      return 0;
    }
    session.check_failure_ = state.check(X509_STORE_CTX_get0_cert(store));
    if (session.check_failure_ == TlsFailure::nothing) return 1;
    bool const dates = session.check_failure_ == TlsFailure::expired;
    X509_STORE_CTX_set_error(store, dates ? X509_V_ERR_CERT_HAS_EXPIRED : X509_V_ERR_CERT_REJECTED);
    return 0;
  }

  // A server has given us a ticket. 1: we keep it.
  static int keep_ticket(SSL* ssl, SSL_SESSION* ticket) {
    TlsSession& session = session_of(ssl);
    if (session.peer_name_.empty()) return 0;
    session.context_.state().keep_ticket(session.peer_name_, openssl::Session(ticket));
    return 1;
  }
};

void TlsSession::set_callbacks(ssl_ctx_st* ctx, TlsContext::State& state) {
  if (state.options.check != PeerCheck::not_asked) {
    int const demanded = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(ctx, demanded, nullptr);
    SSL_CTX_set_cert_verify_callback(ctx, Calls::verify, &state);
  }
  bool const keeps = state.role == TlsContext::Role::client && state.options.resumes;
  if (keeps) SSL_CTX_sess_set_new_cb(ctx, Calls::keep_ticket);
}

// ---- its beginning ------------------------------------------------------------------------------

TlsSession::TlsSession(TlsContext& context, TlsOutput output, std::string_view peer)
    : context_(context), output_(output), peer_name_(peer) {
  WEIR_ASSERT(output.write != nullptr);
  TlsContext::State& state = context.state();
  {
    Lock const lock(state.mutex);
    ssl_ = SSL_new(state.ctx.get());
  }
  BIO* const bio = ssl_ == nullptr ? nullptr : BIO_new(Calls::method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_app_data(ssl_, this);
  if (state.role == TlsContext::Role::server) {
    SSL_set_accept_state(ssl_);
    return;
  }
  SSL_set_connect_state(ssl_);
  name_server();
  offer_ticket();
}

TlsSession::~TlsSession() {
  // Else OpenSSL takes a connection that just ended for a reason not to resume it.
  if (state_ != State::failed) SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
}

void TlsSession::name_server() {
  TlsOptions const& options = context_.options();
  std::string const& name = options.server_name;
  if (name.empty()) return;
  bool const address = is_ip_address(name);
  if (!address) SSL_set_tlsext_host_name(ssl_, name.c_str());
  if (options.check != PeerCheck::authorities) return;
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl_);
  int const set = address ? X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str())
                          : X509_VERIFY_PARAM_set1_host(wanted, name.data(), name.size());
  if (set != 1) fail(TlsFailure::wrong, "server_name is no name of a server");
}

// A ticket serves once. What its server has shown must be good enough today.
void TlsSession::offer_ticket() {
  TlsContext::State& state = context_.state();
  if (!state.options.resumes || peer_name_.empty()) return;
  openssl::Session const ticket = state.take_ticket(peer_name_);
  if (ticket == nullptr) return;
  X509* const certificate = SSL_SESSION_get0_peer(ticket.get());
  if (certificate == nullptr || state.check(certificate) != TlsFailure::nothing) return;
  SSL_set_session(ssl_, ticket.get());
}

void TlsSession::start() {
  WEIR_ASSERT(context_.role() == TlsContext::Role::client);
  if (state_ != State::handshake) return;
  clear_errors();
  input_ = {};
  shake_hands();
}

// ---- the handshake ------------------------------------------------------------------------------

void TlsSession::shake_hands() {
  WEIR_ASSERT(state_ == State::handshake);
  starved_ = false;
  int const result = SSL_do_handshake(ssl_);
  if (result == 1) become_open();
  else if (!starved_) note_failure();
}

void TlsSession::become_open() {
  state_ = State::open;
  if (X509* const certificate = SSL_get0_peer_certificate(ssl_))
    peer_ = TlsContext::State::peer_of(certificate);
  WEIR_ASSERT(peer_.has_key || context_.options().check == PeerCheck::not_asked);
  unsigned char const* protocol = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &size);
  if (size > 0) peer_.protocol.assign(reinterpret_cast<char const*>(protocol), size);
  peer_.resumed = SSL_session_reused(ssl_) == 1;
}

void TlsSession::fail(TlsFailure failure, char const* detail) {
  state_ = State::failed;
  failure_ = failure;
  detail_ = detail;
}

// The first thing that went wrong is the cause; what follows in OpenSSL's queue is its consequence.
void TlsSession::note_failure() {
  unsigned long code = ERR_get_error();
  while (code != 0 && ERR_GET_LIB(code) != ERR_LIB_SSL) code = ERR_get_error();
  ERR_clear_error();
  char const* const text = code == 0 ? nullptr : ERR_reason_error_string(code);
  TlsFailure failure = code == 0 ? TlsFailure::broken : failure_of_reason(ERR_GET_REASON(code));
  if (check_failure_ != TlsFailure::nothing) failure = check_failure_;
  fail(failure, text == nullptr ? "unexpected message" : text);
}

// ---- data ---------------------------------------------------------------------------------------

TlsSession::Progress TlsSession::receive(std::span<std::byte const> ciphertext,
                                         std::span<std::byte> plaintext) {
  WEIR_ASSERT(plaintext.size() >= record_bytes_max);
  if (state_ == State::ended || state_ == State::failed || ciphertext.empty()) return {};
  clear_errors();
  input_ = ciphertext;
  starved_ = false;
  std::size_t given = 0;
  if (state_ == State::handshake) {
    shake_hands();
  } else if (SSL_read_ex(ssl_, plaintext.data(), plaintext.size(), &given) != 1 && !starved_) {
    bool const ended = ERR_peek_error() == 0 && (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN);
    if (ended) state_ = State::ended;
    else note_failure();
  }
  std::size_t const taken = ciphertext.size() - std::exchange(input_, {}).size();
  WEIR_ASSERT(given <= plaintext.size());
  WEIR_ASSERT(taken > 0 || given > 0 || state_ != State::handshake);
  return {static_cast<std::uint32_t>(taken), static_cast<std::uint32_t>(given)};
}

bool TlsSession::send(std::span<std::byte const> plaintext) {
  WEIR_ASSERT(is_open());
  WEIR_ASSERT(!said_end_);
  WEIR_ASSERT(!plaintext.empty());
  clear_errors();
  records_sent_ += plaintext.size() / record_bytes_max + 1;
  if (records_sent_ > records_per_key_max) {
    records_sent_ = 0;
    SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED);  // goes before what is written next
  }
  std::size_t written = 0;
  if (SSL_write_ex(ssl_, plaintext.data(), plaintext.size(), &written) == 1) {
    WEIR_ASSERT(written == plaintext.size());
    return true;
  }
  note_failure();
  return false;
}

void TlsSession::end() {
  if (said_end_ || !is_open()) return;
  said_end_ = true;
  clear_errors();
  if (SSL_shutdown(ssl_) < 0) note_failure();
}

}  // namespace weir
