// SPDX-License-Identifier: Apache-2.0
// The arithmetic of a session's timeline: its extent, what is covered, where the gaps are, ticks,
// and times of day. All in milliseconds since 1970; pure.
import type { Session, SessionDetail, Track } from "../api/types";

export interface Extent {
  startMs: number;
  endMs: number;
  /** The server's own text for the end, to be asked back as `to`. */
  endText: string;
}

export interface Stretch {
  fromMs: number;
  toMs: number;
}

export interface GapEntry extends Stretch {
  key: string;
  track: Track;
  cause: string;
  detail: string | null;
  /** Not closed yet: it lasts at least to the end of what is shown. */
  open: boolean;
}

/** From the start to the end, or to what is recorded now; null while nothing is recorded. */
export function extentOf(session: SessionDetail): Extent | null {
  const startMs = Date.parse(session.started);
  let endText = session.ended;
  if (endText === null) {
    for (const { recorded_to } of session.streams) {
      if (recorded_to !== null && !(Date.parse(recorded_to) <= Date.parse(endText ?? ""))) {
        endText = recorded_to;
      }
    }
  }
  const endMs = Date.parse(endText ?? "");
  return endText !== null && endMs > startMs ? { startMs, endMs, endText } : null;
}

/** Up to where a stream's media is asked: never beyond what it has, so that it never changes. */
export function mediaEnd(session: Session, track: Track, extent: Extent): string {
  if (session.ended !== null || track.recorded_to === null) {
    return extent.endText;
  }
  return Date.parse(track.recorded_to) < extent.endMs ? track.recorded_to : extent.endText;
}

/** Cut to the extent; null when nothing is left. */
export function clip(stretch: Stretch, extent: Stretch | Extent): Stretch | null {
  const [low, high] =
    "startMs" in extent ? [extent.startMs, extent.endMs] : [extent.fromMs, extent.toMs];
  const fromMs = Math.max(stretch.fromMs, low);
  const toMs = Math.min(stretch.toMs, high);
  return toMs > fromMs ? { fromMs, toMs } : null;
}

export function coverageOf(track: Track, extent: Extent): Stretch[] {
  return track.coverage
    .map(({ from, to }) => clip({ fromMs: Date.parse(from), toMs: Date.parse(to) }, extent))
    .filter((stretch) => stretch !== null);
}

/** The edges of what is covered are not to be taken to the millisecond. */
const kEdgeMs = 100;

/** Whether the stream has anything at this instant. */
export function isCovered(track: Track, ms: number): boolean {
  return track.coverage.some(
    ({ from, to }) => Date.parse(from) - kEdgeMs <= ms && ms <= Date.parse(to) + kEdgeMs,
  );
}

/** All gaps of all streams, earliest first. */
export function gapsOf(tracks: readonly Track[], extent: Extent): GapEntry[] {
  const entries: GapEntry[] = [];
  for (const track of tracks) {
    track.gaps.forEach((gap, index) => {
      const open = gap.to === null;
      const toMs = gap.to === null ? extent.endMs : Date.parse(gap.to);
      const inside = clip({ fromMs: Date.parse(gap.from), toMs }, extent);
      if (inside) {
        const { cause, detail } = gap;
        entries.push({ ...inside, key: `${track.stream}:${index}`, track, cause, detail, open });
      }
    });
  }
  return entries.sort((a, b) => a.fromMs - b.fromMs || a.track.name.localeCompare(b.track.name));
}

/** 0 to 1 along the extent. */
export function fractionAt(ms: number, extent: Extent): number {
  const fraction = (ms - extent.startMs) / (extent.endMs - extent.startMs);
  return Math.min(1, Math.max(0, fraction));
}

export function instantAt(fraction: number, extent: Extent): number {
  const inside = Math.min(1, Math.max(0, fraction));
  return extent.startMs + inside * (extent.endMs - extent.startMs);
}

const kStepsS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

/** Round instants of the local clock, at most `most` of them. */
export function ticksOf(extent: Extent, most: number, zoneOffsetMs = 0): number[] {
  const lengthS = (extent.endMs - extent.startMs) / 1000;
  const stepMs = (kStepsS.find((step) => lengthS / step <= most) ?? 28800) * 1000;
  const ticks: number[] = [];
  let tick = Math.ceil((extent.startMs + zoneOffsetMs) / stepMs) * stepMs - zoneOffsetMs;
  for (; tick <= extent.endMs; tick += stepMs) {
    ticks.push(tick);
  }
  return ticks;
}

/**
 * The first instant inside the extent whose local time of day is "hh:mm" or "hh:mm:ss"; null when
 * the text is no time or the session has no such moment.
 */
export function instantForTimeOfDay(text: string, extent: Extent): number | null {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text.trim());
  if (!match) {
    return null;
  }
  const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? "0"].map(Number);
  const day = new Date(extent.startMs);
  for (let ahead = 0; ahead <= 2; ahead += 1) {
    const date = day.getDate() + ahead;
    const made = new Date(day.getFullYear(), day.getMonth(), date, hours, minutes, seconds);
    // A start at 16:12:33.4 still has its own second.
    const at = made.getTime() < extent.startMs ? made.getTime() + 999 : made.getTime();
    if (at >= extent.startMs && made.getTime() <= extent.endMs) {
      return Math.max(made.getTime(), extent.startMs);
    }
  }
  return null;
}
