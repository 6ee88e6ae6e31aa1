// SPDX-License-Identifier: Apache-2.0
#include "pki/credentials.h"

#include <algorithm>
#include <memory>
#include <sys/stat.h>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>

#include "core/assert.h"
#include "pki/certificate.h"
#include "pki/files.h"
#include "pki/key.h"

namespace candor::pki {
namespace {

using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, FreeBy<X509_STORE_CTX_free>>;

struct Parts {
  CertificatePtr ca;
  CertificatePtr certificate;
  KeyPtr key;
  CrlPtr crl;
};

Result<Parts> load_parts(const CredentialPaths& paths) {
  Parts parts;
  CANDOR_TRY(parts.ca, load_certificate(paths.ca));
  CANDOR_TRY(parts.certificate, load_certificate(paths.certificate));
  CANDOR_TRY(const std::string key, read_private_file(paths.key));
  CANDOR_TRY(parts.key, with_context(parse_key(key), paths.key));
  CANDOR_TRY(parts.crl, load_crl(paths.crl));
  return parts;
}

Result<void> check_parts(const Parts& parts, const CredentialPaths& paths, const Identity& own) {
  const KeyPtr ca_key(X509_get_pubkey(parts.ca.get()));
  CANDOR_TRY(const Identity identity,
             with_context(identity_of(*parts.certificate), paths.certificate));
  std::string fault;
  if (X509_verify(parts.certificate.get(), ca_key.get()) != 1) {
    fault = paths.certificate + ": was not signed by the CA in " + paths.ca;
  } else if (X509_check_private_key(parts.certificate.get(), parts.key.get()) != 1) {
    fault = paths.key + ": is not the key of " + paths.certificate;
  } else if (X509_CRL_verify(parts.crl.get(), ca_key.get()) != 1) {
    fault = paths.crl + ": was not signed by the CA in " + paths.ca;
  } else if (identity != own) {
    fault = fmt::format("{}: is for {}, this program is {}; enrol it: candor enrol",
                        paths.certificate, to_uri(identity), to_uri(own));
  }
  ERR_clear_error();
  return fault.empty() ? Result<void>() : fail(ErrorKind::kInvalidArgument, fault);
}

bool trust(SSL_CTX* context, const Parts& parts) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  return X509_STORE_add_cert(store, parts.ca.get()) == 1 &&
         X509_STORE_add_crl(store, parts.crl.get()) == 1 &&
         X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_X509_STRICT) == 1;
}

Result<Credentials::Context> make_context(const Parts& parts) {
  ContextPtr context(SSL_CTX_new(TLS_method()));
  SSL_CTX* raw = context.get();
  if (raw == nullptr || SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(raw, TLS1_3_VERSION) != 1 || !trust(raw, parts) ||
      SSL_CTX_use_certificate(raw, parts.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(raw, parts.key.get()) != 1) {
    return openssl_failed("TLS");
  }
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // A resumed connection shows no certificate, so a revoked one could go on.
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);
  return Credentials::Context(context.release(), SSL_CTX_free);
}

UtcTime end_of(const X509_CRL& crl) {
  constexpr std::int64_t kNsInSecond = 1'000'000'000;
  const std::unique_ptr<ASN1_TIME, FreeBy<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, epoch.get(), X509_CRL_get0_nextUpdate(&crl));
  return {(std::int64_t{days} * 86'400 + seconds) * kNsInSecond};
}

std::string sentence_of(int verdict) {
  switch (verdict) {
    case X509_V_ERR_CERT_REVOKED:
      return "its certificate is revoked";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired; enrol it again";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet; are the clocks right?";
    case X509_V_ERR_CRL_HAS_EXPIRED:
      return "our revocation list has expired; run `candor ca crl` and install it";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "its certificate is of another CA";
    default:
      return fmt::format("its certificate is not in order: {}",
                         X509_verify_cert_error_string(verdict));
  }
}

std::string objection_to_identity(X509& certificate, const ExpectedPeer& expected) {
  const auto identity = identity_of(certificate);
  if (!identity.has_value()) {
    return "its certificate " + identity.error().message();
  }
  if (identity->site != expected.site) {
    return fmt::format("it is of site '{}', not of '{}'", identity->site, expected.site);
  }
  if (identity->role != expected.role) {
    return fmt::format("it has the role {}; only {} is let in here", to_string(identity->role),
                       to_string(expected.role));
  }
  if (!expected.name.empty() && identity->name != expected.name) {
    return fmt::format("it is '{}', not '{}'", identity->name, expected.name);
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<Credentials>> Credentials::load(CredentialPaths paths, Identity own) {
  std::shared_ptr<Credentials> made(new Credentials(std::move(paths), std::move(own)));
  CANDOR_TRY(const bool is_read, made->reload());
  CANDOR_ASSERT(is_read);
  return made;
}

Result<Credentials::Loaded> Credentials::read() const {
  CANDOR_TRY(const Parts parts, load_parts(paths_));
  CANDOR_CHECK(check_parts(parts, paths_, own_));
  CANDOR_TRY(Context context, make_context(parts));
  return Loaded{.context = std::move(context),
                .good_until = std::min(validity_of(*parts.certificate).to, end_of(*parts.crl))};
}

Credentials::Stamp Credentials::stamp() const {
  Stamp stamp{};
  std::size_t at = 0;
  for (const std::string* path : {&paths_.ca, &paths_.certificate, &paths_.key, &paths_.crl}) {
    struct stat status{};
    ::stat(path->c_str(), &status);  // One that is not there differs from one that is.
    stamp.at(at++) = static_cast<std::int64_t>(status.st_ino);
    stamp.at(at++) = status.st_size;
    stamp.at(at++) = status.st_mtim.tv_sec;
    stamp.at(at++) = status.st_mtim.tv_nsec;
  }
  return stamp;
}

Result<bool> Credentials::reload() {
  const Stamp now = stamp();
  {
    const MutexLock lock(mutex_);
    if (now == stamp_) {
      return false;
    }
  }
  CANDOR_TRY(Loaded fresh, read());
  const MutexLock lock(mutex_);
  loaded_ = std::move(fresh);
  stamp_ = now;
  return true;
}

Credentials::Context Credentials::context() const {
  const MutexLock lock(mutex_);
  return loaded_.context;
}

UtcTime Credentials::good_until() const {
  const MutexLock lock(mutex_);
  return loaded_.good_until;
}

std::string Credentials::objection_to(X509& certificate, const ExpectedPeer& expected) const {
  const Context present = context();
  const StoreContextPtr chain(X509_STORE_CTX_new());
  X509_STORE_CTX_init(chain.get(), SSL_CTX_get_cert_store(present.get()), &certificate, nullptr);
  const bool is_trusted = X509_verify_cert(chain.get()) == 1;
  ERR_clear_error();
  return is_trusted ? objection_to_identity(certificate, expected)
                    : sentence_of(X509_STORE_CTX_get_error(chain.get()));
}

std::string judge_peer(bool is_trusted, X509_STORE_CTX& chain, const ExpectedPeer& expected) {
  X509* certificate = X509_STORE_CTX_get_current_cert(&chain);
  if (!is_trusted) {
    return sentence_of(X509_STORE_CTX_get_error(&chain));
  }
  if (X509_STORE_CTX_get_error_depth(&chain) != 0 || certificate == nullptr) {
    return {};
  }
  const std::string objection = objection_to_identity(*certificate, expected);
  if (!objection.empty()) {
    X509_STORE_CTX_set_error(&chain, X509_V_ERR_APPLICATION_VERIFICATION);
  }
  return objection;
}

std::string name_of(X509& certificate) {
  const auto identity = identity_of(certificate);
  return identity.has_value() ? identity->name : std::string();
}

}  // namespace candor::pki
