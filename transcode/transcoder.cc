// SPDX-License-Identifier: Apache-2.0
#include "transcode/transcoder.h"

#include "transcode/make_transcoders.h"

namespace candor::transcode {

Result<std::unique_ptr<Transcoder>> make_transcoder(ByteView init, Target target, int height_max) {
  CANDOR_TRY(const SourceParameters source, read_parameters(init));
  const AVMediaType wanted = target == Target::kAac ? AVMEDIA_TYPE_AUDIO : AVMEDIA_TYPE_VIDEO;
  if (source.codec->codec_type != wanted) {
    return fail(ErrorKind::kInvalidArgument,
                target == Target::kAac ? "the stream has no sound" : "the stream has no picture");
  }
  return target == Target::kAac ? make_sound_transcoder(source)
                                : make_picture_transcoder(source, height_max);
}

}  // namespace candor::transcode
