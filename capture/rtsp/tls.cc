// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/tls.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "core/bytes.h"
#include "core/free_by.h"

namespace candor::rtsp {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, FreeBy<SSL_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeBy<X509_free>>;

std::string last_reason() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

// The name or address that the camera's certificate must carry.
bool expect_host(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
  return X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1 ||
         X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), 0) == 1;
}

}  // namespace

struct TlsStream::Impl {
  ContextPtr context;
  SslPtr ssl;
  std::string fingerprint;

  // What OpenSSL wants after a call that did not succeed.
  [[nodiscard]] Result<Step> step_after(int code) const {
    switch (SSL_get_error(ssl.get(), code)) {
      case SSL_ERROR_WANT_READ:
        return Step::kWantsRead;
      case SSL_ERROR_WANT_WRITE:
        return Step::kWantsWrite;
      case SSL_ERROR_ZERO_RETURN:
        return Step::kClosed;
      default:
        break;
    }
    if (const long verdict = SSL_get_verify_result(ssl.get());
        fingerprint.empty() && verdict != X509_V_OK) {
      ERR_clear_error();
      return fail(ErrorKind::kPermissionDenied,
                  fmt::format("the camera's certificate is not to be trusted: {}",
                              X509_verify_cert_error_string(verdict)));
    }
    return fail(ErrorKind::kUnavailable, "TLS: " + last_reason());
  }
};

TlsStream::TlsStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsStream::~TlsStream() = default;

Result<std::unique_ptr<TlsStream>> TlsStream::make(int fd, const std::string& host,
                                                   const TlsTrust& trust) {
  auto impl = std::make_unique<Impl>();
  impl->context.reset(SSL_CTX_new(TLS_client_method()));
  impl->fingerprint = trust.fingerprint;
  SSL_CTX* context = impl->context.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (trust.fingerprint.empty()) {
    if (SSL_CTX_load_verify_locations(context, trust.ca_file.c_str(), nullptr) != 1) {
      return fail(ErrorKind::kInvalidArgument,
                  fmt::format("{}: no certificates in it: {}", trust.ca_file, last_reason()));
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  impl->ssl.reset(SSL_new(context));
  SSL* ssl = impl->ssl.get();
  if (!expect_host(ssl, host) || SSL_set_fd(ssl, fd) != 1) {
    return fail(ErrorKind::kInvalidArgument, "TLS: " + last_reason());
  }
  SSL_set_tlsext_host_name(ssl, host.c_str());
  SSL_set_connect_state(ssl);
  return std::unique_ptr<TlsStream>(new TlsStream(std::move(impl)));
}

Result<TlsStream::Step> TlsStream::handshake() {
  const int code = SSL_do_handshake(impl_->ssl.get());
  if (code != 1) {
    return impl_->step_after(code);
  }
  CANDOR_CHECK(check_fingerprint());
  return Step::kDone;
}

Result<void> TlsStream::check_fingerprint() const {
  if (impl_->fingerprint.empty()) {
    return {};
  }
  const CertificatePtr certificate(SSL_get1_peer_certificate(impl_->ssl.get()));
  std::array<std::uint8_t, 32> digest{};
  unsigned size = 0;
  if (certificate == nullptr ||
      X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) != 1) {
    return fail(ErrorKind::kPermissionDenied, "the camera sent no certificate");
  }
  if (to_hex(digest) != impl_->fingerprint) {
    return fail(ErrorKind::kPermissionDenied, "the camera's certificate has the SHA-256 " +
                                                  to_hex(digest) +
                                                  "; if that is right, write it as 'fingerprint'");
  }
  return {};
}

Result<TlsStream::Moved> TlsStream::read(std::span<std::uint8_t> out) {
  std::size_t bytes = 0;
  const int code = SSL_read_ex(impl_->ssl.get(), out.data(), out.size(), &bytes);
  if (code == 1) {
    return Moved{.step = Step::kDone, .bytes = bytes};
  }
  CANDOR_TRY(const Step step, impl_->step_after(code));
  return Moved{.step = step};
}

Result<TlsStream::Moved> TlsStream::write(std::string_view text) {
  std::size_t bytes = 0;
  const int code = SSL_write_ex(impl_->ssl.get(), text.data(), text.size(), &bytes);
  if (code == 1) {
    return Moved{.step = Step::kDone, .bytes = bytes};
  }
  CANDOR_TRY(const Step step, impl_->step_after(code));
  return Moved{.step = step};
}

}  // namespace candor::rtsp
