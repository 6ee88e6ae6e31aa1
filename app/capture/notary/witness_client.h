// SPDX-License-Identifier: Apache-2.0
// Keeps one witness up to date with the checkpoints of all logs of this host, on a thread of its
// own (C2SP tlog-witness v1.0.0). What follows from its answers is the notary's decision.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "app/capture/notary/log_board.h"
#include "app/capture/notary/witness_line.h"
#include "core/result.h"
#include "evidence/checkpoint.h"

namespace candor::app {

/// What a witness knows of a log: a checkpoint that it has cosigned.
struct WitnessHead {
  evidence::Checkpoint checkpoint;
  std::string note;  // As it was given.
};

/// Told of a witness's words, each checked against its key. Called on its thread; must not block.
class WitnessListener {
 public:
  virtual ~WitnessListener() = default;
  /// What it knows of the log, asked before anything else and when it says that it knows more than
  /// was sent. None: nothing.
  virtual void on_head(const std::string& witness, const storage::LogName& log,
                       std::optional<WitnessHead> head) = 0;
  /// The text is that of the note that was sent.
  virtual void on_cosigned(const std::string& witness, const storage::LogName& log,
                           const std::string& text, evidence::NoteSignature cosignature,
                           std::uint64_t time_s) = 0;
  /// It refuses: kind "unknown-key" or "rewritten".
  virtual void on_refused(const std::string& witness, const storage::LogName& log,
                          std::string_view kind, const std::string& detail) = 0;
  /// It does not answer, or not as a witness does.
  virtual void on_silent(const std::string& witness, const storage::LogName& log,
                         const std::string& why) = 0;
};

/// Thread: start and stop by the owner's; round() by its own, or by a test without start().
class WitnessClient {
 public:
  using Clock = std::chrono::steady_clock;
  struct Rhythm {
    std::chrono::milliseconds look{200};
    std::chrono::milliseconds live{2'000};  // While a session or a continuous room records.
    std::chrono::milliseconds idle{10'000};
  };

  /// All outlive it.
  WitnessClient(WitnessSpec witness, std::unique_ptr<WitnessLine> line, const LogBoard& board,
                WitnessListener& listener, Rhythm rhythm);
  ~WitnessClient();
  WitnessClient(const WitnessClient&) = delete;
  WitnessClient& operator=(const WitnessClient&) = delete;
  WitnessClient(WitnessClient&&) = delete;
  WitnessClient& operator=(WitnessClient&&) = delete;

  void start();
  /// Waits for the request that is under way. Idempotent.
  void stop();

  /// Asks and sends what is due at `now`.
  void round(Clock::time_point now);

 private:
  struct Known {
    bool is_asked = false;
    std::uint64_t size = 0;  // What the witness has cosigned, as far as is known.
    std::uint64_t urgent = 0;
    Clock::time_point next{};
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] Result<void> ask_head(const LogView& log, Known& known);
  [[nodiscard]] Result<void> push(const LogView& log, Known& known);
  [[nodiscard]] Result<WitnessAnswer> send(const LogView& log, std::uint64_t old);
  [[nodiscard]] Result<void> take_cosignatures(const LogView& log, Known& known,
                                               const std::string& body);
  void refuse(const LogView& log, const WitnessAnswer& answer);

  const WitnessSpec witness_;
  std::unique_ptr<WitnessLine> line_;
  const LogBoard& board_;
  WitnessListener& listener_;
  const Rhythm rhythm_;
  std::map<storage::LogName, Known> known_;
  unsigned failures_ = 0;
  Clock::time_point quiet_until_{};
  std::jthread thread_;
};

}  // namespace candor::app
