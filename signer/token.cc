// SPDX-License-Identifier: Apache-2.0
#include "signer/token.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "evidence/digest.h"

namespace candor::signer {
namespace {

constexpr std::size_t kKeyIdBytes = 16;
// The curve as PKCS#11 2.40's tokens and as those of 3.0 want it: OID 1.3.101.112, and its name.
constexpr std::array<std::uint8_t, 5> kCurveOid = {0x06, 0x03, 0x2B, 0x65, 0x70};
constexpr std::string_view kCurveName =
    "\x13\x0C"
    "edwards25519";

ErrorKind kind_of(CK_RV code) {
  switch (code) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
    case CKR_PIN_EXPIRED:
    case CKR_PIN_LOCKED:
    case CKR_USER_PIN_NOT_INITIALIZED:
      return ErrorKind::kPermissionDenied;
    case CKR_MECHANISM_INVALID:
    case CKR_MECHANISM_PARAM_INVALID:
    case CKR_FUNCTION_NOT_SUPPORTED:
    case CKR_CURVE_NOT_SUPPORTED:
    case CKR_DOMAIN_PARAMS_INVALID:
    case CKR_ATTRIBUTE_VALUE_INVALID:
    case CKR_TEMPLATE_INCONSISTENT:
      return ErrorKind::kUnsupported;
    case CKR_DEVICE_MEMORY:
      return ErrorKind::kResourceExhausted;
    default:  // The device, the session, the login: another session may work.
      return ErrorKind::kUnavailable;
  }
}

tl::unexpected<Error> failed(CK_RV code, std::string_view what) {
  return fail(kind_of(code), fmt::format("token: {} fails with PKCS#11 code 0x{:x}", what, code));
}

Result<void> checked(CK_RV code, std::string_view what) {
  return code == CKR_OK ? Result<void>() : Result<void>(failed(code, what));
}

// PKCS#11 takes what it only reads by pointers to non-const.
template <typename T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, T& value) {
  return {type, &value, sizeof(value)};
}
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, ByteView bytes) {
  return {type, const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

// CKA_EC_POINT is the point in an OCTET STRING, with some tokens in a BIT STRING or bare.
std::optional<evidence::PublicKey> key_of_point(ByteView point) {
  evidence::PublicKey key{};
  if (point.size() < key.size()) {
    return std::nullopt;
  }
  const ByteView front = point.first(point.size() - key.size());
  const bool is_known = front.empty() || std::ranges::equal(front, std::array{0x04, 0x20}) ||
                        std::ranges::equal(front, std::array{0x03, 0x21, 0x00});
  if (!is_known) {
    return std::nullopt;
  }
  std::ranges::copy(point.last(key.size()), key.begin());
  return key;
}

}  // namespace

struct Token::Impl {
  CK_FUNCTION_LIST_PTR p11 = nullptr;
  CK_SLOT_ID slot = 0;
  CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
  bool is_initialized = false;

  Result<void> load(const std::string& module);
  Result<void> choose_slot(const std::string& label);
  Result<void> log_in(const std::string& pin);
  Result<std::vector<CK_OBJECT_HANDLE>> objects(CK_OBJECT_CLASS kind, std::string_view label);
  Result<evidence::PublicKey> public_key(CK_OBJECT_HANDLE object);
};

// The module stays loaded: many do not survive being unloaded.
Result<void> Token::Impl::load(const std::string& module) {
  void* const library = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    return fail(ErrorKind::kNotFound, fmt::format("PKCS#11 module {}: {}", module, reason));
  }
  const auto list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  if (list == nullptr || list(&p11) != CKR_OK || p11 == nullptr) {
    return fail(ErrorKind::kUnsupported, module + ": is no PKCS#11 module");
  }
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  CANDOR_CHECK(checked(p11->C_Initialize(&arguments), "C_Initialize"));
  is_initialized = true;
  return {};
}

Result<void> Token::Impl::choose_slot(const std::string& label) {
  CK_ULONG count = 0;
  CANDOR_CHECK(checked(p11->C_GetSlotList(CK_TRUE, nullptr, &count), "C_GetSlotList"));
  std::vector<CK_SLOT_ID> slots(count);
  CANDOR_CHECK(checked(p11->C_GetSlotList(CK_TRUE, slots.data(), &count), "C_GetSlotList"));
  slots.resize(count);
  std::vector<CK_SLOT_ID> found;
  for (const CK_SLOT_ID candidate : slots) {
    CK_TOKEN_INFO info{};
    if (p11->C_GetTokenInfo(candidate, &info) != CKR_OK) {
      continue;
    }
    const std::string_view padded(reinterpret_cast<const char*>(info.label), sizeof(info.label));
    if (padded.substr(0, padded.find_last_not_of(' ') + 1) == label) {
      found.push_back(candidate);
    }
  }
  if (found.size() != 1) {
    return fail(ErrorKind::kNotFound,
                fmt::format("{} tokens with the label '{}'; one is needed", found.size(), label));
  }
  slot = found.front();
  CK_MECHANISM_INFO info{};
  return checked(p11->C_GetMechanismInfo(slot, CKM_EDDSA, &info), "asking for Ed25519");
}

Result<void> Token::Impl::log_in(const std::string& pin) {
  CANDOR_CHECK(checked(
      p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session),
      "C_OpenSession"));
  auto* const bytes = reinterpret_cast<CK_UTF8CHAR_PTR>(const_cast<char*>(pin.data()));
  return checked(p11->C_Login(session, CKU_USER, bytes, pin.size()), "the login with the PIN");
}

Result<std::vector<CK_OBJECT_HANDLE>> Token::Impl::objects(CK_OBJECT_CLASS kind,
                                                           std::string_view label) {
  CK_KEY_TYPE type = CKK_EC_EDWARDS;
  std::array wanted = {attribute(CKA_CLASS, kind), attribute(CKA_KEY_TYPE, type),
                       attribute(CKA_LABEL, as_bytes(label))};
  CANDOR_CHECK(
      checked(p11->C_FindObjectsInit(session, wanted.data(), wanted.size()), "C_FindObjectsInit"));
  std::vector<CK_OBJECT_HANDLE> found(2);  // More than one is an error already.
  CK_ULONG count = 0;
  const CK_RV code = p11->C_FindObjects(session, found.data(), found.size(), &count);
  const CK_RV ended = p11->C_FindObjectsFinal(session);
  CANDOR_CHECK(checked(code, "C_FindObjects"));
  CANDOR_CHECK(checked(ended, "C_FindObjectsFinal"));
  found.resize(count);
  return found;
}

Result<evidence::PublicKey> Token::Impl::public_key(CK_OBJECT_HANDLE object) {
  std::array<std::uint8_t, 64> point{};
  CK_ATTRIBUTE wanted = attribute(CKA_EC_POINT, point);
  CANDOR_CHECK(
      checked(p11->C_GetAttributeValue(session, object, &wanted, 1), "reading the public key"));
  const auto key = key_of_point(ByteView(point).first(std::min(wanted.ulValueLen, point.size())));
  if (!key.has_value()) {
    return fail(ErrorKind::kUnsupported, "token: the public key's point is in no known form");
  }
  return *key;
}

Token::Token(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Token::~Token() {
  if (impl_->session != CK_INVALID_HANDLE) {
    impl_->p11->C_CloseSession(impl_->session);
  }
  if (impl_->is_initialized) {
    impl_->p11->C_Finalize(nullptr);
  }
}

Result<std::unique_ptr<Token>> Token::open(const TokenOptions& options) {
  std::unique_ptr<Token> token(new Token(std::make_unique<Impl>()));
  CANDOR_CHECK(token->impl_->load(options.module));
  CANDOR_CHECK(token->impl_->choose_slot(options.label));
  CANDOR_CHECK(token->impl_->log_in(options.pin));
  return token;
}

Result<TokenKey> Token::find(std::string_view label) {
  CANDOR_TRY(const auto private_keys, impl_->objects(CKO_PRIVATE_KEY, label));
  CANDOR_TRY(const auto public_keys, impl_->objects(CKO_PUBLIC_KEY, label));
  if (private_keys.empty() && public_keys.empty()) {
    return fail(ErrorKind::kNotFound, fmt::format("token: no key '{}'", label));
  }
  if (private_keys.size() != 1 || public_keys.size() != 1) {
    return fail(ErrorKind::kDataLoss,
                fmt::format("token: not exactly one key pair '{}': a person must look", label));
  }
  CANDOR_TRY(const evidence::PublicKey key, impl_->public_key(public_keys.front()));
  return TokenKey{.private_key = private_keys.front(), .public_key = key};
}

Result<TokenKey> Token::generate(std::string_view label) {
  CK_MECHANISM mechanism{CKM_EC_EDWARDS_KEY_PAIR_GEN, nullptr, 0};
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  const evidence::Digest id = evidence::sha256(as_bytes(label));
  const CK_ATTRIBUTE named = attribute(CKA_LABEL, as_bytes(label));
  const CK_ATTRIBUTE numbered = attribute(CKA_ID, ByteView(id).first(kKeyIdBytes));
  std::array private_half = {named,
                             numbered,
                             attribute(CKA_TOKEN, yes),
                             attribute(CKA_PRIVATE, yes),
                             attribute(CKA_SENSITIVE, yes),
                             attribute(CKA_EXTRACTABLE, no),
                             attribute(CKA_SIGN, yes)};
  CK_RV code = CKR_OK;
  for (const ByteView curve : {ByteView(kCurveOid), as_bytes(kCurveName)}) {
    std::array public_half = {named, numbered, attribute(CKA_TOKEN, yes),
                              attribute(CKA_VERIFY, yes), attribute(CKA_EC_PARAMS, curve)};
    CK_OBJECT_HANDLE made_public = 0;
    CK_OBJECT_HANDLE made_private = 0;
    code = impl_->p11->C_GenerateKeyPair(impl_->session, &mechanism, public_half.data(),
                                         public_half.size(), private_half.data(),
                                         private_half.size(), &made_public, &made_private);
    if (code == CKR_OK) {
      CANDOR_TRY(const evidence::PublicKey key, impl_->public_key(made_public));
      return TokenKey{.private_key = made_private, .public_key = key};
    }
    if (kind_of(code) != ErrorKind::kUnsupported) {
      break;
    }
  }
  return failed(code, "making a key pair");
}

Result<evidence::Signature> Token::sign(const TokenKey& key, ByteView message) {
  CK_MECHANISM mechanism{CKM_EDDSA, nullptr, 0};
  evidence::Signature signature{};
  CK_ULONG size = signature.size();
  CANDOR_CHECK(
      checked(impl_->p11->C_SignInit(impl_->session, &mechanism, key.private_key), "C_SignInit"));
  CANDOR_CHECK(checked(impl_->p11->C_Sign(impl_->session, const_cast<CK_BYTE_PTR>(message.data()),
                                          message.size(), signature.data(), &size),
                       "C_Sign"));
  if (size != signature.size()) {
    return fail(ErrorKind::kUnavailable, fmt::format("token: a signature of {} bytes", size));
  }
  return signature;
}

}  // namespace candor::signer
