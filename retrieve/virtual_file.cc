// SPDX-License-Identifier: Apache-2.0
#include "retrieve/virtual_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/big_endian.h"
#include "evidence/digest.h"
#include "retrieve/group_fragment.h"
#include "retrieve/playable_init.h"
#include "retrieve/segment_index_box.h"
#include "retrieve/unit_reader.h"

namespace candor::retrieve {
namespace {

constexpr std::uint64_t kInitBytesMax = std::uint64_t{1} << 20;
// Part of every ETag: changes whenever other bytes are made of the same units.
constexpr std::uint32_t kAnswerFormat = 2;
constexpr std::size_t kEtagBytes = 16;

std::string etag_of(const RangePlan& plan, std::uint64_t size, bool is_original) {
  Bytes facts;
  append_be(facts, kAnswerFormat);
  facts.push_back(is_original ? 1 : 0);
  facts.insert(facts.end(), plan.stream.bytes.begin(), plan.stream.bytes.end());
  facts.insert(facts.end(), plan.init_digest.begin(), plan.init_digest.end());
  append_be(facts, plan.base);
  append_be(facts, plan.media_time);
  append_be(facts, size);
  for (const PlannedUnit& unit : plan.units) {
    const std::string& path = plan.files[unit.file];
    facts.insert(facts.end(), path.begin(), path.end());
    append_be(facts, unit.offset);
    append_be(facts, unit.bytes);
    append_be(facts, unit.decode_time);
    append_be(facts, unit.duration);
  }
  const evidence::Digest digest = evidence::sha256(facts);
  return '"' + to_hex(ByteView(digest).first(kEtagBytes)) + '"';
}

}  // namespace

Result<VirtualFile> VirtualFile::open(storage::Catalogue& catalogue,
                                      const std::vector<std::string>& volume_roots,
                                      const RangeRequest& request) {
  CANDOR_TRY(RangePlan plan, plan_range(catalogue, request));
  VirtualFile file(std::move(plan), volume_roots, request.is_original);
  CANDOR_CHECK(file.write_header());
  file.place_groups();
  file.etag_ = etag_of(file.plan_, file.size_, request.is_original);
  return file;
}

Result<void> VirtualFile::write_header() {
  if (plan_.init_bytes > kInitBytesMax) {
    return fail(ErrorKind::kResourceExhausted,
                fmt::format("{}: an init segment of {} bytes is above the limit of {}",
                            plan_.files[0], plan_.init_bytes, kInitBytesMax));
  }
  Bytes init(static_cast<std::size_t>(plan_.init_bytes));
  const auto read = [&](const bmff::BoxFile& file) -> Result<void> {
    CANDOR_CHECK(file.read_at(0, init));
    if (evidence::sha256(init) != plan_.init_digest) {
      return fail(ErrorKind::kDataLoss,
                  plan_.files[0] + ": the init segment is not the one that was recorded");
    }
    return {};
  };
  CANDOR_CHECK(on_any_volume(0, read));
  if (is_original_) {
    header_ = std::move(init);
    return {};
  }
  CANDOR_TRY(header_, with_context(playable_init(init, {.timescale = plan_.timescale,
                                                        .media_time = plan_.media_time,
                                                        .end = plan_.end()}),
                                   plan_.files[0]));
  const Bytes index = write_segment_index(plan_, groups_);
  header_.insert(header_.end(), index.begin(), index.end());
  return {};
}

void VirtualFile::place_groups() {
  size_ = header_.size();
  group_at_.reserve(groups_.size());
  for (const UnitGroup& group : groups_) {
    group_at_.push_back(size_);
    size_ += group.bytes;
  }
}

Result<std::size_t> VirtualFile::read_at(std::uint64_t offset, std::span<std::uint8_t> out) {
  std::size_t filled = 0;
  while (filled < out.size() && offset < size_) {
    ByteView source = header_;
    std::uint64_t source_at = 0;
    if (offset >= header_.size()) {
      const auto next = std::upper_bound(group_at_.begin(), group_at_.end(), offset);
      const auto group = static_cast<std::size_t>(next - group_at_.begin()) - 1;
      CANDOR_TRY(source, group_bytes(group));
      source_at = group_at_[group];
    }
    const auto skip = static_cast<std::size_t>(offset - source_at);
    const std::size_t count = std::min(source.size() - skip, out.size() - filled);
    std::copy_n(source.begin() + static_cast<std::ptrdiff_t>(skip), count,
                out.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += count;
    offset += count;
  }
  return filled;
}

Result<ByteView> VirtualFile::group_bytes(std::size_t group) {
  if (group_ != group) {
    group_.reset();
    CANDOR_TRY(group_bytes_, read_group(groups_[group]));
    group_ = group;
  }
  return ByteView(group_bytes_);
}

Result<Bytes> VirtualFile::read_group(const UnitGroup& group) {
  Bytes chunks;
  chunks.reserve(group.bytes);
  for (std::size_t i = group.first; i < group.first + group.count; ++i) {
    const PlannedUnit& unit = plan_.units[i];
    const std::size_t before = chunks.size();
    const auto read = [&](const bmff::BoxFile& file) {
      chunks.resize(before);
      return read_unit(file, unit, chunks);
    };
    CANDOR_CHECK(with_context(on_any_volume(unit.file, read), plan_.files[unit.file]));
  }
  if (is_original_) {
    return chunks;
  }
  return with_context(one_fragment(chunks, plan_.base), plan_.files[plan_.units[group.first].file]);
}

// The volume that was read last comes first; what it does not hold another one may.
Result<void> VirtualFile::on_any_volume(std::uint32_t file, const Reading& read) {
  Result<void> done = on_volume(file_volume_, file, read);
  const std::size_t first = file_volume_;
  for (std::size_t volume = 0; volume < volume_roots_.size() && !done.has_value(); ++volume) {
    if (volume != first && on_volume(volume, file, read).has_value()) {
      return {};
    }
  }
  return done;
}

Result<void> VirtualFile::on_volume(std::size_t volume, std::uint32_t file, const Reading& read) {
  if (!file_.has_value() || file_number_ != file || file_volume_ != volume) {
    file_.reset();
    CANDOR_TRY(file_, bmff::BoxFile::open(volume_roots_[volume] + "/" + plan_.files[file]));
    file_number_ = file;
    file_volume_ = volume;
  }
  return read(*file_);
}

}  // namespace candor::retrieve
