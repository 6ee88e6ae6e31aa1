// SPDX-License-Identifier: Apache-2.0
// Signer and witness in memory, as the notary meets them: they hold to the protocols, and are away,
// forget or are ahead when a test says so.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "app/capture/notary/checkpoint_signer.h"
#include "app/capture/notary/witness_line.h"
#include "evidence/signer.h"
#include "evidence/witness_request.h"

namespace candor::test {

/// Signs what extends what it signed last, as candor-signer does. Thread: any.
class MemoryDesk final : public app::CheckpointSigner {
 public:
  MemoryDesk() : signer_(evidence::MemorySigner::from_seed(seed(1)).value()) {}

  static evidence::Seed seed(std::uint8_t byte) {
    evidence::Seed seed{};
    seed.fill(byte);
    return seed;
  }

  std::atomic<bool> is_away = false;

  [[nodiscard]] evidence::NoteKey key_of(const std::string& origin) const {
    return {.type = evidence::KeyType::kEd25519, .name = origin, .key = signer_.public_key()};
  }
  [[nodiscard]] Result<evidence::NoteKey> key(const std::string& origin) override {
    if (is_away) {
      return fail(ErrorKind::kUnavailable, "nobody listens");
    }
    return key_of(origin);
  }

  [[nodiscard]] Result<app::SignAnswer> sign(const app::SignQuestion& question) override {
    if (is_away) {
      return fail(ErrorKind::kUnavailable, "nobody listens");
    }
    const std::lock_guard lock(mutex_);
    const evidence::Checkpoint& wanted = question.checkpoint;
    const evidence::TreeHead head{.size = wanted.size, .root = wanted.root};
    evidence::TreeHead& last =
        last_.try_emplace(wanted.origin, evidence::TreeHead{.root = evidence::empty_root()})
            .first->second;
    if (head != last) {
      if (question.old != last.size || wanted.size <= last.size) {
        return app::SignAnswer{.refusal = "not now", .last = last.size};
      }
      if (!evidence::check_consistency(question.proof, last, head).has_value()) {
        return app::SignAnswer{.refusal = "the proof fails", .last = last.size};
      }
      last = head;
    }
    ++signatures_;
    const std::string text = evidence::format_checkpoint(wanted);
    CANDOR_TRY(evidence::NoteSignature line, evidence::sign_note(text, wanted.origin, signer_));
    return app::SignAnswer{.signature = std::move(line)};
  }

  [[nodiscard]] evidence::TreeHead last(const std::string& origin) const {
    const std::lock_guard lock(mutex_);
    const auto found = last_.find(origin);
    return found == last_.end() ? evidence::TreeHead{} : found->second;
  }
  /// Its state was put back to this note's.
  void restore(const std::string& origin, const Bytes& note) {
    const auto parsed = evidence::parse_note(as_text(note)).value();
    const auto checkpoint = evidence::parse_checkpoint(parsed.text).value();
    const std::lock_guard lock(mutex_);
    last_[origin] = {.size = checkpoint.size, .root = checkpoint.root};
  }
  [[nodiscard]] std::size_t signatures() const {
    const std::lock_guard lock(mutex_);
    return signatures_;
  }

 private:
  evidence::MemorySigner signer_;
  mutable std::mutex mutex_;
  std::map<std::string, evidence::TreeHead> last_;
  std::size_t signatures_ = 0;
};

/// A witness by the letter of C2SP tlog-witness v1.0.0. Thread: any.
class MemoryWitness {
 public:
  explicit MemoryWitness(std::string name = "supervision.example/w1", std::uint8_t seed = 2)
      : signer_(evidence::MemorySigner::from_seed(MemoryDesk::seed(seed)).value()),
        key_{.type = evidence::KeyType::kCosignature,
             .name = std::move(name),
             .key = signer_.public_key()} {}

  std::atomic<bool> is_away = false;
  std::atomic<std::int64_t> time_s = 1'790'000'000;

  [[nodiscard]] const evidence::NoteKey& key() const { return key_; }
  void enrol(const evidence::NoteKey& log) {
    const std::lock_guard lock(mutex_);
    logs_[log.name].key = log;
  }
  [[nodiscard]] std::uint64_t size(const std::string& origin) const {
    const std::lock_guard lock(mutex_);
    const auto found = logs_.find(origin);
    return found == logs_.end() ? 0 : found->second.head.size;
  }
  [[nodiscard]] std::vector<unsigned> statuses() const {
    const std::lock_guard lock(mutex_);
    return statuses_;
  }
  /// As if another one had shown it this much: the next request meets a 409.
  void answer_conflict_once() { conflicts_ = 1; }

  [[nodiscard]] app::WitnessAnswer get(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [origin, log] : logs_) {
      if (path == "/" + to_hex(evidence::sha256(as_bytes(origin))) + "/checkpoint" &&
          !log.note.empty()) {
        return {.status = 200, .content_type = "text/plain", .body = log.note};
      }
    }
    return {.status = 404, .content_type = "", .body = ""};
  }

  [[nodiscard]] app::WitnessAnswer add(const std::string& body) {
    const std::lock_guard lock(mutex_);
    app::WitnessAnswer answer = judge(body);
    statuses_.push_back(answer.status);
    return answer;
  }

  /// A way to it that is as bad as the test says.
  [[nodiscard]] std::unique_ptr<app::WitnessLine> line() { return std::make_unique<Line>(*this); }

 private:
  struct Log {
    evidence::NoteKey key;
    evidence::TreeHead head{.size = 0, .root = evidence::empty_root()};
    std::string note;
  };
  class Line final : public app::WitnessLine {
   public:
    explicit Line(MemoryWitness& witness) : witness_(witness) {}
    [[nodiscard]] Result<app::WitnessAnswer> get(const std::string& path) override {
      return witness_.is_away ? fail(ErrorKind::kUnavailable, "nobody there")
                              : Result<app::WitnessAnswer>(witness_.get(path));
    }
    [[nodiscard]] Result<app::WitnessAnswer> post(const std::string& /*path*/,
                                                  const std::string& body) override {
      return witness_.is_away ? fail(ErrorKind::kUnavailable, "nobody there")
                              : Result<app::WitnessAnswer>(witness_.add(body));
    }

   private:
    MemoryWitness& witness_;
  };

  [[nodiscard]] app::WitnessAnswer judge(const std::string& body) {
    const auto request = evidence::parse_witness_request(body);
    const auto checkpoint = request.has_value()
                                ? evidence::parse_checkpoint(request->checkpoint.text)
                                : Result<evidence::Checkpoint>(fail(request.error()));
    if (!checkpoint.has_value()) {
      return {.status = 400, .content_type = "", .body = ""};
    }
    const auto found = logs_.find(checkpoint->origin);
    if (found == logs_.end()) {
      return {.status = 404, .content_type = "", .body = ""};
    }
    Log& log = found->second;
    const std::array keys{log.key};
    if (!evidence::verify_note(request->checkpoint, keys).has_value()) {
      return {.status = 403, .content_type = "", .body = ""};
    }
    if (request->old_size != log.head.size || conflicts_.exchange(0) > 0) {
      return {.status = 409,
              .content_type = "text/x.tlog.size",
              .body = evidence::format_known_size(log.head.size)};
    }
    const evidence::TreeHead head{.size = checkpoint->size, .root = checkpoint->root};
    if (!evidence::check_consistency(request->proof, log.head, head).has_value()) {
      return {.status = 422, .content_type = "", .body = ""};
    }
    log.head = head;
    const auto line = evidence::cosign_note(request->checkpoint.text, key_.name,
                                            static_cast<std::uint64_t>(time_s++), signer_)
                          .value();
    evidence::Note note = request->checkpoint;
    note.signatures.push_back(line);
    log.note = evidence::format_note(note);
    return {.status = 200, .content_type = "text/plain", .body = evidence::format_signature(line)};
  }

  evidence::MemorySigner signer_;
  evidence::NoteKey key_;
  std::atomic<int> conflicts_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, Log> logs_;
  std::vector<unsigned> statuses_;
};

}  // namespace candor::test
