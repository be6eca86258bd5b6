// One end of a TLS 1.3 connection, without any I/O: ciphertext is given to it and comes out of it.
//
//   TlsSession session(context, {write, to});
//   session.start();                        // a client speaks first
//   auto [taken, given] = session.receive(ciphertext, plaintext);
//   session.send(plaintext);                // while it is open
//
//   handshake ──▶ open ──▶ ended
//       │           │        the peer has said that it sends no more; we may go on
//       └───────────┴──▶ failed
//
// What it has to say (of the handshake, an alert, encrypted records) it gives to `write` from
// inside these calls. It copies ciphertext once, into the memory OpenSSL decrypts it in; it holds
// no more than a record of 16 KiB in each direction, and none while it is at rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "weir/crypto/tls_context.h"

struct ssl_ctx_st;
struct ssl_st;

namespace weir {

// Whom a session gives its ciphertext to. It may not call the session.
struct TlsOutput {
  void (*write)(void* to, std::span<std::byte const> ciphertext) = nullptr;
  void* to = nullptr;
};

enum class TlsFailure : std::uint8_t {
  nothing,
  missing,     // the peer has shown no certificate
  expired,     // its certificate is not valid now
  wrong,       // it is none that we trust, or not that of the one we want, or its proof is wrong
  refused,     // the peer has refused our certificate, or that we have none
  downgraded,  // it speaks no version, cipher or application protocol that we do
  broken,      // what it sent is no TLS, or was changed on its way
};

class TlsSession {
 public:
  enum class State : std::uint8_t { handshake, open, ended, failed };

  // `peer`: of a client, a name of whom it connects to, under which tickets are kept; empty: none.
  // The context may be reloaded, but has to live as long.
  TlsSession(TlsContext& context, TlsOutput output, std::string_view peer = {});
  ~TlsSession();
  TlsSession(TlsSession const&) = delete;
  TlsSession& operator=(TlsSession const&) = delete;

  // A client's first words.
  void start();

  struct Progress {
    std::uint32_t taken = 0;  // of the ciphertext
    std::uint32_t given = 0;  // of the plaintext: at most one record's
  };
  static constexpr std::uint32_t record_bytes_max = 16 * 1024;
  // Goes on with what has come; `plaintext` has room for a record. It takes something whenever
  // there is ciphertext, unless it has ended or failed: to be called until all is taken. A call
  // that finishes the handshake gives nothing yet.
  Progress receive(std::span<std::byte const> ciphertext, std::span<std::byte> plaintext);
  // Encrypts all of it, in records of record_bytes_max and a last one; while open or ended, and not
  // after end(). False: it has failed.
  bool send(std::span<std::byte const> plaintext);
  // Tells the peer that we send no more. Only once the handshake is over; the second time it does
  // nothing.
  void end();
  bool has_said_end() const { return said_end_; }

  State state() const { return state_; }
  bool is_open() const { return state_ == State::open || state_ == State::ended; }
  TlsFailure failure() const { return failure_; }
  // In OpenSSL's words, of a failure; static.
  char const* detail() const { return detail_; }
  // Once open.
  TlsPeer const& peer() const { return peer_; }

  // For TlsContext.
  static void set_callbacks(ssl_ctx_st* ctx, TlsContext::State& state);

 private:
  struct Calls;  // what OpenSSL calls back

  void name_server();
  void offer_ticket();
  void shake_hands();
  void become_open();
  void note_failure();
  void fail(TlsFailure failure, char const* detail);

  TlsContext& context_;
  TlsOutput output_;
  ssl_st* ssl_ = nullptr;
  std::string peer_name_;
  std::span<std::byte const> input_;  // during receive: what has not been taken
  bool starved_ = false;              // OpenSSL has asked for more than there is
  bool said_end_ = false;
  State state_ = State::handshake;
  TlsFailure failure_ = TlsFailure::nothing;
  TlsFailure check_failure_ = TlsFailure::nothing;  // what our own look at its certificate found
  char const* detail_ = "";
  std::uint64_t records_sent_ = 0;  // with the present key
  TlsPeer peer_;
};

}  // namespace weir
