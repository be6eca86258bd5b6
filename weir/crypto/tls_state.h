// What is behind a TlsContext: OpenSSL's context, exchanged by reload, and a client's tickets.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "weir/base/mutex.h"
#include "weir/crypto/openssl.h"
#include "weir/crypto/tls_context.h"
#include "weir/crypto/tls_session.h"

namespace weir {

struct TlsContext::State {
  Role role = Role::server;
  TlsOptions options;     // without the credentials
  std::string protocols;  // as ALPN has them on the wire: each behind its length

  mutable Mutex mutex;  // of what follows
  openssl::Ctx ctx;
  std::map<std::string, openssl::Session, std::less<>> tickets;
  std::deque<std::string> peers;  // of the tickets, the oldest first

  // What a certificate says of its owner; and whether that is good enough, apart from who vouches
  // for it.
  static TlsPeer peer_of(X509* certificate);
  TlsFailure check(X509* certificate) const;
  TlsFailure check_dates(X509* certificate) const;

  void keep_ticket(std::string const& peer, openssl::Session ticket);
  openssl::Session take_ticket(std::string_view peer);
};

}  // namespace weir
