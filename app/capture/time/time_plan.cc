// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/time_plan.h"

#include <utility>

#include "storage/write/append_file.h"

namespace candor::app {
namespace {

constexpr std::uint64_t kCertificatesBytesMax = std::uint64_t{1} << 20;

Result<AuthoritySpec> authority_of(const config::TimestampAuthorityConfig& config) {
  CANDOR_TRY(const Bytes pem, with_context(storage::read_file(storage::posix_files(), config.ca,
                                                              kCertificatesBytesMax),
                                           config.ca_at));
  CANDOR_TRY(evidence::TimestampTrust trust,
             with_context(evidence::TimestampTrust::parse(as_text(pem)), config.ca_at));
  return AuthoritySpec{.name = config.name,
                       .host = config.host,
                       .port = config.port,
                       .target = config.target,
                       .policy = config.policy,
                       .trust = std::make_shared<const evidence::TimestampTrust>(std::move(trust))};
}

}  // namespace

Result<TimePlan> make_time_plan(const config::Config& config) {
  TimePlan plan{
      .chronyc = config.evidence.chronyc, .state_folder = config.capture.state, .authorities = {}};
  for (const config::TimestampAuthorityConfig& authority : config.evidence.timestamp_authorities) {
    CANDOR_TRY(AuthoritySpec spec, authority_of(authority));
    plan.authorities.push_back(std::move(spec));
  }
  return plan;
}

std::unique_ptr<ClockWatch> start_clock_watch(const TimePlan& plan, CaptureHost& host) {
  return std::make_unique<ClockWatch>(
      ClockWatchOptions{.chronyc = plan.chronyc},
      [&host](const storage::ClockReading& reading) { host.take_clock_reading(reading); });
}

Result<std::unique_ptr<Stamper>> start_stamper(const TimePlan& plan, CaptureHost& host,
                                               const NotaryOffice& office, const Clock& clock) {
  if (plan.authorities.empty()) {
    return std::unique_ptr<Stamper>();
  }
  StamperContext context{.state_folder = plan.state_folder,
                         .board = &office.board(),
                         .clock = &clock,
                         .volumes = {},
                         .log = {}};
  for (const auto& volume : office.volumes()) {
    context.volumes.push_back(
        {.name = volume->name(),
         .write = [volume](const storage::LogName& log, storage::StampFiles files,
                           StampVolume::Done done) {
           volume->write_stamp(log, std::move(files), std::move(done));
         }});
  }
  context.log = [&host](const std::string& room, storage::AddEvent event,
                        storage::Recorder::Done done) {
    return host.add_event(room, std::move(event), std::move(done));
  };
  std::vector<std::unique_ptr<Authority>> authorities;
  authorities.reserve(plan.authorities.size());
  for (const AuthoritySpec& spec : plan.authorities) {
    authorities.push_back(std::make_unique<Authority>(
        spec, std::make_shared<HttpTimestampLine>(spec), RetryRhythm{}));
  }
  return Stamper::start(std::move(context), std::move(authorities));
}

}  // namespace candor::app
