// SPDX-License-Identifier: Apache-2.0
#include "signer/desk.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/log.h"
#include "evidence/text_lines.h"

namespace candor::signer {
namespace {

constexpr std::string_view kVkey = "vkey ";
constexpr std::string_view kSign = "sign";
constexpr std::string_view kWhatToDo =
    "a person must run candor-signer --adopt with the witness's newest checkpoint, or begin a new "
    "epoch (docs/design/signer.md)";

evidence::TreeHead nothing_signed() { return {.size = 0, .root = evidence::empty_root()}; }

evidence::NoteKey note_key(std::string_view origin, const evidence::Signer& key) {
  return {
      .type = evidence::KeyType::kEd25519, .name = std::string(origin), .key = key.public_key()};
}

tl::unexpected<Error> refuse(std::string_view why, std::uint64_t last) {
  return fail(ErrorKind::kPermissionDenied, fmt::format("{}; last {}", why, last));
}

}  // namespace

std::string SigningDesk::answer(std::string_view message) {
  std::string_view rest = message;
  const auto first = evidence::take_line(rest);
  Result<std::string> answered = fail(ErrorKind::kInvalidArgument, "no such request");
  if (first == kSign) {
    answered = sign(rest);
  } else if (first.has_value() && first->starts_with(kVkey) && rest.empty()) {
    answered = vkey(first->substr(kVkey.size()));
  }
  if (answered.has_value()) {
    return *answered;
  }
  log::debug("signer.refused", {{"reason", answered.error().message()}});
  return format_refusal(answered.error().message());
}

Result<std::string> SigningDesk::vkey(std::string_view origin) {
  CANDOR_TRY(const Log* log, open(origin));
  return evidence::format_vkey(note_key(origin, *log->key)) + "\n";
}

Result<std::string> SigningDesk::sign(std::string_view body) {
  CANDOR_TRY(const SignRequest request, parse_sign(body));
  const evidence::Checkpoint& checkpoint = request.checkpoint;
  CANDOR_TRY(Log * log, open(checkpoint.origin));
  const evidence::TreeHead head{.size = checkpoint.size, .root = checkpoint.root};
  if (head != log->last) {
    CANDOR_CHECK(judge(request, log->last));
    if (auto written = files_.write(checkpoint.origin, head); !written.has_value()) {
      alarms_.tell_fault(checkpoint.origin, written.error().message());
      logs_.erase(checkpoint.origin);  // Either may stand on disk: read it again.
      return fail(std::move(written.error()));
    }
    log->last = head;
  }
  auto signature = signature_of(checkpoint, *log);
  if (!signature.has_value()) {
    alarms_.tell_fault(checkpoint.origin, signature.error().message());
    logs_.erase(checkpoint.origin);  // The token may want a new login.
  }
  return signature;
}

Result<void> SigningDesk::judge(const SignRequest& request, const evidence::TreeHead& last) {
  const evidence::Checkpoint& asked = request.checkpoint;
  if (asked.size == last.size) {
    alarms_.tell("fork", asked, last);
    return refuse("another root was signed at this size", last.size);
  }
  if (asked.size < last.size) {
    alarms_.tell("shorter", asked, last);
    return refuse("the checkpoint is smaller than the last one", last.size);
  }
  if (request.old != last.size) {
    return fail(ErrorKind::kFailedPrecondition, fmt::format("last {}", last.size));
  }
  const auto extends =
      evidence::check_consistency(request.proof, last, {.size = asked.size, .root = asked.root});
  if (!extends.has_value()) {
    alarms_.tell("rewritten", asked, last);
    return refuse("the proof fails: " + extends.error().message(), last.size);
  }
  return {};
}

Result<std::string> SigningDesk::signature_of(const evidence::Checkpoint& checkpoint, Log& log) {
  CANDOR_TRY(const evidence::Note note, evidence::sign_checkpoint(checkpoint, *log.key));
  // What a faulty token or memory made of it is not given out.
  const std::array known = {note_key(checkpoint.origin, *log.key)};
  const auto verified = evidence::verify_note(note, known);
  if (!verified.has_value()) {
    return fail(ErrorKind::kInternal, "the signature that the key made does not verify");
  }
  return evidence::format_signature(note.signatures.front());
}

Result<void> SigningDesk::check_origin(std::string_view origin) const {
  if (!evidence::is_key_name(origin) || origin.size() > evidence::kKeyNameBytesMax) {
    return fail(ErrorKind::kInvalidArgument, "no origin: " + evidence::quoted(origin));
  }
  if (!origin.starts_with(options_.origin_prefix)) {
    return fail(ErrorKind::kPermissionDenied,
                fmt::format("origin {} does not begin with {}", evidence::quoted(origin),
                            options_.origin_prefix));
  }
  return {};
}

Result<SigningDesk::Log*> SigningDesk::open(std::string_view origin) {
  CANDOR_CHECK(check_origin(origin));
  const auto found = logs_.find(origin);
  if (found != logs_.end()) {
    return &found->second;
  }
  auto loaded = load(origin);
  if (!loaded.has_value()) {
    alarms_.tell_fault(origin, loaded.error().message());
    return fail(std::move(loaded.error()));
  }
  return &logs_.emplace(std::string(origin), std::move(*loaded)).first->second;
}

Result<SigningDesk::Log> SigningDesk::load(std::string_view origin) {
  auto key = keys_.find(origin);
  if (!key.has_value() && key.error().kind() == ErrorKind::kNotFound) {
    return begin(origin);
  }
  if (!key.has_value()) {
    return fail(std::move(key.error()));
  }
  const auto last = files_.read(origin);
  if (last.has_value()) {
    return Log{.key = std::move(*key), .last = *last};
  }
  const bool is_missing = last.error().kind() == ErrorKind::kNotFound;
  return fail(ErrorKind::kFailedPrecondition,
              fmt::format("what was signed last is {}, and the key is there: {}",
                          is_missing ? "missing" : "unreadable (" + last.error().message() + ")",
                          kWhatToDo));
}

// The state is made before the key: a crash between the two leaves a state of size 0 without a key,
// which is no harm, and never a key without a state.
Result<SigningDesk::Log> SigningDesk::begin(std::string_view origin) {
  const auto last = files_.read(origin);
  if (last.has_value() && *last != nothing_signed()) {
    return fail(ErrorKind::kFailedPrecondition,
                fmt::format("the key is missing, though it has signed: bring it back, or begin a "
                            "new epoch (docs/design/signer.md); last {}",
                            last->size));
  }
  if (!last.has_value() && last.error().kind() != ErrorKind::kNotFound) {
    return fail(Error(last.error()));
  }
  if (!options_.makes_keys) {
    return fail(ErrorKind::kNotFound, "the origin has no key, and [signer] make_keys is false");
  }
  if (!last.has_value()) {
    CANDOR_TRY(const std::size_t count, files_.count());
    if (count >= kOriginsMax) {
      return fail(ErrorKind::kResourceExhausted,
                  fmt::format("there are {} origins, more are not begun", count));
    }
    CANDOR_CHECK(files_.write(origin, nothing_signed()));
  }
  CANDOR_TRY(auto key, keys_.make(origin));
  log::info("signer.key-made",
            {{"origin", origin}, {"vkey", evidence::format_vkey(note_key(origin, *key))}});
  return Log{.key = std::move(key), .last = nothing_signed()};
}

Result<evidence::TreeHead> SigningDesk::adopt(std::string_view note) {
  CANDOR_TRY(const evidence::Note parsed, evidence::parse_note(note));
  CANDOR_TRY(const evidence::Checkpoint checkpoint, evidence::parse_checkpoint(parsed.text));
  CANDOR_CHECK(check_origin(checkpoint.origin));
  CANDOR_TRY(const auto key, keys_.find(checkpoint.origin));
  const std::array known = {note_key(checkpoint.origin, *key)};
  CANDOR_TRY(const auto signatures, evidence::verify_note(parsed, known));
  if (signatures.empty()) {
    return fail(ErrorKind::kPermissionDenied, "the checkpoint is not signed by this origin's key");
  }
  const auto last = files_.read(checkpoint.origin);
  if (last.has_value()) {
    return fail(ErrorKind::kFailedPrecondition,
                fmt::format("the state is whole, at size {}; nothing was changed", last->size));
  }
  if (last.error().kind() != ErrorKind::kNotFound && last.error().kind() != ErrorKind::kDataLoss) {
    return fail(Error(last.error()));
  }
  const evidence::TreeHead head{.size = checkpoint.size, .root = checkpoint.root};
  CANDOR_CHECK(files_.put_aside(checkpoint.origin));
  CANDOR_CHECK(files_.write(checkpoint.origin, head));
  logs_.clear();
  log::warn("signer.adopted", {{"origin", checkpoint.origin}, {"size", head.size}});
  return head;
}

}  // namespace candor::signer
