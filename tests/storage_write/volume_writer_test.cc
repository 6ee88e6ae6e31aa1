// SPDX-License-Identifier: Apache-2.0
// When one of two volumes is written to, and when not.
#include "storage/write/mirror/volume_writer.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/write/mirror/mirror.h"
#include "storage/write/mirror/mirrored_file.h"
#include "tests/support/failing_files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/volume_slots.h"

namespace candor::storage {
namespace {

using namespace std::chrono_literals;
using test::FileOp;
using testing::HasSubstr;

constexpr auto kPatience = 20s;  // Never waited out, unless the test fails.

class VolumeWriterTest : public testing::Test {
 protected:
  VolumeWriterTest()
      : a_(Volume::open(folder_ / "a", "a", clock_.utc()).value()),
        b_(Volume::open(folder_ / "b", "b", clock_.utc(), disk_b_).value()) {}

  // What was mounted at b's folder is not any more; open files stay usable.
  void unmount_b() const {
    std::filesystem::rename(b_.root(), folder_ / "unmounted");
    std::filesystem::create_directory(b_.root());
  }

  test::TempFolder folder_;
  SystemClock clock_;
  test::FailingFiles disk_b_;
  Volume a_;
  Volume b_;
};

TEST_F(VolumeWriterTest, NothingIsWrittenWhereNoVolumeIsMountedAnyMore) {
  Mirror mirror(test::slots_of({a_, b_}), clock_, {});
  unmount_b();
  auto file = MirroredFile::create(mirror.writers(), "media/room-1/cam-video/1.mp4",
                                   FileKind::kMedia, share(Bytes{1, 2, 3}));
  EXPECT_TRUE(mirror.wait(file->sync()).has_value());
  mirror.stop();
  EXPECT_TRUE(std::filesystem::is_empty(b_.root()));
  EXPECT_TRUE(mirror.writers().at(1)->is_away());
}

TEST_F(VolumeWriterTest, AVolumeThatIsStillSlowIsNotTakenBack) {
  disk_b_.slow(FileOp::kSync, "volume.probe", 50ms);
  Mirror mirror(test::slots_of({a_, b_}), clock_, {.slow_after = 10ms});
  VolumeWriter& writer = *mirror.writers().at(1);
  writer.leave(Error(ErrorKind::kDeadlineExceeded, "it does not answer"));
  const auto tend_until = [&](const auto& is_so) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!is_so() && std::chrono::steady_clock::now() < deadline) {
      writer.tend();
      std::this_thread::sleep_for(1ms);
    }
  };
  tend_until([&] { return writer.status().detail.find("behind") != std::string::npos; });
  EXPECT_THAT(writer.status().detail, HasSubstr("behind by"));
  EXPECT_FALSE(writer.is_ready_to_return());
  disk_b_.heal();
  tend_until([&] { return writer.is_ready_to_return(); });
  EXPECT_TRUE(writer.is_ready_to_return());
}

}  // namespace
}  // namespace candor::storage
