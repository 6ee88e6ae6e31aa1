// SPDX-License-Identifier: Apache-2.0
// All that makes evidence of a capture host's logs, put together: feed, trees, notary, witnesses.
// Started beside the recording, which never waits for it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/capture/notary/alarm_board.h"
#include "app/capture/notary/epochs.h"
#include "app/capture/notary/log_board.h"
#include "app/capture/notary/notary.h"
#include "app/capture/notary/witness_client.h"
#include "config/config.h"
#include "core/result.h"
#include "storage/write/recorder.h"

namespace candor::app {

struct OfficePlan {
  std::string authority;
  std::string site;
  std::string state_folder;
  std::string signer;  // Its socket; empty: nothing is signed.
  std::vector<WitnessSpec> witnesses;
  NotaryRhythm rhythm{};
  WitnessClient::Rhythm witness_rhythm{};
};

/// Reads keys and policy.
/// Errors: kInvalidArgument, kFailedPrecondition (a policy whose quorums need not meet), each with
/// its place in the file; those of reading the policy.
[[nodiscard]] Result<OfficePlan> make_office_plan(const config::Config& config);

/// Thread: the main one; board and alarms by any.
class NotaryOffice {
 public:
  explicit NotaryOffice(OfficePlan plan);
  ~NotaryOffice();
  NotaryOffice(const NotaryOffice&) = delete;
  NotaryOffice& operator=(const NotaryOffice&) = delete;
  NotaryOffice(NotaryOffice&&) = delete;
  NotaryOffice& operator=(NotaryOffice&&) = delete;

  /// Makes the recorder tell what is durable, and quote cosignatures.
  void connect(storage::RecorderOptions& recorder);

  struct Callbacks {
    /// For a room's log; must not block.
    std::function<void(const std::string& room, std::string event, std::string detail)> note{};
    /// A room's next epoch is to begin, and is noted durably: the program must start anew.
    std::function<void()> on_new_epoch{};
  };
  /// Begins; the recorder's volumes are there. `clock` outlives the threads.
  void start(const std::vector<std::shared_ptr<storage::VolumeWriter>>& volumes, const Clock& clock,
             Callbacks callbacks);
  /// After the recorder: signs the last entries, writes what waits. Idempotent.
  void stop();

  [[nodiscard]] const OfficePlan& plan() const { return plan_; }
  [[nodiscard]] const LogBoard& board() const { return board_; }
  /// After start().
  [[nodiscard]] const std::vector<std::shared_ptr<storage::VolumeTree>>& volumes() const {
    return volumes_;
  }
  [[nodiscard]] const AlarmBoard& alarms() const { return alarms_; }

 private:
  void on_broken(const BrokenLog& broken);

  const OfficePlan plan_;
  LogBoard board_;
  AlarmBoard alarms_;
  Callbacks callbacks_;
  storage::LeafFeed feed_;
  const std::shared_ptr<storage::LogReach> reach_ = std::make_shared<storage::LogReach>();
  const std::shared_ptr<storage::NewestCosignatures> newest_ =
      std::make_shared<storage::NewestCosignatures>();
  std::unique_ptr<CheckpointSigner> signer_;
  std::vector<std::shared_ptr<storage::VolumeTree>> volumes_;
  std::unique_ptr<Notary> notary_;
  std::vector<std::unique_ptr<WitnessClient>> witnesses_;
};

}  // namespace candor::app
