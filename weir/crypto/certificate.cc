#include "weir/crypto/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

#include "weir/crypto/openssl.h"
#include "weir/crypto/sha256.h"

namespace weir {

namespace {

using openssl::Certificate;
using openssl::error_of;

constexpr std::int64_t time_max = 253'402'300'799;
constexpr std::size_t subject_bytes_max = 64;
constexpr std::size_t dns_name_bytes_max = 253;
constexpr std::size_t dns_name_count_max = 1000;

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > dns_name_bytes_max) return false;
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
             "0123456789-._*") == name.npos;
}

Result<void> check(CertificateRequest const& request) {
  if (request.subject.empty() || request.subject.size() > subject_bytes_max)
    return Error{0, "a certificate's subject has 1 to 64 bytes"};
  if (request.dns_names.size() > dns_name_count_max)
    return Error{0, "a certificate has at most 1000 DNS names"};
  for (std::string const& name : request.dns_names)
    if (!is_dns_name(name)) return Error{0, "this is no DNS name: " + name};
  bool const sound = request.valid_from >= 0 && request.valid_from <= request.valid_to &&
                     request.valid_to <= time_max;
  if (!sound) return Error{0, "a certificate is valid from a time after 1970 to a later one"};
  return {};
}

bool add_extension(X509* certificate, X509* issuer, int id, std::string const& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  openssl::Extension const made(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  return made != nullptr && X509_add_ext(certificate, made.get(), -1) == 1;
}

std::string listed(std::vector<std::string> const& dns_names) {
  std::string list;
  for (std::string const& name : dns_names) list += (list.empty() ? "DNS:" : ",DNS:") + name;
  return list;
}

// Of 16 bytes that depend on all it says: two different certificates of an issuer differ in it, and
// nothing random is asked for.
bool set_serial(X509* certificate, Ed25519PublicKey const& key, CertificateRequest const& request) {
  std::string all(reinterpret_cast<char const*>(key.bytes.data()), key.bytes.size());
  all += request.subject + '\0' + listed(request.dns_names) + '\0';
  all += std::to_string(request.valid_from) + '-' + std::to_string(request.valid_to);
  all += request.authority ? 'a' : 'e';
  Digest digest = sha256(std::as_bytes(std::span(all)));
  digest[0] = (digest[0] & std::byte{0x7f}) | std::byte{0x40};
  std::unique_ptr<BIGNUM, openssl::Release<BN_free>> const number(
      BN_bin2bn(openssl::octets(digest.data()), 16, nullptr));
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_names(X509* certificate, X509* issuer, CertificateRequest const& request) {
  X509_NAME* const subject = X509_get_subject_name(certificate);
  auto const* const text = reinterpret_cast<unsigned char const*>(request.subject.data());
  bool const named =
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text,
                                 static_cast<int>(request.subject.size()), -1, 0) == 1;
  return named && X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1;
}

bool set_extensions(X509* certificate, X509* issuer, CertificateRequest const& request) {
  bool const authority = request.authority;
  return add_extension(certificate, issuer, NID_basic_constraints,
                       authority ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_key_usage,
                       authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
         (request.dns_names.empty() ||
          add_extension(certificate, issuer, NID_subject_alt_name, listed(request.dns_names)));
}

// `issuer`: null where it is signed by its own key.
Result<std::string> make(Ed25519PublicKey const& key, CertificateRequest const& request,
                         X509* issuer, EVP_PKEY* issuer_key) {
  if (Result<void> const sound = check(request); !sound) return sound.error();
  Certificate const certificate(X509_new());
  openssl::Key const subject_key(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, openssl::octets(key.bytes.data()), key.bytes.size()));
  openssl::Bio const bio = openssl::bio_to_fill();
  X509* const made = certificate.get();
  if (issuer == nullptr) issuer = made;
  bool const done =
      made != nullptr && subject_key != nullptr && bio != nullptr &&
      X509_set_version(made, X509_VERSION_3) == 1 && set_serial(made, key, request) &&
      ASN1_TIME_set(X509_getm_notBefore(made), static_cast<std::time_t>(request.valid_from)) &&
      ASN1_TIME_set(X509_getm_notAfter(made), static_cast<std::time_t>(request.valid_to)) &&
      X509_set_pubkey(made, subject_key.get()) == 1 && set_names(made, issuer, request) &&
      set_extensions(made, issuer, request) && X509_sign(made, issuer_key, nullptr) > 0 &&
      PEM_write_bio_X509(bio.get(), made) == 1;
  if (!done) return error_of("this certificate cannot be made");
  return openssl::text_of(bio);
}

}  // namespace

Result<std::string> self_signed_certificate(Ed25519Key const& key,
                                            CertificateRequest const& request) {
  return make(key.public_key(), request, nullptr, key.handle());
}

Result<std::string> issue_certificate(Ed25519PublicKey const& subject_key,
                                      CertificateRequest const& request,
                                      std::string_view issuer_certificate_pem,
                                      Ed25519Key const& issuer_key) {
  Result<Certificate> const issuer = openssl::certificate_of(issuer_certificate_pem);
  if (!issuer) return issuer.error();
  X509* const certificate = issuer.value().get();
  if (X509_check_ca(certificate) != 1)
    return Error{0, "the issuer's certificate is none of an authority"};
  if (X509_check_private_key(certificate, issuer_key.handle()) != 1)
    return error_of("the issuer's key is not that of its certificate");
  return make(subject_key, request, certificate, issuer_key.handle());
}

}  // namespace weir
