#include "weir/crypto/tls_context.h"

#include <gtest/gtest.h>

#include "tests/crypto/test_tls.h"

namespace weir {
namespace {

TEST(TlsContext, options_that_make_no_sense_are_refused_with_a_sentence) {
  auto const server = [](TlsOptions const& options) {
    return TlsContext::make_server(options).error().message;
  };
  auto const client = [](TlsOptions const& options) {
    return TlsContext::make_client(options).error().message;
  };
  EXPECT_EQ(server({}), "a TLS server needs credentials: a certificate and its key");
  EXPECT_EQ(client({}), "a TLS client has to check its server: by authorities, keys or any_key");
  TlsOptions options;
  options.check = PeerCheck::authorities;
  EXPECT_EQ(client(options), "a TLS client that asks authorities has to say server_name");
  options.check = PeerCheck::keys;
  EXPECT_EQ(client(options), "TlsOptions: PeerCheck::keys goes with keys, or with accepts");
  options = client_options();
  options.protocols = {std::string(256, 'x')};
  EXPECT_EQ(client(options), "an application protocol has a name of 1 to 255 bytes");
  options = client_options();
  options.ticket_seconds = 0;
  EXPECT_EQ(client(options), "TlsOptions: a ticket lives for 1 to 604800 seconds");
  options = client_options();
  options.check = PeerCheck::authorities;
  options.keys.clear();
  options.server_name = "example.org";
  options.authorities_pem = "hello";
  EXPECT_NE(client(options).find("authorities: there are no certificates"), std::string::npos);
}

TEST(TlsContext, credentials_that_do_not_belong_together_are_refused) {
  TlsOptions options = server_options();
  options.credentials.key_pem = test_credentials(2).key_pem;
  EXPECT_NE(TlsContext::make_server(options).error().message.find("credentials: "),
            std::string::npos);
  options.credentials.key_pem = "hello";
  EXPECT_FALSE(TlsContext::make_server(options).ok());
  options = server_options();
  std::string& pem = options.credentials.certificates_pem;
  pem += pem.substr(0, pem.size() / 2);  // the second is cut off
  EXPECT_FALSE(TlsContext::make_server(options).ok());
}

TEST(TlsContext, keeps_no_private_key_where_options_can_be_read) {
  EXPECT_TRUE(server_context()->options().credentials.key_pem.empty());
}

TEST(TlsContext, new_credentials_serve_later_sessions_and_leave_earlier_ones_alone) {
  Owner<TlsContext> const server = server_context();
  TlsOptions any;
  any.check = PeerCheck::any_key;
  Owner<TlsContext> const client = client_context(any);
  TlsEnd a(*server), b(*client);
  ASSERT_TRUE(server->reload(test_credentials(7)).ok());
  TlsEnd c(*server), d(*client);
  exchange(b, a);
  exchange(d, c);
  EXPECT_EQ(b.session.peer().key_hash, test_key_hash(1));
  EXPECT_EQ(d.session.peer().key_hash, test_key_hash(7));
  ASSERT_TRUE(a.send("still here"));
  exchange(a, b);
  EXPECT_EQ(b.received, "still here");
}

TEST(TlsContext, credentials_that_cannot_be_used_change_nothing) {
  Owner<TlsContext> const server = server_context();
  EXPECT_FALSE(server->reload({}).ok());
  EXPECT_FALSE(server->reload({test_credentials(1).certificates_pem, "hello"}).ok());
  Owner<TlsContext> const client = client_context();
  TlsEnd a(*server), b(*client);
  exchange(b, a);
  EXPECT_TRUE(b.session.is_open());
}

TEST(TlsContext, a_client_keeps_tickets_of_so_many_peers) {
  Owner<TlsContext> const server = server_context();
  Owner<TlsContext> const client = client_context();
  for (std::size_t i = 0; i < TlsContext::peer_count_max + 3; ++i) {
    TlsEnd a(*server), b(*client, "peer " + std::to_string(i));
    exchange(b, a);
  }
  EXPECT_EQ(client->kept_ticket_count(), TlsContext::peer_count_max);
}

}  // namespace
}  // namespace weir
