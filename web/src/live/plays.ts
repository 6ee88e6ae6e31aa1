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

let known: readonly string[] | null = null;

/** The first four characters of each codec that can be played. */
export function playedCodecs(): readonly string[] {
  known ??= Object.entries(kCandidates)
    .filter(([, type]) => typeof MediaSource !== "undefined" && MediaSource.isTypeSupported(type))
    .map(([codec]) => codec);
  return known;
}

export function isPlayed(codecs: string): boolean {
  return playedCodecs().includes(codecs.split(".", 1)[0] ?? "");
}
