// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/power/recording_files.h"

#include <utility>

namespace candor::crash {

using storage::Cache;
using storage::OpenFile;
using storage::Opening;

class RecordingFiles::File final : public OpenFile {
 public:
  File(RecordingFiles& files, std::unique_ptr<OpenFile> below, std::string path)
      : files_(files), below_(std::move(below)), path_(std::move(path)) {}

  [[nodiscard]] Result<std::uint64_t> size() const override { return below_->size(); }
  [[nodiscard]] Result<void> append(ByteView bytes) override {
    return files_.noted("append", path_, {}, bytes, [&] { return below_->append(bytes); });
  }
  [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
    return files_.noted("truncate", path_, {{"size", size}}, {},
                        [&] { return below_->truncate(size); });
  }
  [[nodiscard]] Result<void> sync() override {
    return files_.noted("sync", path_, {}, {}, [&] { return below_->sync(); });
  }
  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out,
                                  Cache cache) const override {
    return below_->read(offset, out, cache);
  }

 private:
  RecordingFiles& files_;
  std::unique_ptr<OpenFile> below_;
  std::string path_;
};

void RecordingFiles::kill() {
  const std::lock_guard lock(mutex_);
  is_killed_ = true;
}

std::string RecordingFiles::relative(const std::string& path) const {
  return path.size() <= root_.size() ? "" : path.substr(root_.size() + 1);
}

template <typename Do>
Result<void> RecordingFiles::noted(std::string_view op, const std::string& path,
                                   boost::json::object more, ByteView data, Do&& operation) {
  const std::lock_guard lock(mutex_);
  if (is_killed_) {
    return fail(ErrorKind::kCancelled, path + ": the program was killed");
  }
  CANDOR_CHECK(operation());
  journal_.note(op, relative(path), std::move(more), data);
  return {};
}

Result<std::unique_ptr<OpenFile>> RecordingFiles::open(const std::string& path, Opening opening) {
  std::unique_ptr<OpenFile> opened;
  const auto open_below = [&]() -> Result<void> {
    CANDOR_TRY(opened, below_.open(path, opening));
    return {};
  };
  if (opening == Opening::kCreate || opening == Opening::kReplace) {
    CANDOR_CHECK(noted("create", path, {}, {}, open_below));
  } else {
    CANDOR_CHECK(open_below());
  }
  return std::make_unique<File>(*this, std::move(opened), path);
}

Result<void> RecordingFiles::rename(const std::string& from, const std::string& to) {
  return noted("rename", from, {{"to", relative(to)}}, {}, [&] { return below_.rename(from, to); });
}

Result<void> RecordingFiles::remove(const std::string& path) {
  return noted("remove", path, {}, {}, [&] { return below_.remove(path); });
}

Result<void> RecordingFiles::make_folder(const std::string& path) {
  return noted("mkdir", path, {}, {}, [&] { return below_.make_folder(path); });
}

Result<void> RecordingFiles::sync_folder(const std::string& path) {
  return noted("sync-folder", path, {}, {}, [&] { return below_.sync_folder(path); });
}

Result<std::vector<std::string>> RecordingFiles::list(const std::string& path) {
  return below_.list(path);
}

Result<std::optional<storage::FileSystem::Status>> RecordingFiles::status(const std::string& path) {
  return below_.status(path);
}

Result<storage::VolumeSpace> RecordingFiles::space(const std::string& path) {
  return below_.space(path);
}

}  // namespace candor::crash
