#include "weir/crypto/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>

namespace weir::openssl {

namespace {

constexpr std::size_t pem_bytes_max = 1u << 20;

// Nobody is asked for a pass phrase on the terminal.
int no_pass_phrase(char*, int, int, void*) { return 0; }

}  // namespace

Error error_of(std::string const& what) {
  unsigned long const code = ERR_peek_last_error();
  char const* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return {0, reason == nullptr ? what : what + ": " + reason};
}

Bio bio_over(std::string_view text) {
  if (text.size() > pem_bytes_max) return nullptr;
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Bio bio_to_fill() { return Bio(BIO_new(BIO_s_mem())); }

std::string text_of(Bio const& bio) {
  char* data = nullptr;
  long const size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Result<Key> private_key_of(std::string_view pem) {
  Bio const bio = bio_over(pem);
  Key key(bio == nullptr ? nullptr
                         : PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr));
  if (key == nullptr) return error_of("this is no private key in PEM form without a pass phrase");
  return key;
}

Result<Certificate> certificate_of(std::string_view pem) {
  Bio const bio = bio_over(pem);
  Certificate certificate(
      bio == nullptr ? nullptr : PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr));
  if (certificate == nullptr) return error_of("this is no certificate in PEM form");
  return certificate;
}

}  // namespace weir::openssl
