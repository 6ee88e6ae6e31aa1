// SPDX-License-Identifier: Apache-2.0
#include "capture/local/v4l2_source.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "capture/local/device_file.h"
#include "capture/local/pipeline_source.h"
#include "core/log.h"

namespace candor::capture {
namespace {

using local::CapsPtr;
using local::Pipeline;

constexpr std::uint32_t kKeyFrameSeconds = 2;

std::string caps_text(std::string_view media, const V4l2Options& options) {
  return fmt::format("{},width={},height={},framerate={}/1", media, options.width, options.height,
                     options.frame_rate);
}

bool is_offered(const GstCaps* offered, const std::string& wanted) {
  const CapsPtr caps(gst_caps_from_string(wanted.c_str()));
  return caps != nullptr && gst_caps_can_intersect(offered, caps.get()) == TRUE;
}

// The camera of one try, by its number: the name may be gone or another's when it was pulled out.
using DeviceNumber = std::shared_ptr<std::optional<dev_t>>;

Result<void> check_device(const std::string& device, const DeviceNumber& number) {
  struct stat status{};
  if (::stat(device.c_str(), &status) != 0) {
    return fail(error_from_errno(errno, "is not there"));
  }
  if (!S_ISCHR(status.st_mode)) {
    return fail(ErrorKind::kFailedPrecondition, "is no device");
  }
  if (::access(device.c_str(), R_OK | W_OK) != 0) {
    return fail(error_from_errno(errno, "may not be opened"));
  }
  *number = status.st_rdev;
  return {};
}

// v4l2src 1.22 keeps a descriptor when the camera is pulled out while it streams: its pool of
// buffers cannot be stopped then and is never freed. The kernel would not let the camera come back
// under its old name. (tests/crash/guest.py takes the camera away.)
void let_go(const std::string& device, const DeviceNumber& number) {
  const std::optional<dev_t> known = *number;
  const std::size_t kept = known.has_value() ? local::release_device(*known) : 0;
  if (kept > 0) {
    log::debug("v4l2.released", {{"device", device}, {"descriptors", kept}});
  }
}

// One slice thread and no frame skipped: every frame of the camera is in the recording, and leaves
// the encoder before the next one comes. Constrained Baseline plays everywhere, WebRTC included.
std::string encoder(const V4l2Options& options) {
  return fmt::format(
      "videoconvert n-threads=1 ! video/x-raw,format=I420 ! "
      "openh264enc rate-control=bitrate bitrate={} gop-size={} complexity=low multi-thread=1 "
      "enable-frame-skip=false ! video/x-h264,profile=constrained-baseline ! "
      "h264parse config-interval=0 ! video/x-h264,stream-format=avc,alignment=au",
      options.bitrate_kbps * 1000, kKeyFrameSeconds * options.frame_rate);
}

// Many cameras give their larger pictures as JPEG only.
Result<void> connect(const V4l2Options& options, Pipeline& pipeline) {
  const std::string raw = caps_text("video/x-raw", options);
  const std::string jpeg = caps_text("image/jpeg", options);
  const CapsPtr offered = pipeline.offered();
  std::string text;
  if (is_offered(offered.get(), raw)) {
    text = "capsfilter caps=" + raw + " ! ";
  } else if (is_offered(offered.get(), jpeg)) {
    text = "capsfilter caps=" + jpeg + " ! jpegdec ! ";
  } else {
    return fail(ErrorKind::kUnsupported,
                fmt::format("offers no {}x{} at {} frames a second, neither raw nor as JPEG",
                            options.width, options.height, options.frame_rate));
  }
  return pipeline.add_branch("last", {.codec = Codec::kH264, .text = text + encoder(options)});
}

}  // namespace

std::unique_ptr<Source> make_v4l2_source(V4l2Options options, const Clock& clock) {
  local::Recipe recipe;
  recipe.name = options.device;
  recipe.advice = fmt::format(
      "`v4l2-ctl --list-devices` lists the cameras, `v4l2-ctl -d {} --list-formats-ext` what one "
      "offers; the user must be in the group video",
      options.device);
  recipe.media_timeout = options.media_timeout;
  if (options.instead_of_device.empty()) {
    recipe.origin = {.text = "v4l2src name=origin ! identity name=last silent=true",
                     .property = "device",
                     .value = options.device};
    const auto number = std::make_shared<std::optional<dev_t>>();
    recipe.check = [device = options.device, number] { return check_device(device, number); };
    recipe.after_failure = [device = options.device, number] { let_go(device, number); };
  } else {
    recipe.origin.text =
        options.instead_of_device + " name=origin ! identity name=last silent=true";
  }
  recipe.connect = [options = std::move(options)](Pipeline& pipeline) {
    return connect(options, pipeline);
  };
  return make_pipeline_source(std::move(recipe), clock);
}

}  // namespace candor::capture
