// SPDX-License-Identifier: Apache-2.0
// Units of a log are found in their files, also while the recorder writes on.
#include "storage/write/unit_finder.h"

#include "tests/storage_write/recorder_fixture.h"

namespace candor::storage {
namespace {

class UnitFinderTest : public RecorderFixture {
 protected:
  // The bodies of all entries of a kind.
  template <typename Body>
  [[nodiscard]] std::vector<Body> bodies(evidence::EntryType type,
                                         Result<Body> (*decode)(ByteView)) const {
    std::vector<Body> found;
    for (const Bytes& bytes : log_entries()) {
      const evidence::EntryView entry = evidence::decode_entry(bytes).value();
      if (entry.header.type == type) {
        found.push_back(decode(entry.body).value());
      }
    }
    return found;
  }
  [[nodiscard]] std::vector<evidence::MediaBody> units() const {
    return bodies(evidence::EntryType::kMedia, evidence::decode_media_body);
  }
  [[nodiscard]] std::vector<evidence::InitBody> segments() const {
    return bodies(evidence::EntryType::kInit, evidence::decode_init);
  }
};

TEST_F(UnitFinderTest, FindsEachUnitWhereItsFirstChunkStands) {
  start();
  record("IPPP IPP IP");
  commit();
  UnitFinder finder({folder_ / "a"});
  ASSERT_TRUE(finder.begin_segment(segments().front()).has_value());
  const std::vector<evidence::MediaBody> all = units();
  ASSERT_EQ(all.size(), 2U);
  const auto first = finder.find(all[0]);
  const auto second = finder.find(all[1]);
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->offset, init_->bytes.size());
  EXPECT_EQ(second->offset, init_->bytes.size() + all[0].fragment_bytes);
}

// The index read the log while the room was recorded: the newest units counted as missing for ever.
TEST_F(UnitFinderTest, FindsAUnitThatWasWrittenAfterItsFileWasOpened) {
  start();
  record("IPPP IPP");
  commit();
  UnitFinder finder({folder_ / "a"});
  ASSERT_TRUE(finder.begin_segment(segments().front()).has_value());
  record("IPP I");
  commit();
  for (const evidence::MediaBody& unit : units()) {
    EXPECT_TRUE(finder.find(unit).has_value()) << unit.decode_time;
  }
}

// The index read the log while a start cut a torn tail off: the last unit before it, which stood in
// the file and in the log, counted as missing until a rebuild.
TEST_F(UnitFinderTest, FindsAUnitOfAFileWhoseTornEndWasCutOffAfterItWasOpened) {
  start();
  record("IPPP IPP IP");
  commit();
  const evidence::InitBody segment = segments().front();
  const std::string path = volume_.absolute(segment.path);
  const std::uintmax_t whole = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, whole + 100);
  UnitFinder finder({folder_ / "a"});
  ASSERT_TRUE(finder.begin_segment(segment).has_value());
  std::filesystem::resize_file(path, whole);
  for (const evidence::MediaBody& unit : units()) {
    EXPECT_TRUE(finder.find(unit).has_value()) << unit.decode_time;
  }
}

// A power cut lost a sector on one volume: until it is mended, its copy is as long as the other.
TEST_F(UnitFinderTest, FindsAUnitInTheOtherCopyWhenASectorOfOneIsLost) {
  start();
  record("IPPP IPP IP");
  commit();
  const evidence::InitBody segment = segments().front();
  const std::filesystem::path other = folder_ / ("b/" + segment.path);
  std::filesystem::create_directories(other.parent_path());
  Bytes bytes = read_file(posix_files(), volume_.absolute(segment.path), 1 << 20).value();
  ASSERT_TRUE(replace_file(posix_files(), other, bytes).has_value());
  const std::size_t second = init_->bytes.size() + units()[0].fragment_bytes;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(second), 64, std::uint8_t{0});
  ASSERT_TRUE(replace_file(posix_files(), volume_.absolute(segment.path), bytes).has_value());
  UnitFinder finder({folder_ / "a", folder_ / "b"});
  ASSERT_TRUE(finder.begin_segment(segment).has_value());
  for (const evidence::MediaBody& unit : units()) {
    EXPECT_TRUE(finder.find(unit).has_value()) << unit.decode_time;
  }
}

TEST_F(UnitFinderTest, SaysThatAFileEndsWithoutTheUnitAndFindsTheOthers) {
  start();
  record("IPPP IPP IP");
  commit();
  UnitFinder finder({folder_ / "a"});
  ASSERT_TRUE(finder.begin_segment(segments().front()).has_value());
  evidence::MediaBody other = units().front();
  other.decode_time += 1;
  const auto missing = finder.find(other);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind(), ErrorKind::kDataLoss);
  EXPECT_TRUE(finder.find(units().front()).has_value());
}

}  // namespace
}  // namespace candor::storage
