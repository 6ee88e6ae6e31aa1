// SPDX-License-Identifier: Apache-2.0
#include "capture/local/file_source.h"

#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "capture/local/pipeline_source.h"

namespace candor::capture {
namespace {

using local::Branch;
using local::Pipeline;

// One track may lie this far ahead of the other in the file.
constexpr std::string_view kQueue =
    " ! queue max-size-buffers=0 max-size-bytes=16777216 max-size-time=3000000000";

struct Playable {
  std::string_view media;  // Name of the caps.
  Codec codec;
  std::string_view parser;
};
constexpr std::array<Playable, 6> kPlayable = {{
    {"video/x-h264", Codec::kH264, "h264parse ! video/x-h264,stream-format=avc,alignment=au"},
    {"video/x-h265", Codec::kH265, "h265parse ! video/x-h265,stream-format=hvc1,alignment=au"},
    {"audio/mpeg", Codec::kAac, "aacparse ! audio/mpeg,mpegversion=4,stream-format=raw"},
    {"audio/x-opus", Codec::kOpus, "opusparse ! audio/x-opus,channel-mapping-family=0"},
    {"audio/x-alaw", Codec::kAlaw, "identity silent=true"},
    {"audio/x-mulaw", Codec::kUlaw, "identity silent=true"},
}};

// The first picture and the first sound that are wanted. Thread: GStreamer's, one at a time.
class Chooser {
 public:
  Chooser(bool picture, bool sound) : wants_picture_(picture), wants_sound_(sound) {}

  std::optional<Branch> operator()(const GstCaps* caps) {
    const GstStructure* structure = gst_caps_get_structure(caps, 0);
    const std::string_view media = gst_structure_get_name(structure);
    gint version = 0;
    gst_structure_get_int(structure, "mpegversion", &version);
    if (media == "audio/mpeg" && version != 4 && version != 2) {
      return std::nullopt;  // MP3.
    }
    for (const Playable& playable : kPlayable) {
      const bool is_sound = kind_of(playable.codec) == MediaKind::kAudio;
      bool& is_wanted = is_sound ? wants_sound_ : wants_picture_;
      if (playable.media == media && std::exchange(is_wanted, false)) {
        return Branch{.codec = playable.codec,
                      .text = std::string(playable.parser) + std::string(kQueue)};
      }
    }
    return std::nullopt;
  }

 private:
  bool wants_picture_;
  bool wants_sound_;
};

Result<void> check_file(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(error_from_errno(errno, "is not there"));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::kFailedPrecondition, "is no plain file");
  }
  if (::access(path.c_str(), R_OK) != 0) {
    return fail(error_from_errno(errno, "may not be read"));
  }
  return {};
}

}  // namespace

std::unique_ptr<Source> make_file_source(const FileOptions& options, const Clock& clock) {
  local::Recipe recipe;
  recipe.name = options.path;
  recipe.origin = {.text = "filesrc name=origin ! parsebin name=streams",
                   .property = "location",
                   .value = options.path};
  recipe.media_timeout = options.media_timeout;
  recipe.is_device = false;
  recipe.repeats = options.repeat;
  recipe.has_ended = options.has_ended;
  recipe.check = [path = options.path] { return check_file(path); };
  recipe.connect = [picture = options.picture,
                    sound = options.sound](Pipeline& pipeline) -> Result<void> {
    pipeline.add_branches_of("streams", Chooser(picture, sound));
    return {};
  };
  return make_pipeline_source(std::move(recipe), clock);
}

}  // namespace candor::capture
