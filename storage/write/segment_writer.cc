// SPDX-License-Identifier: Apache-2.0
#include "storage/write/segment_writer.h"

#include <utility>

#include "media/bmff/chunk_writer.h"

namespace candor::storage {

void UnitBuilder::add(const Chunk& chunk, std::uint64_t file_offset, bool after_gap) {
  if (spans_.empty()) {
    body_ = {};
    body_.decode_time = static_cast<std::uint64_t>(chunk.decode_time);
    body_.timescale = chunk.timescale;
    body_.sequence = chunk.sequence;
    body_.capture = chunk.capture;
    body_.capture_source = chunk.capture_source;
    body_.lost_units = 0;
    body_.flags = static_cast<std::uint8_t>((chunk.sync ? evidence::kStartsWithSync : 0) |
                                            (after_gap ? evidence::kDiscontinuity : 0));
  }
  fragment_.update(chunk.bytes);
  ByteView samples = ByteView(chunk.bytes).subspan(chunk.mdat_payload);
  for (const std::uint32_t size : chunk.sample_sizes) {
    essence_.update(evidence::sha256(samples.first(size)));
    samples = samples.subspan(size);
  }
  body_.fragment_bytes += chunk.bytes.size();
  body_.duration += static_cast<std::uint64_t>(chunk.duration);
  body_.sample_count += static_cast<std::uint32_t>(chunk.sample_sizes.size());
  body_.lost_units += chunk.lost_packets;
  spans_.push_back({.offset = file_offset, .bytes = chunk.bytes.size()});
}

evidence::MediaBody UnitBuilder::finish() {
  body_.fragment_digest = fragment_.finish();
  body_.essence_digest = essence_.finish();
  spans_.clear();
  return body_;
}

SegmentWriter::SegmentWriter(MirroredFile file, evidence::InitBody description)
    : file_(std::move(file)), description_(std::move(description)) {}

Result<SegmentWriter> SegmentWriter::create(Mirror& mirror, evidence::InitBody description,
                                            const InitSegmentPtr& init_segment) {
  CANDOR_TRY(MirroredFile file,
             MirroredFile::create(mirror.writers(), description.path, FileKind::kMedia,
                                  {.owner = init_segment, .bytes = init_segment->bytes}));
  return SegmentWriter(std::move(file), std::move(description));
}

Result<std::optional<FinishedUnit>> SegmentWriter::append(const ChunkPtr& chunk, bool after_gap) {
  const std::uint64_t offset = file_.size();
  // First of all: when it fails, the unit before is still here for finish_unit().
  CANDOR_CHECK(file_.append({.owner = chunk, .bytes = chunk->bytes}));
  is_dirty_ = true;
  std::optional<FinishedUnit> finished;
  if (chunk->starts_unit) {
    finished = finish_unit();
  }
  unit_.add(*chunk, offset, after_gap);
  end_ = chunk->decode_time + chunk->duration;
  return finished;
}

std::optional<FinishedUnit> SegmentWriter::finish_unit() {
  if (unit_.empty()) {
    return std::nullopt;
  }
  FinishedUnit finished{.body = {}, .spans = unit_.spans()};
  finished.body = unit_.finish();
  finished.body.session = description_.session;
  finished.body.stream = description_.stream;
  finished.body.init_digest = description_.init_digest;
  return finished;
}

VotePtr SegmentWriter::read_back(const FinishedUnit& unit) {
  return file_.verify(unit.spans, unit.body.fragment_digest);
}

Result<void> SegmentWriter::append_seal(ByteView entry) {
  CANDOR_CHECK(file_.append(share(bmff::write_seal(entry))));
  is_dirty_ = true;
  return {};
}

VotePtr SegmentWriter::sync() {
  is_dirty_ = false;
  return file_.sync();
}

}  // namespace candor::storage
