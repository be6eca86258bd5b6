// TLS 1.3 knows no renegotiation: once the hands are shaken a ClientHello means nothing, whether it
// is said in the clear or under the keys of the connection. What the second takes is a client of
// OpenSSL's own that tells its keys, because no client of today's would say it.
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "tests/crypto/test_tls.h"
#include "weir/crypto/openssl.h"

namespace weir {
namespace {

using State = TlsSession::State;

constexpr char client_hello = 1;
constexpr char key_update = 24;

class RawClient {
 public:
  RawClient() : ctx_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(ctx_.get())) {
    SSL_CTX_set_keylog_callback(ctx_.get(), [](SSL const* ssl, char const* line) {
      static_cast<RawClient*>(SSL_get_app_data(ssl))->note(line);
    });
    SSL_set_ciphersuites(ssl_.get(), "TLS_AES_128_GCM_SHA256");
    SSL_set_app_data(ssl_.get(), this);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_connect_state(ssl_.get());
  }

  bool shakes_hands_with(TlsEnd& server) {
    for (int i = 0; i < 4 && SSL_do_handshake(ssl_.get()) != 1; ++i) {
      std::string const said = take_said();
      if (hello_.empty()) hello_ = said;
      server.take(said);
      std::string const answer = server.take_said();
      BIO_write(in_, answer.data(), static_cast<int>(answer.size()));
    }
    server.take(take_said());
    return server.session.state() == State::open && !secret_.empty();
  }

  // The first record it has said, in the clear; its message.
  std::string_view hello_record() const { return hello_; }
  std::string_view hello() const { return hello_record().substr(record_header_bytes); }

  // A handshake message as the next record of the connection.
  std::string encrypted(std::string_view message) {
    std::string const text = std::string(message) + '\x16';
    std::size_t const size = text.size() + tag_bytes;
    std::string record{'\x17', '\x03', '\x03', static_cast<char>(size >> 8),
                       static_cast<char>(size)};
    std::string nonce = expanded("iv", 12);
    nonce.back() = static_cast<char>(nonce.back() ^ record_count_++);
    std::unique_ptr<EVP_CIPHER_CTX, openssl::Release<EVP_CIPHER_CTX_free>> const cipher(
        EVP_CIPHER_CTX_new());
    EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, octets(expanded("key", 16)).data(),
                       octets(nonce).data());
    int length = 0;
    EVP_EncryptUpdate(cipher.get(), nullptr, &length, octets(record).data(), record_header_bytes);
    record.resize(record_header_bytes + size);
    unsigned char* const to = reinterpret_cast<unsigned char*>(record.data()) + record_header_bytes;
    EVP_EncryptUpdate(cipher.get(), to, &length, octets(text).data(),
                      static_cast<int>(text.size()));
    EVP_EncryptFinal_ex(cipher.get(), to + length, &length);
    EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, to + text.size());
    return record;
  }

 private:
  static constexpr int record_header_bytes = 5;
  static constexpr int tag_bytes = 16;

  static std::basic_string_view<unsigned char> octets(std::string_view text) {
    return {reinterpret_cast<unsigned char const*>(text.data()), text.size()};
  }
  std::string take_said() {
    char* data = nullptr;
    long const size = BIO_get_mem_data(out_, &data);
    std::string said(data, static_cast<std::size_t>(size));
    BIO_reset(out_);
    return said;
  }
  // "CLIENT_TRAFFIC_SECRET_0 <what names the connection> <the secret>", in hexadecimal.
  void note(std::string_view line) {
    if (!line.starts_with("CLIENT_TRAFFIC_SECRET_0 ")) return;
    line.remove_prefix(line.rfind(' ') + 1);
    for (std::size_t i = 0; i + 1 < line.size(); i += 2)
      secret_ += static_cast<char>(std::stoi(std::string(line.substr(i, 2)), nullptr, 16));
  }
  // HKDF-Expand-Label of RFC 8446, section 7.1.
  std::string expanded(std::string_view label, std::size_t size) const {
    std::string info{'\0', static_cast<char>(size), static_cast<char>(6 + label.size())};
    info.append("tls13 ").append(label).push_back('\0');
    EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    EVP_KDF_CTX* const context = EVP_KDF_CTX_new(kdf);
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    std::string digest = "SHA256";
    std::string secret = secret_;
    std::array<OSSL_PARAM, 5> const parameters{
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    std::string made(size, '\0');
    EXPECT_EQ(EVP_KDF_derive(context, reinterpret_cast<unsigned char*>(made.data()), size,
                             parameters.data()),
              1);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return made;
  }

  openssl::Ctx ctx_;
  std::unique_ptr<SSL, openssl::Release<SSL_free>> ssl_;
  BIO* in_;   // the session's
  BIO* out_;  // the session's
  std::string hello_;
  std::string secret_;
  int record_count_ = 0;
};

void expect_refused(TlsEnd const& server) {
  EXPECT_EQ(server.session.state(), State::failed);
  EXPECT_EQ(server.session.failure(), TlsFailure::broken) << server.session.detail();
  EXPECT_EQ(server.received, "");
  EXPECT_FALSE(server.said.empty()) << "an alert";
}

TEST(TlsRenegotiation, a_hello_in_the_clear_after_the_handshake_is_refused) {
  Owner<TlsContext> const context = server_context();
  TlsEnd server(*context);
  RawClient client;
  ASSERT_TRUE(client.shakes_hands_with(server));
  server.take(client.hello_record());
  expect_refused(server);
}

TEST(TlsRenegotiation, a_hello_under_the_keys_of_the_connection_is_refused) {
  Owner<TlsContext> const context = server_context();
  TlsEnd server(*context);
  RawClient client;
  ASSERT_TRUE(client.shakes_hands_with(server));
  ASSERT_EQ(client.hello().front(), client_hello);
  server.take(client.encrypted(client.hello()));
  expect_refused(server);
}

// So it is what was said that is refused, not how it was encrypted.
TEST(TlsRenegotiation, what_may_be_said_after_the_handshake_is_understood) {
  Owner<TlsContext> const context = server_context();
  TlsEnd server(*context);
  RawClient client;
  ASSERT_TRUE(client.shakes_hands_with(server));
  server.take(client.encrypted(std::string{key_update, 0, 0, 1, 0}));
  EXPECT_EQ(server.session.state(), State::open) << server.session.detail();
}

}  // namespace
}  // namespace weir
