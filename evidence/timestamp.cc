// SPDX-License-Identifier: Apache-2.0
#include "evidence/timestamp.h"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include "core/free_by.h"
#include "core/text.h"

namespace candor::evidence {
namespace {

using BioPtr = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeBy<X509_free>>;
using StorePtr = std::unique_ptr<X509_STORE, FreeBy<X509_STORE_free>>;
using RequestPtr = std::unique_ptr<TS_REQ, FreeBy<TS_REQ_free>>;
using ImprintPtr = std::unique_ptr<TS_MSG_IMPRINT, FreeBy<TS_MSG_IMPRINT_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, FreeBy<X509_ALGOR_free>>;
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, FreeBy<ASN1_OBJECT_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, FreeBy<ASN1_INTEGER_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, FreeBy<BN_free>>;
using ResponsePtr = std::unique_ptr<TS_RESP, FreeBy<TS_RESP_free>>;
using VerifyPtr = std::unique_ptr<TS_VERIFY_CTX, FreeBy<TS_VERIFY_CTX_free>>;

constexpr std::size_t kNonceBytes = 8;
constexpr std::size_t kCertificatesMax = 64;
constexpr std::size_t kReasonBytesMax = 512;
constexpr std::size_t kPolicyBytesMax = 128;

// The last reason that OpenSSL gives, which is the most particular one; forgets the others.
std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* data = nullptr;
  int flags = 0;
  ERR_peek_last_error_data(&data, &flags);
  const char* reason = ERR_reason_error_string(code);
  std::string text = reason == nullptr ? "no reason given" : reason;
  if (data != nullptr && (flags & ERR_TXT_STRING) != 0 && *data != '\0') {
    text += std::string(": ") + data;
  }
  ERR_clear_error();
  return plain_text(text, kReasonBytesMax);
}

tl::unexpected<Error> no_memory() {
  return fail(ErrorKind::kInternal, "time stamp: " + openssl_reason());
}

Result<ObjectPtr> object_of(const std::string& dotted) {
  ObjectPtr object(OBJ_txt2obj(dotted.c_str(), 1));
  if (object == nullptr) {
    ERR_clear_error();
    return fail(ErrorKind::kInvalidArgument,
                "'" + plain_text(dotted, kPolicyBytesMax) + "' is no object identifier");
  }
  return object;
}

std::string text_of(const ASN1_OBJECT* object) {
  std::array<char, kPolicyBytesMax> text{};
  const int length =
      OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);  // 1: digits and dots.
  return length > 0 && static_cast<std::size_t>(length) < text.size() ? text.data() : "";
}

IntegerPtr integer_of(const Bytes& big_endian) {
  const NumberPtr number(
      BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
  return IntegerPtr(number == nullptr ? nullptr : BN_to_ASN1_INTEGER(number.get(), nullptr));
}

Result<ImprintPtr> imprint_of(Digest digest) {
  const AlgorithmPtr algorithm(X509_ALGOR_new());
  ImprintPtr imprint(TS_MSG_IMPRINT_new());
  if (algorithm == nullptr || imprint == nullptr ||
      X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) != 1 ||
      TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) != 1 ||
      TS_MSG_IMPRINT_set_msg(imprint.get(), digest.data(), static_cast<int>(digest.size())) != 1) {
    return no_memory();
  }
  return imprint;
}

Result<Bytes> random_nonce() {
  Bytes nonce(kNonceBytes);
  if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1) {
    return no_memory();
  }
  nonce[0] = static_cast<std::uint8_t>(nonce[0] | 0x40U);  // Always eight bytes, never negative.
  nonce[0] = static_cast<std::uint8_t>(nonce[0] & 0x7FU);
  return nonce;
}

// "20261124080000.25Z": RFC 3161 wants seconds, any fraction, and Z.
Result<UtcTime> time_of(const ASN1_GENERALIZEDTIME* time) {
  const std::string_view text(
      reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)),  // NOLINT: characters.
      static_cast<std::size_t>(ASN1_STRING_length(time)));
  constexpr std::size_t kSecondsLength = 14;
  if (text.size() <= kSecondsLength || text.back() != 'Z') {
    return fail(ErrorKind::kInvalidArgument, "the time stamp's time cannot be read");
  }
  const auto part = [&](std::size_t at, std::size_t length) {
    return std::string(text.substr(at, length));
  };
  const std::string rfc3339 = part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(8, 2) +
                              ":" + part(10, 2) + ":" + part(12, 2) +
                              part(kSecondsLength, text.size() - kSecondsLength);
  return with_context(parse_rfc3339(rfc3339), "the time stamp's time");
}

std::optional<Nanoseconds> accuracy_of(TS_TST_INFO* info) {
  const TS_ACCURACY* accuracy = TS_TST_INFO_get_accuracy(info);
  if (accuracy == nullptr) {
    return std::nullopt;
  }
  const auto value = [](const ASN1_INTEGER* integer) -> std::int64_t {
    std::int64_t number = 0;
    const bool is_sane = integer != nullptr && ASN1_INTEGER_get_int64(&number, integer) == 1 &&
                         number >= 0 && number <= 1'000'000'000;
    return is_sane ? number : 0;
  };
  return std::chrono::seconds(value(TS_ACCURACY_get_seconds(accuracy))) +
         std::chrono::milliseconds(value(TS_ACCURACY_get_millis(accuracy))) +
         std::chrono::microseconds(value(TS_ACCURACY_get_micros(accuracy)));
}

Result<Timestamp> read_info(TS_TST_INFO* info) {
  Timestamp stamp;
  CANDOR_TRY(stamp.time, time_of(TS_TST_INFO_get_time(info)));
  stamp.policy = text_of(TS_TST_INFO_get_policy_id(info));
  const NumberPtr serial(ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), nullptr));
  if (serial != nullptr) {
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(serial.get())));
    BN_bn2bin(serial.get(), bytes.data());
    stamp.serial = to_hex(bytes);
  }
  stamp.accuracy = accuracy_of(info);
  return stamp;
}

// The authority's own words, if it gives any.
std::string refusal_of(TS_RESP* response) {
  std::string why;
  const STACK_OF(ASN1_UTF8STRING)* texts =
      TS_STATUS_INFO_get0_text(TS_RESP_get_status_info(response));
  for (int i = 0; texts != nullptr && i < sk_ASN1_UTF8STRING_num(texts); ++i) {
    const ASN1_UTF8STRING* text = sk_ASN1_UTF8STRING_value(texts, i);
    why += why.empty() ? "" : " ";
    why.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),  // NOLINT: characters.
               static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  return plain_text(why, kReasonBytesMax);
}

Result<ResponsePtr> parse_response(ByteView reply) {
  if (reply.empty() || reply.size() > kTimestampReplyBytesMax) {
    return fail(ErrorKind::kInvalidArgument, "no time stamp answer: its length");
  }
  const unsigned char* at = reply.data();
  ResponsePtr response(d2i_TS_RESP(nullptr, &at, static_cast<long>(reply.size())));
  ERR_clear_error();
  if (response == nullptr || at != reply.data() + reply.size()) {
    return fail(ErrorKind::kInvalidArgument, "no time stamp answer");
  }
  const ASN1_INTEGER* status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response.get()));
  const long granted = ASN1_INTEGER_get(status);
  if (granted != TS_STATUS_GRANTED && granted != TS_STATUS_GRANTED_WITH_MODS) {
    return fail(ErrorKind::kUnavailable, "the authority refuses (" + std::to_string(granted) +
                                             "): " + refusal_of(response.get()));
  }
  if (TS_RESP_get_tst_info(response.get()) == nullptr) {
    return fail(ErrorKind::kInvalidArgument, "no time stamp in the answer");
  }
  return response;
}

}  // namespace

struct TimestampTrust::Impl {
  std::vector<CertificatePtr> certificates;

  // A store of its own for each judgement: the time it judges at is the store's.
  [[nodiscard]] StorePtr store_at(UtcTime time) const {
    constexpr std::int64_t kNsPerSecond = 1'000'000'000;
    StorePtr store(X509_STORE_new());
    for (const CertificatePtr& certificate : certificates) {
      if (store != nullptr && X509_STORE_add_cert(store.get(), certificate.get()) != 1) {
        store.reset();
      }
    }
    if (store != nullptr) {
      X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), time.ns / kNsPerSecond);
    }
    return store;
  }
};

TimestampTrust::TimestampTrust(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TimestampTrust::~TimestampTrust() = default;
TimestampTrust::TimestampTrust(TimestampTrust&&) noexcept = default;
TimestampTrust& TimestampTrust::operator=(TimestampTrust&&) noexcept = default;

Result<TimestampTrust> TimestampTrust::parse(std::string_view pem) {
  auto impl = std::make_unique<Impl>();
  const BioPtr input(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (input != nullptr && impl->certificates.size() <= kCertificatesMax) {
    CertificatePtr certificate(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) {
      break;
    }
    impl->certificates.push_back(std::move(certificate));
  }
  const bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!is_at_end || impl->certificates.empty()) {
    return fail(ErrorKind::kInvalidArgument, "must hold 1 to 64 certificates in PEM");
  }
  return TimestampTrust(std::move(impl));
}

Result<TimestampQuery> make_timestamp_query(ByteView data, const std::string& policy) {
  TimestampQuery query{.der = {}, .imprint = sha256(data), .nonce = {}, .policy = policy};
  CANDOR_TRY(query.nonce, random_nonce());
  CANDOR_TRY(const ImprintPtr imprint, imprint_of(query.imprint));
  const RequestPtr request(TS_REQ_new());
  const IntegerPtr nonce = integer_of(query.nonce);
  if (request == nullptr || nonce == nullptr || TS_REQ_set_version(request.get(), 1) != 1 ||
      TS_REQ_set_msg_imprint(request.get(), imprint.get()) != 1 ||
      TS_REQ_set_nonce(request.get(), nonce.get()) != 1 ||
      TS_REQ_set_cert_req(request.get(), 1) != 1) {
    return no_memory();
  }
  if (!policy.empty()) {
    CANDOR_TRY(const ObjectPtr object, object_of(policy));
    if (TS_REQ_set_policy_id(request.get(), object.get()) != 1) {
      return no_memory();
    }
  }
  unsigned char* der = nullptr;
  const int length = i2d_TS_REQ(request.get(), &der);
  if (length <= 0) {
    return no_memory();
  }
  query.der.assign(der, der + length);
  OPENSSL_free(der);
  return query;
}

Result<Timestamp> verify_timestamp(ByteView reply, const TimestampExpectation& expected,
                                   const TimestampTrust& trust) {
  CANDOR_TRY(const ResponsePtr response, parse_response(reply));
  CANDOR_TRY(Timestamp stamp, read_info(TS_RESP_get_tst_info(response.get())));
  const VerifyPtr context(TS_VERIFY_CTX_new());
  CANDOR_TRY(const ImprintPtr imprint, imprint_of(expected.imprint));
  const RequestPtr request(TS_REQ_new());
  StorePtr store = trust.impl().store_at(stamp.time);
  if (context == nullptr || request == nullptr || store == nullptr ||
      TS_REQ_set_version(request.get(), 1) != 1 ||
      TS_REQ_set_msg_imprint(request.get(), imprint.get()) != 1) {
    return no_memory();
  }
  if (!expected.nonce.empty()) {
    const IntegerPtr nonce = integer_of(expected.nonce);
    if (nonce == nullptr || TS_REQ_set_nonce(request.get(), nonce.get()) != 1) {
      return no_memory();
    }
  }
  if (!expected.policy.empty()) {
    CANDOR_TRY(const ObjectPtr object, object_of(expected.policy));
    if (TS_REQ_set_policy_id(request.get(), object.get()) != 1) {
      return no_memory();
    }
  }
  // What the request has is what is compared: imprint always, nonce and policy when they are set.
  if (TS_REQ_to_TS_VERIFY_CTX(request.get(), context.get()) == nullptr) {
    return no_memory();
  }
  TS_VERIFY_CTX_add_flags(context.get(), TS_VFY_SIGNATURE);
  TS_VERIFY_CTX_set_store(context.get(), store.release());  // The context frees it.
  if (TS_RESP_verify_response(context.get(), response.get()) != 1) {
    return fail(ErrorKind::kPermissionDenied,
                "the time stamp is not believed: " + openssl_reason());
  }
  ERR_clear_error();
  return stamp;
}

}  // namespace candor::evidence
