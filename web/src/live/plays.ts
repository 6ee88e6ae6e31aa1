// SPDX-License-Identifier: Apache-2.0
// What this browser plays, asked before a stream is chosen: the monitor makes anew what it does not.

const kCandidates: Readonly<Record<string, string>> = {
  avc1: 'video/mp4; codecs="avc1.640028"',
  hvc1: 'video/mp4; codecs="hvc1.1.6.L120.90"',
  mp4a: 'audio/mp4; codecs="mp4a.40.2"',
  opus: 'audio/mp4; codecs="opus"',
  alaw: 'audio/mp4; codecs="alaw"',
  ulaw: 'audio/mp4; codecs="ulaw"',
};

const kNames: Readonly<Record<string, string>> = {
  avc1: "H.264",
  hvc1: "H.265",
  mp4a: "AAC",
  opus: "Opus",
  alaw: "G.711",
  ulaw: "G.711",
};

let known: readonly string[] | null = null;

/** The first four characters of each codec that can be played. */
export function playedCodecs(): readonly string[] {
  known ??= Object.entries(kCandidates)
    .filter(([, type]) => typeof MediaSource !== "undefined" && MediaSource.isTypeSupported(type))
    .map(([codec]) => codec);
  return known;
}

export function isPlayed(codecs: string): boolean {
  return playedCodecs().includes(firstOf(codecs));
}

/** What people call a format: "H.265". */
export function formatName(codecs: string): string {
  return kNames[firstOf(codecs)] ?? codecs;
}

function firstOf(codecs: string): string {
  return codecs.split(".", 1)[0] ?? "";
}
