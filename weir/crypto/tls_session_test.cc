#include "weir/crypto/tls_session.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "tests/crypto/test_tls.h"
#include "weir/base/random.h"

namespace weir {
namespace {

using State = TlsSession::State;

// The failures of both ends after a handshake.
struct Failures {
  TlsFailure server, client;
  friend bool operator==(Failures, Failures) = default;
};
Failures failures(TlsOptions const& server, TlsOptions const& client) {
  Owner<TlsContext> const server_side = server_context(server);
  Owner<TlsContext> const client_side = client_context(client);
  TlsEnd a(*server_side), b(*client_side);
  exchange(b, a);
  return {a.session.failure(), b.session.failure()};
}
constexpr Failures no_failures{TlsFailure::nothing, TlsFailure::nothing};

TEST(TlsSession, shakes_hands_and_carries_bytes_both_ways) {
  Owner<TlsContext> const server = server_context();
  Owner<TlsContext> const client = client_context();
  TlsEnd a(*server), b(*client);
  EXPECT_EQ(a.session.state(), State::handshake);
  exchange(b, a);
  ASSERT_EQ(a.session.state(), State::open);
  ASSERT_EQ(b.session.state(), State::open);
  ASSERT_TRUE(b.send("ping"));
  exchange(b, a);
  EXPECT_EQ(a.received, "ping");
  std::string const large(100'000, 'x');
  ASSERT_TRUE(a.send(large));
  exchange(a, b);
  EXPECT_EQ(b.received, large);
}

TEST(TlsSession, does_not_care_in_which_pieces_bytes_arrive) {
  for (std::size_t const piece : {1u, 5u, 100u, 16'384u}) {
    Owner<TlsContext> const server = server_context(mutual_server_options());
    Owner<TlsContext> const client = client_context(mutual_client_options());
    TlsEnd a(*server), b(*client);
    exchange(b, a, piece);
    ASSERT_TRUE(a.session.is_open() && b.session.is_open()) << piece;
    std::string const text(40'000, 'y');
    ASSERT_TRUE(a.send(text));
    ASSERT_TRUE(b.send(text));
    exchange(a, b, piece);
    EXPECT_EQ(a.received, text);
    EXPECT_EQ(b.received, text);
  }
}

TEST(TlsSession, tells_who_the_peer_is) {
  TlsOptions server = mutual_server_options();
  TlsOptions client = mutual_client_options();
  client.credentials = test_credentials(2, {.subject = "client, of a test"});
  Owner<TlsContext> const server_side = server_context(server);
  Owner<TlsContext> const client_side = client_context(client);
  TlsEnd a(*server_side), b(*client_side);
  exchange(b, a);
  EXPECT_TRUE(a.session.peer().has_key);
  EXPECT_EQ(a.session.peer().key, test_key(2).public_key());
  EXPECT_EQ(a.session.peer().key_hash, test_key_hash(2));
  EXPECT_EQ(a.session.peer().subject, "CN=client\\, of a test");
  EXPECT_EQ(b.session.peer().key, test_key(1).public_key());
}

TEST(TlsSession, a_peer_without_a_certificate_has_no_key) {
  Owner<TlsContext> const server = server_context();
  Owner<TlsContext> const client = client_context();
  TlsEnd a(*server), b(*client);
  exchange(b, a);
  EXPECT_EQ(a.session.peer(), TlsPeer{});
}

TEST(TlsSession, one_without_a_certificate_is_refused_where_one_is_demanded) {
  EXPECT_EQ(failures(mutual_server_options(), client_options()),
            (Failures{TlsFailure::missing, TlsFailure::refused}));
}

TEST(TlsSession, a_key_that_is_not_trusted_is_refused) {
  TlsOptions client = mutual_client_options();
  client.credentials = test_credentials(3);
  EXPECT_EQ(failures(mutual_server_options(), client),
            (Failures{TlsFailure::wrong, TlsFailure::refused}));
  TlsOptions server = server_options();
  server.credentials = test_credentials(3);
  EXPECT_EQ(failures(server, client_options()), (Failures{TlsFailure::refused, TlsFailure::wrong}));
}

TEST(TlsSession, whom_to_trust_can_be_asked) {
  struct Asked {
    KeyHash wanted;
    int count = 0;
  } asked{test_key_hash(2)};
  TlsOptions server = server_options();
  server.check = PeerCheck::keys;
  server.accepts.context = &asked;
  server.accepts.ask = [](void* context, TlsPeer const& peer) {
    auto& its = *static_cast<Asked*>(context);
    ++its.count;
    return peer.key_hash == its.wanted;
  };
  EXPECT_EQ(failures(server, mutual_client_options()), no_failures);
  EXPECT_EQ(asked.count, 1);
  asked.wanted = test_key_hash(9);
  EXPECT_EQ(failures(server, mutual_client_options()),
            (Failures{TlsFailure::wrong, TlsFailure::refused}));
}

TEST(TlsSession, anybody_may_come_where_the_flow_decides) {
  TlsOptions server = server_options();
  server.check = PeerCheck::any_key;
  TlsOptions client = mutual_client_options();
  client.credentials = test_credentials(77);
  EXPECT_EQ(failures(server, client), no_failures);
  EXPECT_EQ(failures(server, client_options()),
            (Failures{TlsFailure::missing, TlsFailure::refused}));
}

TEST(TlsSession, credentials_count_between_their_dates) {
  CertificateRequest const past{.valid_from = 0, .valid_to = 1'000'000'000};
  CertificateRequest const future{.valid_from = 200'000'000'000, .valid_to = 253'402'300'799};
  for (CertificateRequest const& request : {past, future}) {
    TlsOptions client = mutual_client_options();
    client.credentials = test_credentials(2, request);
    EXPECT_EQ(failures(mutual_server_options(), client),
              (Failures{TlsFailure::expired, TlsFailure::refused}));
    TlsOptions any = server_options();
    any.check = PeerCheck::any_key;
    EXPECT_EQ(failures(any, client), (Failures{TlsFailure::expired, TlsFailure::refused}));
  }
}

// ---- authorities

struct Authority {
  std::string certificate =
      self_signed_certificate(test_key(50), {.subject = "authority", .authority = true}).value();

  TlsCredentials issue(std::uint8_t key, CertificateRequest const& request) const {
    return {
        issue_certificate(test_key(key).public_key(), request, certificate, test_key(50)).value(),
        test_key(key).to_pem()};
  }
};

TEST(TlsSession, an_authority_speaks_for_a_server_of_the_wanted_name) {
  Authority const authority;
  TlsOptions server;
  server.credentials = authority.issue(1, {.dns_names = {"example.org", "*.example.net"}});
  TlsOptions client;
  client.check = PeerCheck::authorities;
  client.authorities_pem = authority.certificate;
  for (char const* const name : {"example.org", "www.example.net"}) {
    client.server_name = name;
    EXPECT_EQ(failures(server, client), no_failures) << name;
  }
  Failures const wrong{TlsFailure::refused, TlsFailure::wrong};
  for (char const* const name : {"example.com", "a.b.example.net", "127.0.0.1"}) {
    client.server_name = name;
    Failures const found = failures(server, client);
    EXPECT_EQ(found.client, TlsFailure::wrong) << name;
  }
  client.server_name = "example.org";
  server.credentials = test_credentials(1, {.dns_names = {"example.org"}});
  EXPECT_EQ(failures(server, client), wrong);  // it speaks for itself only
  server.credentials = authority.issue(1, {.dns_names = {"example.org"}, .valid_to = 1000});
  EXPECT_EQ(failures(server, client), (Failures{TlsFailure::refused, TlsFailure::expired}));
}

TEST(TlsSession, an_authority_speaks_for_clients_through_a_chain) {
  Authority const authority;
  std::string const between =
      issue_certificate(test_key(51).public_key(), {.subject = "between", .authority = true},
                        authority.certificate, test_key(50))
          .value();
  TlsOptions server = server_options();
  server.check = PeerCheck::authorities;
  server.authorities_pem = authority.certificate;
  TlsOptions client = mutual_client_options();
  std::string const leaf =
      issue_certificate(test_key(2).public_key(), {.subject = "client"}, between, test_key(51))
          .value();
  client.credentials = {leaf + between, test_key(2).to_pem()};
  EXPECT_EQ(failures(server, client), no_failures);
  client.credentials = {leaf, test_key(2).to_pem()};
  EXPECT_EQ(failures(server, client), (Failures{TlsFailure::wrong, TlsFailure::refused}));
}

// ---- application protocols

TEST(TlsSession, both_speak_the_first_protocol_of_the_server_that_the_client_offers) {
  TlsOptions server = server_options();
  server.protocols = {"weir/2", "weir/1"};
  TlsOptions client = client_options();
  client.protocols = {"weir/1", "weir/2", "other"};
  Owner<TlsContext> const server_side = server_context(server);
  Owner<TlsContext> const client_side = client_context(client);
  TlsEnd a(*server_side), b(*client_side);
  exchange(b, a);
  EXPECT_EQ(a.session.peer().protocol, "weir/2");
  EXPECT_EQ(b.session.peer().protocol, "weir/2");
}

TEST(TlsSession, without_a_common_protocol_there_is_no_session) {
  TlsOptions server = server_options();
  server.protocols = {"weir/2"};
  TlsOptions client = client_options();
  EXPECT_EQ(failures(server, client), no_failures);  // it offers none at all
  client.protocols = {"weir/1"};
  EXPECT_EQ(failures(server, client), (Failures{TlsFailure::downgraded, TlsFailure::downgraded}));
}

// ---- resumption

TEST(TlsSession, a_ticket_serves_once_and_the_peer_is_still_known) {
  Owner<TlsContext> const server = server_context(mutual_server_options());
  Owner<TlsContext> const client = client_context(mutual_client_options());
  auto const resumed = [&](std::string_view peer) {
    TlsEnd a(*server), b(*client, peer);
    exchange(b, a);
    EXPECT_TRUE(a.session.is_open() && b.session.is_open());
    EXPECT_EQ(a.session.peer().key, test_key(2).public_key());
    EXPECT_EQ(b.session.peer().key, test_key(1).public_key());
    EXPECT_EQ(a.session.peer().resumed, b.session.peer().resumed);
    return a.session.peer().resumed;
  };
  EXPECT_FALSE(resumed("server"));
  EXPECT_EQ(client->kept_ticket_count(), 1);
  EXPECT_TRUE(resumed("server"));
  EXPECT_TRUE(resumed("server"));  // with the ticket of the second
  EXPECT_FALSE(resumed("another"));
  EXPECT_FALSE(resumed(""));
  ASSERT_TRUE(server->reload(test_credentials(1)).ok());
  EXPECT_TRUE(resumed("server"));
}

TEST(TlsSession, no_ticket_is_given_where_there_is_no_resumption) {
  TlsOptions options = server_options();
  options.resumes = false;
  Owner<TlsContext> const server = server_context(options);
  Owner<TlsContext> const client = client_context();
  TlsEnd a(*server), b(*client, "server");
  exchange(b, a);
  EXPECT_TRUE(b.session.is_open());
  EXPECT_EQ(client->kept_ticket_count(), 0);
}

TEST(TlsSession, who_is_not_trusted_any_more_does_not_resume) {
  KeyHash trusted = test_key_hash(2);
  TlsOptions options = server_options();
  options.check = PeerCheck::keys;
  options.accepts = {
      [](void* key, TlsPeer const& peer) { return peer.key_hash == *static_cast<KeyHash*>(key); },
      &trusted};
  Owner<TlsContext> const server = server_context(options);
  Owner<TlsContext> const client = client_context(mutual_client_options());
  {
    TlsEnd a(*server), b(*client, "server");
    exchange(b, a);
    ASSERT_TRUE(a.session.is_open());
  }
  trusted = test_key_hash(3);
  TlsEnd a(*server), b(*client, "server");
  exchange(b, a);
  EXPECT_EQ(a.session.failure(), TlsFailure::wrong);
  EXPECT_EQ(b.session.failure(), TlsFailure::refused);
}

// ---- its end

TEST(TlsSession, an_end_that_was_said_is_no_failure_and_is_half_an_end) {
  Owner<TlsContext> const server = server_context();
  Owner<TlsContext> const client = client_context();
  TlsEnd a(*server), b(*client);
  exchange(b, a);
  ASSERT_TRUE(b.send("last words"));
  b.session.end();
  b.session.end();
  exchange(b, a);
  EXPECT_EQ(a.received, "last words");
  EXPECT_EQ(a.session.state(), State::ended);
  ASSERT_TRUE(a.send("an answer"));
  a.session.end();
  exchange(a, b);
  EXPECT_EQ(b.received, "an answer");
  EXPECT_EQ(b.session.state(), State::ended);
}

TEST(TlsSession, a_record_that_was_changed_ends_it) {
  Owner<TlsContext> const server = server_context();
  Owner<TlsContext> const client = client_context();
  TlsEnd a(*server), b(*client);
  exchange(b, a);
  ASSERT_TRUE(b.send("ping"));
  std::string changed = b.take_said();
  changed[10] = static_cast<char>(changed[10] ^ 1);
  a.take(changed);
  EXPECT_EQ(a.session.state(), State::failed);
  EXPECT_EQ(a.session.failure(), TlsFailure::broken);
  EXPECT_EQ(a.received, "");
  EXPECT_FALSE(a.said.empty());  // an alert
  EXPECT_STRNE(a.session.detail(), "");
}

TEST(TlsSession, what_is_no_tls_is_refused) {
  Owner<TlsContext> const server = server_context();
  for (std::string_view const text :
       {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "hello\n\n\n\n\n\n", "\x16\x03\x01\xff\xff\x01"}) {
    TlsEnd a(*server);
    a.take(text);
    EXPECT_EQ(a.session.failure(), TlsFailure::broken) << text;
  }
}

// A client of OpenSSL's own that speaks nothing newer than TLS 1.2.
TEST(TlsSession, an_older_version_is_refused) {
  SSL_CTX* const ctx = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
  SSL* const ssl = SSL_new(ctx);
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, in, out);
  SSL_set_connect_state(ssl);
  SSL_do_handshake(ssl);
  char* said = nullptr;
  long const size = BIO_get_mem_data(out, &said);
  Owner<TlsContext> const server = server_context();
  TlsEnd a(*server);
  a.take({said, static_cast<std::size_t>(size)});
  EXPECT_EQ(a.session.failure(), TlsFailure::downgraded) << a.session.detail();
  SSL_free(ssl);
  SSL_CTX_free(ctx);
}

TEST(TlsSession, bytes_changed_anywhere_never_reach_the_other_side_as_data) {
  std::uint64_t const seed = 20'26;
  SCOPED_TRACE(seed);
  Random random(seed);
  Owner<TlsContext> const server = server_context(mutual_server_options());
  Owner<TlsContext> const client = client_context(mutual_client_options());
  for (int round = 0; round < 200; ++round) {
    TlsEnd a(*server), b(*client);
    std::uint64_t const victim = random.below(6);
    for (std::uint64_t turn = 0; turn < 6; ++turn) {
      TlsEnd& from = turn % 2 == 0 ? b : a;
      TlsEnd& to = turn % 2 == 0 ? a : b;
      if (turn >= 4 && from.session.is_open()) from.send("data");
      std::string said = from.take_said();
      if (turn == victim && !said.empty()) {
        char& byte = said[random.below(said.size())];
        byte = static_cast<char>(byte ^ (1 << random.below(8)));
      }
      to.take(said);
    }
    EXPECT_TRUE(a.received.empty() || a.received == "data");
    EXPECT_TRUE(b.received.empty() || b.received == "data");
  }
}

}  // namespace
}  // namespace weir
