// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/stamp_jobs.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/base64.h"
#include "core/ids.h"
#include "core/log.h"
#include "evidence/checkpoint.h"
#include "evidence/note.h"
#include "storage/write/append_file.h"

namespace candor::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 20;
constexpr std::string_view kEnding = ".json";
constexpr std::string_view kLast = "last.json";

std::string key_of(const StampJob& job) {
  return fmt::format("{}.{}.{}", job.log.room, job.log.epoch, job.size);
}

json::object part_json(const StampPart& part) {
  json::array volumes;
  for (const std::string& volume : part.volumes) {
    volumes.emplace_back(volume);
  }
  return {{"token", to_base64(part.reply)},
          {"time_ns", part.time.ns},
          {"policy", part.policy},
          {"logged", part.is_logged},
          {"volumes", std::move(volumes)}};
}

std::string job_text(const StampJob& job) {
  json::object parts;
  for (const auto& [authority, part] : job.parts) {
    parts[authority] = part_json(part);
  }
  return json::serialize(json::object{{"room", job.log.room},
                                      {"epoch", job.log.epoch},
                                      {"why", job.why},
                                      {"made_ns", job.made.ns},
                                      {"note", job.note},
                                      {"authorities", std::move(parts)}});
}

// Throws what Boost.JSON throws: caught where the file is read.
StampPart part_of(const json::object& object) {
  StampPart part;
  part.reply = from_base64(std::string_view(object.at("token").as_string())).value_or(Bytes());
  part.time.ns = object.at("time_ns").to_number<std::int64_t>();
  part.policy = object.at("policy").as_string().c_str();
  part.is_logged = object.at("logged").as_bool();
  for (const json::value& volume : object.at("volumes").as_array()) {
    part.volumes.emplace(volume.as_string());
  }
  return part;
}

StampJob job_of(const json::object& object) {
  StampJob job;
  job.log.room = object.at("room").as_string().c_str();
  job.log.epoch = object.at("epoch").to_number<std::uint32_t>();
  job.why = object.at("why").as_string().c_str();
  job.made.ns = object.at("made_ns").to_number<std::int64_t>();
  job.note = object.at("note").as_string().c_str();
  for (const auto& [authority, part] : object.at("authorities").as_object()) {
    if (is_slug(std::string(authority))) {
      job.parts[std::string(authority)] = part_of(part.as_object());
    }
  }
  return job;
}

Result<json::value> read_json(const std::string& path) {
  CANDOR_TRY(const Bytes bytes, storage::read_file(storage::posix_files(), path, kFileBytesMax));
  boost::system::error_code code;
  json::value value = json::parse(json::string_view(as_text(bytes)), code);
  if (code.failed() || !value.is_object()) {
    return fail(ErrorKind::kDataLoss, path + ": is not JSON");
  }
  return value;
}

Result<StampJob> read_job(const std::string& path) {
  CANDOR_TRY(const json::value value, read_json(path));
  StampJob job;
  try {
    job = job_of(value.as_object());
  } catch (const std::exception& thrown) {
    return fail(ErrorKind::kDataLoss, path + ": " + thrown.what());
  }
  CANDOR_TRY(const evidence::Note note, with_context(evidence::parse_note(job.note), path));
  CANDOR_TRY(const evidence::Checkpoint checkpoint,
             with_context(evidence::parse_checkpoint(note.text), path));
  if (!is_slug(job.log.room)) {
    return fail(ErrorKind::kDataLoss, path + ": no room");
  }
  job.origin = checkpoint.origin;
  job.size = checkpoint.size;
  job.root = checkpoint.root;
  return job;
}

std::map<std::string, LastStamp> read_last(const std::string& path) {
  std::map<std::string, LastStamp> last;
  const auto value = read_json(path);
  if (!value.has_value()) {
    return last;  // At worst a checkpoint is stamped once more.
  }
  for (const auto& [room, entry] : value->get_object()) {
    const json::object* fields = entry.if_object();
    if (fields == nullptr) {
      continue;
    }
    const auto number = [&](const char* key) {
      const json::value* field = fields->if_contains(key);
      boost::system::error_code wrong;
      return field == nullptr ? 0 : field->to_number<std::int64_t>(wrong);
    };
    last[std::string(room)] = {.epoch = static_cast<std::uint32_t>(number("epoch")),
                               .size = static_cast<std::uint64_t>(number("size")),
                               .time = {number("time_ns")}};
  }
  return last;
}

void log_if_failed(const Result<void>& done) {
  if (!done.has_value()) {
    log::error("stamper.state-failed", {{"error", done.error().message()}});
  }
}

}  // namespace

Result<StampJobs> StampJobs::open(const std::string& state_folder) {
  StampJobs jobs(state_folder + "/timestamps");
  CANDOR_CHECK(storage::make_folders(storage::posix_files(), jobs.folder_));
  jobs.last_ = read_last(jobs.folder_ + "/" + std::string(kLast));
  std::error_code code;
  for (const auto& file : fs::directory_iterator(jobs.folder_, code)) {
    const std::string name = file.path().filename().string();
    if (name == kLast || !name.ends_with(kEnding)) {
      continue;
    }
    auto job = read_job(file.path().string());
    if (!job.has_value()) {
      log::error("stamper.job-unreadable", {{"error", job.error().message()}});
      continue;
    }
    jobs.jobs_.insert_or_assign(key_of(*job), std::move(*job));
  }
  return jobs;
}

StampJob* StampJobs::find(const std::string& key) {
  const auto found = jobs_.find(key);
  return found == jobs_.end() ? nullptr : &found->second;
}

LastStamp StampJobs::last(const std::string& room) const {
  const auto found = last_.find(room);
  return found == last_.end() ? LastStamp{} : found->second;
}

// The newer checkpoint holds all that the older one did, and no token is earlier for the older one.
void StampJobs::forget_what_it_replaces(const StampJob& job) {
  std::vector<std::string> gone;
  for (auto& [key, old] : jobs_) {
    if (old.log != job.log || old.why != "hourly") {
      continue;
    }
    std::erase_if(old.parts, [](const auto& part) { return part.second.reply.empty(); });
    if (old.parts.empty()) {
      gone.push_back(key);
    } else {
      save(key);
    }
  }
  for (const std::string& key : gone) {
    remove(key);
  }
}

void StampJobs::give_up_oldest() {
  if (jobs_.size() < kJobsMax) {
    return;
  }
  const auto oldest =
      std::ranges::min_element(jobs_, {}, [](const auto& entry) { return entry.second.made.ns; });
  log::error(
      "stamper.job-given-up",
      {{"room", oldest->second.log.room}, {"size", oldest->second.size}, {"limit", kJobsMax}});
  remove(std::string(oldest->first));
}

void StampJobs::add(StampJob job) {
  forget_what_it_replaces(job);
  give_up_oldest();
  last_[job.log.room] = {.epoch = job.log.epoch, .size = job.size, .time = job.made};
  const std::string key = key_of(job);
  jobs_.insert_or_assign(key, std::move(job));
  save(key);
  save_last();
}

void StampJobs::save(const std::string& key) {
  const StampJob* job = find(key);
  if (job != nullptr) {
    log_if_failed(storage::replace_file(storage::posix_files(),
                                        folder_ + "/" + key + std::string(kEnding),
                                        as_bytes(job_text(*job))));
  }
}

void StampJobs::remove(const std::string& key) {
  jobs_.erase(key);
  const std::string path = folder_ + "/" + key + std::string(kEnding);
  if (const auto removed = storage::remove_file(storage::posix_files(), path);
      !removed.has_value() && removed.error().kind() != ErrorKind::kNotFound) {
    log_if_failed(removed);
  }
}

void StampJobs::save_last() const {
  json::object object;
  for (const auto& [room, stamp] : last_) {
    object[room] =
        json::object{{"epoch", stamp.epoch}, {"size", stamp.size}, {"time_ns", stamp.time.ns}};
  }
  log_if_failed(storage::replace_file(storage::posix_files(), folder_ + "/" + std::string(kLast),
                                      as_bytes(json::serialize(object))));
}

}  // namespace candor::app
