// SPDX-License-Identifier: Apache-2.0
// What a volume lacks of closed segments is copied to it, and counted until it is.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sqlite3.h>

#include "storage/read/sqlite.h"
#include "tests/storage_write/mirror_fixture.h"

namespace candor::storage {
namespace {

using test::FileOp;
using namespace std::chrono_literals;

class CopiesTest : public MirrorFixture {
 protected:
  void forget_copies() const {
    std::filesystem::remove(folder_ / "copies.db");
    std::filesystem::remove(folder_ / "copies.db-wal");
  }

  void forget_copies_of(const Volume& volume) const {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "copies.db").c_str(), &connection), SQLITE_OK);
    Database database(connection);
    Statement forget = database.prepare("DELETE FROM copies WHERE volume = ?").value();
    ASSERT_TRUE(forget.bind(1, volume.id()).run().has_value());
    ASSERT_TRUE(database.execute("UPDATE segments SET copies = 1").has_value());
  }
};

TEST_F(CopiesTest, WhatAVolumeMissedIsCopiedToItWhenItIsBack) {
  open();
  deliver_seconds(6);
  disk_b_.fail(FileOp::kSync, "/log/");
  wait_for(1, VolumeState::kAway);
  cut();
  deliver_seconds(6);
  cut();
  deliver_seconds(1);
  heal();
  wait_for(1, VolumeState::kOk);
  deliver_seconds(6);
  recorder_.reset();
  open();
  wait_until_complete();
  recorder_->stop();
  EXPECT_EQ(compare("/media"), "same");
}

TEST_F(CopiesTest, AFileThatFailedOnOneVolumeIsMadeWholeFromTheGoodOne) {
  open();
  deliver_seconds(2);
  wait_for_frames(volume_, 25);
  disk_.fail(FileOp::kAppend, "/0000000001-");
  deliver_seconds(1);
  wait_for_failed_files(0, 1);
  deliver_seconds(6);
  heal();
  recorder_.reset();
  open();
  wait_until_complete();
  recorder_->stop();
  EXPECT_EQ(frames_in(volume_), 9 * 25);
  EXPECT_EQ(compare("/media"), "same");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a/quarantine"));
}

TEST_F(CopiesTest, AFileThatWasDamagedWhileNobodyRanIsFoundWhenItIsNotRegistered) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  const std::string path = files(volume_, "/media").front();
  const Bytes good = read_file(posix_files(), path, 1 << 20).value();
  Bytes bad = good;
  bad[bad.size() / 2] ^= 1;
  ASSERT_TRUE(replace_file(posix_files(), path, bad).has_value());
  forget_copies();
  open();
  wait_until_complete();
  EXPECT_EQ(read_file(posix_files(), path, 1 << 20).value(), good);
  EXPECT_EQ(read_file(posix_files(), files(volume_, "/quarantine").at(0), 1 << 20).value(), bad);
}

// Killed after the last seal was written to one volume, and before it was to the other.
TEST_F(CopiesTest, ACopyThatLacksASealIsMadeEqual) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  const std::string path = files(b_, "/media").front();
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 338);
  forget_copies();
  open();
  wait_until_complete();
  recorder_->stop();
  EXPECT_EQ(compare("/media"), "same");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "b/quarantine"));
}

// A power cut may lose a sector of a seal: the file is as long as the other one.
TEST_F(CopiesTest, ACopyOfTheSameLengthIsMadeEqual) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  const std::string path = files(b_, "/media").front();
  Bytes bytes = read_file(posix_files(), path, 1 << 20).value();
  bytes[bytes.size() - 100] ^= 1;
  ASSERT_TRUE(replace_file(posix_files(), path, bytes).has_value());
  forget_copies();
  open();
  wait_until_complete();
  recorder_->stop();
  EXPECT_EQ(compare("/media"), "same");
  EXPECT_EQ(read_file(posix_files(), files(b_, "/quarantine").at(0), 1 << 20).value(), bytes);
}

// It was compared while the other volume, which got further, was away.
TEST_F(CopiesTest, AKnownCopyThatIsShorterIsMadeEqualToo) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  const std::string path = files(volume_, "/media").front();
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 338);
  forget_copies_of(b_);
  open();
  wait_until_complete();
  recorder_->stop();
  EXPECT_EQ(compare("/media"), "same");
}

// A power cut kept the name of a file on one volume, and lost its INIT entry on both.
TEST_F(CopiesTest, AFileThatTheLogDoesNotKnowIsSetAside) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  const std::filesystem::path day =
      std::filesystem::path(files(b_, "/media").front()).parent_path();
  const auto empty = day / "0000000002-20260921T141322.000Z.mp4";
  std::ofstream(empty).close();
  open();
  EXPECT_FALSE(std::filesystem::exists(empty));
  EXPECT_EQ(files(b_, "/quarantine").size(), 1U);
  deliver_seconds(1);
  recorder_.reset();
  EXPECT_EQ(compare("/media"), "same");
}

TEST_F(CopiesTest, AFileWithMediaStaysWhoeverWroteIt) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  const std::filesystem::path first = files(b_, "/media").front();
  const auto other = first.parent_path() / "0000000009-20260921T141322.000Z.mp4";
  std::filesystem::copy_file(first, other);
  open();
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST_F(CopiesTest, ASegmentThatNoVolumeHoldsWholeIsCountedAsLost) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  for (const Volume* volume : {&volume_, &b_}) {
    std::filesystem::remove(files(*volume, "/media").front());
  }
  forget_copies();
  open();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (recorder_->status().copies.counts.segments_lost == 0 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(recorder_->status().copies.counts.segments_lost, 1U);
}

}  // namespace
}  // namespace candor::storage
