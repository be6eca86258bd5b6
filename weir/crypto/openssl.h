// What the sources of crypto share of OpenSSL: its objects with an owner, and how PEM text is read.
// No public header includes this, and nothing outside this folder does.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "weir/base/assert.h"
#include "weir/base/result.h"

namespace weir::openssl {

template <auto release>
struct Release {
  void operator()(auto* object) const { release(object); }
};

using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using Ctx = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL_SESSION, Release<SSL_SESSION_free>>;

inline unsigned char const* octets(std::byte const* bytes) {
  return reinterpret_cast<unsigned char const*>(bytes);
}
inline unsigned char* octets(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

// The error that OpenSSL told last, with what failed before it. Its queue of errors is empty then.
Error error_of(std::string const& what);

// To read `text` from; it must outlive the BIO. Larger than any key or chain: refused (null).
Bio bio_over(std::string_view text);
Bio bio_to_fill();
std::string text_of(Bio const& bio);

Result<Key> private_key_of(std::string_view pem);
Result<Certificate> certificate_of(std::string_view pem);

}  // namespace weir::openssl
