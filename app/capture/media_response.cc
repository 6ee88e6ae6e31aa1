// SPDX-License-Identifier: Apache-2.0
#include "app/capture/media_response.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "app/capture/byte_range.h"
#include "app/capture/catalogue_json.h"
#include "net/json.h"
#include "retrieve/virtual_file.h"

namespace candor::app {
namespace {

using net::HttpRequest;
using net::HttpResponse;

class FilePart final : public net::BodySource {
 public:
  FilePart(retrieve::VirtualFile file, ByteSpan span)
      : file_(std::move(file)), at_(span.begin), end_(span.end), size_(span.end - span.begin) {}

  [[nodiscard]] std::uint64_t size() const override { return size_; }

  [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> out) override {
    const auto wanted = std::min<std::uint64_t>(out.size(), end_ - at_);
    CANDOR_TRY(const std::size_t got,
               file_.read_at(at_, out.first(static_cast<std::size_t>(wanted))));
    at_ += got;
    return got;
  }

 private:
  retrieve::VirtualFile file_;
  std::uint64_t at_;
  std::uint64_t end_;
  std::uint64_t size_;
};

// Where the first stream of a session begins: the pre-roll stands before its start. All angles
// share this zero.
Result<UtcTime> first_recorded(storage::Catalogue& catalogue,
                               const storage::SessionRecord& session) {
  CANDOR_TRY(const auto tracks, catalogue.session_tracks(session.session));
  UtcTime first = session.started;
  for (const storage::TrackRecord& track : tracks) {
    if (!track.coverage.empty()) {
      first = std::min(first, track.coverage.front().from);
    }
  }
  return first;
}

Result<retrieve::RangeRequest> range_request(storage::Catalogue& catalogue, const MediaPlace& place,
                                             const HttpRequest& request) {
  CANDOR_TRY(const auto from, time_parameter(request, "from"));
  CANDOR_TRY(const auto to, time_parameter(request, "to"));
  retrieve::RangeRequest range;
  range.stream = place.stream;
  range.session = place.session;
  const auto original = request.query.find("original");
  range.is_original = original != request.query.end() && original->second == "1";
  range.to = to.value_or(SystemClock().utc());
  if (place.session.has_value()) {
    CANDOR_TRY(const storage::SessionRecord session, catalogue.session(*place.session));
    CANDOR_TRY(const UtcTime first, first_recorded(catalogue, session));
    range.from = from.value_or(first);
    range.starts_with_media = !from.has_value();
    range.to = to.value_or(session.ended.value_or(range.to));
    return range;
  }
  if (!from.has_value()) {
    return fail(ErrorKind::kInvalidArgument, "'from' is needed for a room that records always");
  }
  range.from = *from;
  CANDOR_TRY(const auto tracks, catalogue.room_tracks(place.room, {range.from, range.to}));
  const bool is_of_room = std::ranges::any_of(
      tracks, [&](const storage::TrackRecord& track) { return track.stream == place.stream; });
  if (!is_of_room) {
    return fail(ErrorKind::kNotFound,
                "nothing of stream " + to_string(place.stream) + " of " + place.room);
  }
  return range;
}

Result<HttpResponse> respond(const MediaPlace& place, const HttpRequest& request) {
  CANDOR_TRY(auto catalogue, storage::Catalogue::open(place.index_path));
  CANDOR_TRY(const retrieve::RangeRequest range, range_request(catalogue, place, request));
  CANDOR_TRY(retrieve::VirtualFile file,
             retrieve::VirtualFile::open(catalogue, place.volume_roots, range));
  HttpResponse response;
  response.headers = {{"Content-Type", "video/mp4"},
                      {"Accept-Ranges", "bytes"},
                      {"ETag", file.etag()},
                      {"Cache-Control", "private, no-cache"},
                      {"X-Candor-From", to_rfc3339(file.covered_from())},
                      {"X-Candor-To", to_rfc3339(file.covered_to())}};
  if (request.header("if-none-match") == file.etag()) {
    response.status = 304;
    return response;
  }
  const std::uint64_t size = file.size();
  const auto span =
      asked_span(request.header("range"), request.header("if-range"), size, file.etag());
  if (!span.has_value()) {
    response = net::error_response(span.error());
    response.status = 416;
    response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
    return response;
  }
  const ByteSpan sent = span->value_or(ByteSpan{0, size});
  if (span->has_value()) {
    response.status = 206;
    response.headers.emplace_back("Content-Range",
                                  fmt::format("bytes {}-{}/{}", sent.begin, sent.end - 1, size));
  }
  response.stream = std::make_unique<FilePart>(std::move(file), sent);
  return response;
}

}  // namespace

HttpResponse media_response(const MediaPlace& place, const HttpRequest& request) {
  auto response = respond(place, request);
  return response.has_value() ? std::move(*response) : net::error_response(response.error());
}

}  // namespace candor::app
