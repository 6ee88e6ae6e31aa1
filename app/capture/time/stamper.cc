// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/stamper.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/log.h"
#include "evidence/bodies.h"
#include "evidence/digest.h"

namespace candor::app {

Result<std::unique_ptr<Stamper>> Stamper::start(StamperContext context,
                                                std::vector<std::unique_ptr<Authority>> authorities,
                                                StampRhythm rhythm) {
  CANDOR_TRY(StampJobs jobs, StampJobs::open(context.state_folder));
  std::unique_ptr<Stamper> stamper(
      new Stamper(std::move(context), std::move(authorities), std::move(jobs), rhythm));
  stamper->thread_ =
      std::jthread([raw = stamper.get()](const std::stop_token& stop) { raw->run(stop); });
  return stamper;
}

Stamper::Stamper(StamperContext context, std::vector<std::unique_ptr<Authority>> authorities,
                 StampJobs jobs, StampRhythm rhythm)
    : context_(std::move(context)),
      rhythm_(rhythm),
      authorities_(std::move(authorities)),
      jobs_(std::move(jobs)),
      choice_(rhythm.choice) {
  // Nobody will stamp for an authority that is not in the configuration any more.
  for (auto& [key, job] : jobs_.all()) {
    std::erase_if(job.parts, [this](const auto& part) {
      return part.second.reply.empty() &&
             std::ranges::none_of(authorities_, [&](const auto& authority) {
               return authority->name() == part.first;
             });
    });
  }
  publish();
}

Stamper::~Stamper() { stop(); }

void Stamper::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void Stamper::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any waiting;
  while (!stop.stop_requested()) {
    const Time now = std::chrono::steady_clock::now();
    take_inbox();
    choose(now);
    for (const auto& authority : authorities_) {
      ask_and_take(*authority, now);
    }
    write_and_log(now);
    publish();
    std::unique_lock lock(mutex);
    waiting.wait_for(lock, stop, rhythm_.look, [&stop] { return stop.stop_requested(); });
  }
  take_inbox();
}

void Stamper::take_inbox() {
  std::vector<Task> tasks;
  {
    const MutexLock lock(inbox_->mutex);
    tasks.swap(inbox_->tasks);
  }
  for (const Task& task : tasks) {
    task(*this);
  }
}

void Stamper::choose(Time now) {
  for (const LogViewPtr& view : context_.board->all()) {
    auto job = choice_.due(*view, jobs_.last(view->log.room), now, context_.clock->utc());
    if (!job.has_value()) {
      continue;
    }
    for (const auto& authority : authorities_) {
      job->parts[authority->name()] = {};
    }
    jobs_.add(std::move(*job));
  }
}

void Stamper::ask_and_take(Authority& authority, Time now) {
  const std::string fault = authority.fault();
  if (const auto outcome = authority.take(now); outcome.has_value()) {
    if (authority.fault() != fault) {  // Not once more for each try.
      log::warn("stamper.authority",
                {{"authority", authority.name()}, {"fault", authority.fault()}});
    }
    keep(authority.name(), *outcome);
  }
  if (!authority.may_ask(now)) {
    return;
  }
  const StampJob* oldest = nullptr;
  std::string key;
  for (const auto& [name, job] : jobs_.all()) {
    const auto part = job.parts.find(authority.name());
    const bool is_open = part != job.parts.end() && part->second.reply.empty();
    if (is_open && (oldest == nullptr || job.made < oldest->made)) {
      oldest = &job;
      key = name;
    }
  }
  if (oldest != nullptr) {
    authority.ask(key, oldest->note, now);
  }
}

void Stamper::keep(const std::string& authority, const Authority::Outcome& outcome) {
  if (!outcome.token.has_value()) {
    return;  // It is asked again.
  }
  const evidence::Timestamp& stamp = outcome.token->stamp;
  last_times_[authority] = stamp.time;
  StampJob* job = jobs_.find(outcome.key);
  if (job == nullptr || !job->parts.contains(authority)) {
    return;  // A newer checkpoint took its place meanwhile.
  }
  StampPart& part = job->parts[authority];
  part.reply = outcome.token->reply;
  part.time = stamp.time;
  part.policy = stamp.policy;
  jobs_.save(outcome.key);
  log::info("stamper.stamped", {{"authority", authority},
                                {"room", job->log.room},
                                {"size", job->size},
                                {"why", job->why},
                                {"time", to_rfc3339(stamp.time)}});
}

bool Stamper::is_done(const StampJob& job) const {
  return std::ranges::all_of(job.parts, [this](const auto& entry) {
    const StampPart& part = entry.second;
    return !part.reply.empty() && part.is_logged &&
           std::ranges::all_of(context_.volumes, [&](const StampVolume& volume) {
             return part.volumes.contains(volume.name);
           });
  });
}

void Stamper::write_and_log(Time now) {
  std::vector<std::string> done;
  for (auto& [key, job] : jobs_.all()) {
    for (auto& [authority, part] : job.parts) {
      if (part.reply.empty()) {
        continue;
      }
      write(key, authority, part, now);
      // The entry says that the token is there: on one volume it is.
      if (!part.volumes.empty() && !part.is_logged && !part.is_being_logged) {
        log(key, authority, part);
      }
    }
    if (is_done(job)) {
      done.push_back(key);
    }
  }
  for (const std::string& key : done) {
    jobs_.remove(key);
  }
}

void Stamper::write(const std::string& key, const std::string& authority, StampPart& part,
                    Time now) {
  const StampJob& job = *jobs_.find(key);
  for (const StampVolume& volume : context_.volumes) {
    Time& next = part.next_write[volume.name];
    if (part.volumes.contains(volume.name) || now < next) {
      continue;
    }
    next = now + rhythm_.rewrite;
    volume.write(job.log,
                 {.size = job.size, .authority = authority, .note = job.note, .token = part.reply},
                 [inbox = inbox_, key, authority, name = volume.name](const Result<void>& written) {
                   if (!written.has_value()) {
                     return;  // The volume has said why; it is tried again.
                   }
                   const MutexLock lock(inbox->mutex);
                   inbox->tasks.emplace_back([key, authority, name](Stamper& stamper) {
                     if (StampJob* found = stamper.jobs_.find(key); found != nullptr) {
                       found->parts[authority].volumes.insert(name);
                       stamper.jobs_.save(key);
                     }
                   });
                 });
  }
}

void Stamper::log(const std::string& key, const std::string& authority, StampPart& part) {
  const StampJob& job = *jobs_.find(key);
  const evidence::TimeAnchorBody body{.authority = authority,
                                      .origin = job.origin,
                                      .size = job.size,
                                      .root = job.root,
                                      .note_digest = evidence::sha256(as_bytes(job.note)),
                                      .token_digest = evidence::sha256(part.reply),
                                      .time = part.time,
                                      .policy = part.policy};
  const auto note_durable = [inbox = inbox_, key, authority] {
    const MutexLock lock(inbox->mutex);
    inbox->tasks.emplace_back([key, authority](Stamper& stamper) {
      if (StampJob* found = stamper.jobs_.find(key); found != nullptr) {
        found->parts[authority].is_logged = true;
        stamper.jobs_.save(key);
      }
    });
  };
  part.is_being_logged = true;
  if (!context_.log(job.log.room,
                    {.type = evidence::EntryType::kTimeAnchor, .body = evidence::encode(body)},
                    note_durable)) {
    part.is_logged = true;  // The room is not recorded any more: its log takes no entry.
  }
}

void Stamper::publish() {
  std::vector<AuthorityStatus> all;
  for (const auto& authority : authorities_) {
    AuthorityStatus status{.name = authority->name(),
                           .pending = 0,
                           .last = last_times_[authority->name()],
                           .fault = authority->fault()};
    for (const auto& [key, job] : jobs_.all()) {
      const auto part = job.parts.find(authority->name());
      status.pending += part != job.parts.end() && part->second.reply.empty() ? 1 : 0;
    }
    all.push_back(std::move(status));
  }
  const MutexLock lock(mutex_);
  status_ = std::move(all);
}

std::vector<AuthorityStatus> Stamper::status() const {
  const MutexLock lock(mutex_);
  return status_;
}

}  // namespace candor::app
