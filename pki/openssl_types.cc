// SPDX-License-Identifier: Apache-2.0
#include "pki/openssl_types.h"

#include <array>

#include <openssl/err.h>

namespace candor::pki {

std::string last_reason() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

tl::unexpected<Error> openssl_failed(std::string_view doing) {
  return fail(ErrorKind::kInternal, std::string(doing) + ": " + last_reason());
}

BioPtr bio_of(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

BioPtr memory_bio() { return BioPtr(BIO_new(BIO_s_mem())); }

std::string text_of(BIO& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&bio, &data);
  return size <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

}  // namespace candor::pki
