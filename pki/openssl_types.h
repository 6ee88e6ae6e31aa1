// SPDX-License-Identifier: Apache-2.0
// OpenSSL's objects as owned values, and its last error as text. Included by pki/ only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/free_by.h"
#include "core/result.h"

namespace candor::pki {

using BioPtr = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeBy<X509_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, FreeBy<X509_CRL_free>>;
using CsrPtr = std::unique_ptr<X509_REQ, FreeBy<X509_REQ_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;

/// The oldest error of this thread's queue, which is emptied.
[[nodiscard]] std::string last_reason();

/// A failure inside OpenSSL that no input explains.
[[nodiscard]] tl::unexpected<Error> openssl_failed(std::string_view doing);

[[nodiscard]] BioPtr bio_of(std::string_view text);
[[nodiscard]] BioPtr memory_bio();
[[nodiscard]] std::string text_of(BIO& bio);

}  // namespace candor::pki
