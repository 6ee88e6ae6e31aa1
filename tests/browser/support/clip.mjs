// SPDX-License-Identifier: Apache-2.0
// Real fragmented MP4 for the mocked monitor, made with ffmpeg: a picture with the counter strip
// of the benchmarks, a tone, one fragment for each frame; and a recording to play back.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

export const kFrames = 400;
export const kFrameMs = 40;
const kGroup = 50;
const kBits = 16;

/** The strip: 19 blocks of width/40: white, black, 16 bits (highest first), even parity. */
function strip(width) {
  const side = width / 40;
  const block = (index, color, enable) =>
    `drawbox=x=${index * side}:y=0:w=${side}:h=${side}:color=${color}:t=fill` +
    (enable ? `:enable='${enable}'` : "");
  const bit = (power) => `mod(floor(n/${2 ** power}),2)`;
  const bits = Array.from({ length: kBits }, (_, index) => kBits - 1 - index);
  const parity = `mod(${bits.map(bit).join("+")},2)`;
  return [
    block(0, "white"),
    ...Array.from({ length: 18 }, (_, index) => block(index + 1, "black")),
    ...bits.map((power, index) => block(index + 2, "white", bit(power))),
    block(18, "white", parity),
  ].join(",");
}

function ffmpeg(args) {
  execFileSync("ffmpeg", ["-v", "error", "-y", ...args]);
}

const kPerFrame = "frag_every_frame+empty_moov+default_base_moof+skip_trailer";
const kRecorded = "frag_keyframe+empty_moov+default_base_moof+global_sidx";

function video(file, { width, height, hue, movflags, seconds }) {
  const source = `testsrc2=size=${width}x${height}:rate=25:duration=${seconds}`;
  const encoder = ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency"];
  const group = ["-g", kGroup, "-keyint_min", kGroup, "-sc_threshold", "0", "-bf", "0"];
  const look = `hue=h=${hue}:s=0.35,eq=brightness=-0.1,${strip(width)}`;
  ffmpeg(
    ["-f", "lavfi", "-i", source, "-vf", look, "-pix_fmt", "yuv420p", ...encoder, ...group]
      .concat(["-profile:v", "high", "-level", "4.0", "-video_track_timescale", "90000"])
      .concat(["-movflags", movflags, file])
      .map(String),
  );
}

function audio(file, { movflags, seconds }) {
  const source = `sine=frequency=440:beep_factor=3:sample_rate=48000:duration=${seconds}`;
  const encoder = ["-c:a", "aac", "-b:a", "64k", "-movflags", movflags];
  ffmpeg(["-f", "lavfi", "-i", source, ...encoder, file]);
}

function* boxes(bytes) {
  for (let at = 0; at + 8 <= bytes.length; at += bytes.readUInt32BE(at)) {
    const size = bytes.readUInt32BE(at);
    yield { type: bytes.toString("latin1", at + 4, at + 8), at, size };
  }
}

/** Splits a file with one frame in each fragment into its init segment and its chunks. */
function split(file) {
  const bytes = readFileSync(file);
  const chunks = [];
  const init = [];
  let moof = null;
  for (const { type, at, size } of boxes(bytes)) {
    const part = bytes.subarray(at, at + size);
    if (type === "ftyp" || type === "moov") {
      init.push(part);
    } else if (type === "moof") {
      moof = part;
    } else if (type === "mdat" && moof) {
      const chunk = Buffer.concat([moof, part]);
      chunks.push({
        bytes: chunk,
        timeAt: chunk.indexOf("tfdt", 0, "latin1") + 8,
      });
    }
  }
  return { init: Buffer.concat(init), chunks };
}

/** A copy of the chunk at another decode time. */
export function atTime(chunk, ticks) {
  const copy = Buffer.from(chunk.bytes);
  copy.writeBigUInt64BE(BigInt(ticks), chunk.timeAt);
  return copy;
}

/** The recording from a position on: time zero is there, an edit list hides what stands before. */
function recordedFrom(file, name, startS) {
  const source = file(`${name}-recorded.mp4`);
  if (startS <= 0) {
    return readFileSync(source);
  }
  const cut = file(`${name}-cut.mp4`);
  // To the frame: an edit list that begins inside a frame hides all of it.
  const frameS = kFrameMs / 1000;
  const first = Math.floor(startS / frameS + 1e-6) * frameS;
  ffmpeg(["-ss", first.toFixed(3), "-i", source, "-c", "copy", "-movflags", "+faststart", cut]);
  return readFileSync(cut);
}

/** Everything the mocked monitor plays, in `folder`. */
export function makeClips(folder, { width = 1280, height = 720, seconds = 20 } = {}) {
  const file = (name) => path.join(folder, name);
  const live = { movflags: kPerFrame, seconds: (kFrames * kFrameMs) / 1000 };
  video(file("panorama.mp4"), { width, height, hue: 200, ...live });
  video(file("person.mp4"), { width: 640, height: 360, hue: 40, ...live });
  audio(file("sound.mp4"), live);
  const whole = { movflags: kRecorded, seconds };
  video(file("panorama-recorded.mp4"), { width, height, hue: 200, ...whole });
  video(file("person-recorded.mp4"), {
    width: 640,
    height: 360,
    hue: 40,
    ...whole,
  });
  audio(file("sound-recorded.mp4"), whole);
  return {
    width,
    height,
    seconds,
    panorama: split(file("panorama.mp4")),
    person: split(file("person.mp4")),
    sound: split(file("sound.mp4")),
    recordedFrom: (name, startS) => recordedFrom(file, name, startS),
  };
}
