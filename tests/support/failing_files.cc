// SPDX-License-Identifier: Apache-2.0
#include "tests/support/failing_files.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

namespace candor::test {
namespace {

using storage::Cache;
using storage::FileSystem;
using storage::OpenFile;
using storage::Opening;

std::string_view name_of(FileOp op) {
  switch (op) {
    case FileOp::kOpen:
      return "open";
    case FileOp::kCreate:
      return "create";
    case FileOp::kAppend:
      return "write";
    case FileOp::kTruncate:
      return "truncate";
    case FileOp::kSync:
      return "sync";
    case FileOp::kRead:
      return "read";
    case FileOp::kSize:
      return "size";
    case FileOp::kRename:
      return "rename";
    case FileOp::kRemove:
      return "remove";
    case FileOp::kMakeFolder:
      return "make folder";
    case FileOp::kSyncFolder:
      return "sync folder";
    case FileOp::kList:
      return "list";
    case FileOp::kStatus:
      return "status";
    case FileOp::kSpace:
      return "free space";
  }
  return "";
}

class FailingFile final : public OpenFile {
 public:
  FailingFile(FailingFiles& files, std::unique_ptr<OpenFile> below, std::string path)
      : files_(files), below_(std::move(below)), path_(std::move(path)) {}

  [[nodiscard]] Result<std::uint64_t> size() const override {
    CANDOR_CHECK(files_.pass(FileOp::kSize, path_));
    return below_->size();
  }
  [[nodiscard]] Result<void> append(ByteView bytes) override {
    CANDOR_CHECK(files_.pass(FileOp::kAppend, path_));
    return below_->append(bytes);
  }
  [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
    CANDOR_CHECK(files_.pass(FileOp::kTruncate, path_));
    return below_->truncate(size);
  }
  [[nodiscard]] Result<void> sync() override {
    CANDOR_CHECK(files_.pass(FileOp::kSync, path_));
    return below_->sync();
  }
  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out,
                                  Cache cache) const override {
    CANDOR_CHECK(files_.pass(FileOp::kRead, path_));
    CANDOR_CHECK(below_->read(offset, out, cache));
    if (!out.empty() && files_.is_corrupt(path_)) {
      out.front() ^= 0xFF;
    }
    return {};
  }

 private:
  FailingFiles& files_;
  std::unique_ptr<OpenFile> below_;
  std::string path_;
};

}  // namespace

void FailingFiles::fail(FileOp op, std::string path_part, int error_number) {
  add({op}, {.op = op, .path_part = std::move(path_part), .error_number = error_number});
}

void FailingFiles::slow(FileOp op, std::string path_part, std::chrono::milliseconds delay) {
  add({op}, {.op = op, .path_part = std::move(path_part), .delay = delay});
}

void FailingFiles::stick(FileOp op, std::string path_part) {
  add({op}, {.op = op, .path_part = std::move(path_part), .is_stuck = true});
}

void FailingFiles::make_read_only() {
  add({FileOp::kCreate, FileOp::kAppend, FileOp::kTruncate, FileOp::kRename, FileOp::kRemove,
       FileOp::kMakeFolder},
      {.op = {}, .path_part = "", .error_number = EROFS});
}

void FailingFiles::vanish() {
  add({FileOp::kOpen, FileOp::kCreate, FileOp::kRename, FileOp::kRemove, FileOp::kMakeFolder,
       FileOp::kSyncFolder, FileOp::kList, FileOp::kStatus, FileOp::kSpace},
      {.op = {}, .path_part = "", .error_number = ENOENT});
  add({FileOp::kAppend, FileOp::kTruncate, FileOp::kSync, FileOp::kRead, FileOp::kSize},
      {.op = {}, .path_part = "", .error_number = EIO});
}

void FailingFiles::add(std::initializer_list<FileOp> ops, const Rule& like) {
  const std::lock_guard lock(mutex_);
  for (const FileOp op : ops) {
    rules_.push_back(like);
    rules_.back().op = op;
  }
}

void FailingFiles::corrupt(std::string path_part) {
  const std::lock_guard lock(mutex_);
  corrupt_.push_back(std::move(path_part));
}

void FailingFiles::say_free(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  free_bytes_ = bytes;
}

void FailingFiles::heal() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
  corrupt_.clear();
  free_bytes_.reset();
  refused_ = 0;
  healed_.notify_all();
}

int FailingFiles::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

int FailingFiles::stuck() const {
  const std::lock_guard lock(mutex_);
  return stuck_;
}

std::optional<FailingFiles::Rule> FailingFiles::rule_of(FileOp op, const std::string& path) const {
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return rule.op == op && path.find(rule.path_part) != std::string::npos;
  });
  return found == rules_.end() ? std::nullopt : std::optional<Rule>(*found);
}

Result<void> FailingFiles::pass(FileOp op, const std::string& path) {
  std::unique_lock lock(mutex_);
  const std::optional<Rule> rule = rule_of(op, path);
  if (!rule.has_value()) {
    return {};
  }
  if (rule->is_stuck) {
    ++stuck_;
    healed_.wait(lock, [&] { return !rule_of(op, path).has_value(); });
    --stuck_;
    return {};
  }
  if (rule->error_number != 0) {
    ++refused_;
    return candor::fail(
        error_from_errno(rule->error_number, path + ": " + std::string(name_of(op))));
  }
  lock.unlock();
  std::this_thread::sleep_for(rule->delay);  // The fault itself, not a wait of the test.
  return {};
}

bool FailingFiles::is_corrupt(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(corrupt_.begin(), corrupt_.end(),
                     [&](const std::string& part) { return path.find(part) != std::string::npos; });
}

Result<std::unique_ptr<OpenFile>> FailingFiles::open(const std::string& path, Opening opening) {
  const bool is_new = opening == Opening::kCreate || opening == Opening::kReplace;
  CANDOR_CHECK(pass(is_new ? FileOp::kCreate : FileOp::kOpen, path));
  CANDOR_TRY(std::unique_ptr<OpenFile> file, below_.open(path, opening));
  return std::make_unique<FailingFile>(*this, std::move(file), path);
}

Result<void> FailingFiles::rename(const std::string& from, const std::string& to) {
  CANDOR_CHECK(pass(FileOp::kRename, to));
  return below_.rename(from, to);
}

Result<void> FailingFiles::remove(const std::string& path) {
  CANDOR_CHECK(pass(FileOp::kRemove, path));
  return below_.remove(path);
}

Result<void> FailingFiles::make_folder(const std::string& path) {
  CANDOR_CHECK(pass(FileOp::kMakeFolder, path));
  return below_.make_folder(path);
}

Result<void> FailingFiles::sync_folder(const std::string& path) {
  if (auto passed = pass(FileOp::kSyncFolder, path); !passed.has_value()) {
    return candor::fail(ErrorKind::kFailedPrecondition, passed.error().message());
  }
  return below_.sync_folder(path);
}

Result<std::vector<std::string>> FailingFiles::list(const std::string& path) {
  CANDOR_CHECK(pass(FileOp::kList, path));
  return below_.list(path);
}

Result<std::optional<FileSystem::Status>> FailingFiles::status(const std::string& path) {
  auto passed = pass(FileOp::kStatus, path);
  if (!passed.has_value() && passed.error().kind() == ErrorKind::kNotFound) {
    return std::optional<Status>();
  }
  CANDOR_CHECK(passed);
  return below_.status(path);
}

Result<storage::VolumeSpace> FailingFiles::space(const std::string& path) {
  CANDOR_CHECK(pass(FileOp::kSpace, path));
  CANDOR_TRY(storage::VolumeSpace space, below_.space(path));
  const std::lock_guard lock(mutex_);
  space.bytes_free = free_bytes_.value_or(space.bytes_free);
  return space;
}

}  // namespace candor::test
