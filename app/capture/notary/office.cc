// SPDX-License-Identifier: Apache-2.0
#include "app/capture/notary/office.h"

#include <algorithm>
#include <set>
#include <utility>

#include "app/capture/notary/socket_signer.h"
#include "core/log.h"
#include "evidence/note_key.h"
#include "evidence/policy.h"
#include "storage/write/append_file.h"

namespace candor::app {
namespace {

Result<WitnessSpec> witness_of(const config::WitnessConfig& config) {
  CANDOR_TRY(evidence::NoteKey key,
             with_context(evidence::parse_vkey(config.vkey), config.vkey_at));
  if (key.type != evidence::KeyType::kCosignature) {
    return fail(ErrorKind::kInvalidArgument,
                config.vkey_at + ": is the key of a log, not of a witness");
  }
  return WitnessSpec{.key = std::move(key),
                     .host = config.host,
                     .port = config.port,
                     .path = config.path,
                     .is_on_own_host = config.own_host};
}

Result<void> check_policy(const config::EvidenceConfig& config,
                          const std::vector<WitnessSpec>& witnesses) {
  if (config.policy.empty()) {
    return {};
  }
  CANDOR_TRY(const Bytes text,
             with_context(storage::read_file(storage::posix_files(), config.policy,
                                             evidence::kPolicyBytesMax),
                          config.policy_at));
  CANDOR_TRY(const evidence::Policy policy,
             with_context(evidence::Policy::parse(as_text(text)), config.policy_at));
  std::set<std::string> dependent;
  for (const evidence::PolicyWitness& known : policy.witnesses()) {
    const bool is_ours = std::ranges::any_of(witnesses, [&](const WitnessSpec& witness) {
      return witness.is_on_own_host && witness.key == known.key;
    });
    if (is_ours) {
      dependent.insert(known.name);
    }
  }
  return with_context(policy.check_quorums_meet(dependent), config.policy_at);
}

}  // namespace

Result<OfficePlan> make_office_plan(const config::Config& config) {
  OfficePlan plan;
  plan.authority = config.authority;
  plan.site = config.site;
  plan.state_folder = config.capture.state;
  plan.signer = config.evidence.signer;
  for (const config::WitnessConfig& witness : config.evidence.witnesses) {
    CANDOR_TRY(WitnessSpec spec, witness_of(witness));
    plan.witnesses.push_back(std::move(spec));
  }
  CANDOR_CHECK(check_policy(config.evidence, plan.witnesses));
  return plan;
}

NotaryOffice::NotaryOffice(OfficePlan plan) : plan_(std::move(plan)) {
  if (!plan_.signer.empty()) {
    signer_ = std::make_unique<SocketSigner>(plan_.signer);
  }
}

NotaryOffice::~NotaryOffice() { stop(); }

void NotaryOffice::connect(storage::RecorderOptions& recorder) {
  recorder.leaves = &feed_;
  recorder.reach = reach_;
  recorder.cosignatures = newest_;
}

void NotaryOffice::start(const std::vector<std::shared_ptr<storage::VolumeWriter>>& volumes,
                         const Clock& clock, Callbacks callbacks) {
  callbacks_ = std::move(callbacks);
  for (const auto& volume : volumes) {
    volumes_.push_back(storage::VolumeTree::start(volume, reach_, clock));
  }
  NotaryContext context;
  context.volumes = volumes_;
  context.signer = signer_.get();
  for (const WitnessSpec& witness : plan_.witnesses) {
    context.witnesses.push_back(witness.key.name);
  }
  context.newest = newest_;
  context.board = &board_;
  context.alarms = &alarms_;
  context.clock = &clock;
  context.on_broken = [this](const BrokenLog& broken) { on_broken(broken); };
  context.on_event = callbacks_.note;
  notary_ =
      Notary::start(feed_, std::move(context),
                    {.authority = plan_.authority, .site = plan_.site, .rhythm = plan_.rhythm});
  for (const WitnessSpec& witness : plan_.witnesses) {
    witnesses_.push_back(std::make_unique<WitnessClient>(witness,
                                                         std::make_unique<HttpWitnessLine>(witness),
                                                         board_, *notary_, plan_.witness_rhythm));
    witnesses_.back()->start();
  }
}

void NotaryOffice::on_broken(const BrokenLog& broken) {
  if (const auto begun = begin_next_epoch(plan_.state_folder, broken); !begun.has_value()) {
    // It goes on unsigned, under the alarm.
    log::error("notary.epoch-not-begun",
               {{"room", broken.log.room}, {"error", begun.error().message()}});
    return;
  }
  if (callbacks_.on_new_epoch) {
    callbacks_.on_new_epoch();
  }
}

void NotaryOffice::stop() {
  witnesses_.clear();
  if (notary_ != nullptr) {
    notary_->stop();
  }
  for (const auto& volume : volumes_) {
    volume->stop();
  }
}

}  // namespace candor::app
