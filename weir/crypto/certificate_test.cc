#include "weir/crypto/certificate.h"

#include <gtest/gtest.h>

#include "tests/crypto/test_tls.h"

namespace weir {
namespace {

TEST(Certificate, is_the_same_for_the_same_key_and_request) {
  EXPECT_EQ(self_signed_certificate(test_key(1)).value(),
            self_signed_certificate(test_key(1)).value());
  EXPECT_NE(self_signed_certificate(test_key(1)).value(),
            self_signed_certificate(test_key(2)).value());
}

TEST(Certificate, what_cannot_be_in_one_is_refused_with_a_sentence) {
  auto const refused = [](CertificateRequest const& request) {
    return self_signed_certificate(test_key(1), request).error().message;
  };
  EXPECT_EQ(refused({.subject = ""}), "a certificate's subject has 1 to 64 bytes");
  EXPECT_EQ(refused({.subject = std::string(65, 'x')}),
            "a certificate's subject has 1 to 64 bytes");
  EXPECT_EQ(refused({.dns_names = {"a,DNS:b"}}), "this is no DNS name: a,DNS:b");
  EXPECT_EQ(refused({.valid_from = 10, .valid_to = 9}),
            "a certificate is valid from a time after 1970 to a later one");
  EXPECT_FALSE(self_signed_certificate(test_key(1), {.subject = "\xff\xfe"}).ok());
}

TEST(Certificate, is_issued_by_an_authority_with_its_own_key_only) {
  std::string const authority =
      self_signed_certificate(test_key(1), {.subject = "authority", .authority = true}).value();
  std::string const nobody = self_signed_certificate(test_key(1)).value();
  Ed25519PublicKey const subject = test_key(2).public_key();
  EXPECT_TRUE(issue_certificate(subject, {}, authority, test_key(1)).ok());
  EXPECT_EQ(issue_certificate(subject, {}, nobody, test_key(1)).error().message,
            "the issuer's certificate is none of an authority");
  EXPECT_FALSE(issue_certificate(subject, {}, authority, test_key(3)).ok());
  EXPECT_FALSE(issue_certificate(subject, {}, "hello", test_key(1)).ok());
}

}  // namespace
}  // namespace weir
