// SPDX-License-Identifier: Apache-2.0
// The timeline's arithmetic, the corrections that keep angles in step, and stepping by frames.
import { describe, expect, it } from "vitest";
import type { SessionDetail, Track } from "../api/types";
import { clockTrack, sourceOf } from "./player";
import { correctionFor, steppedTo } from "./player_group";
import * as timeline from "./timeline";
import { keyTarget } from "./timeline_view";

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 1, 8, 0, seconds)).toISOString();
const ms = (seconds: number) => Date.UTC(2026, 2, 1, 8, 0, seconds);

function track(name: string, to: number | null, gaps: Track["gaps"] = []): Track {
  return {
    stream: `id-${name}`,
    name,
    source: name,
    media: "video",
    codecs: "avc1.640028",
    width: 1920,
    height: 1080,
    recorded_to: to === null ? null : at(to),
    coverage: [{ from: at(0), to: at(60) }],
    gaps,
  };
}

const session = (ended: string | null, streams: Track[]) =>
  ({ started: at(0), ended, streams }) as SessionDetail;

const extent: timeline.Extent = { startMs: ms(0), endMs: ms(100), endText: at(100) };

describe("extentOf", () => {
  it("goes to the end, or to what is recorded furthest", () => {
    expect(timeline.extentOf(session(at(50), []))?.endMs).toBe(ms(50));
    const open = session(null, [track("a", 20), track("b", 30), track("c", null)]);
    expect(timeline.extentOf(open)?.endText).toBe(at(30));
  });

  it("is null while nothing is recorded", () => {
    expect(timeline.extentOf(session(null, [track("a", null)]))).toBeNull();
    expect(timeline.extentOf(session(null, [track("a", 0)]))).toBeNull();
  });

  it("asks for no media beyond what a stream has, so that it never changes", () => {
    const open = session(null, [track("a", 20), track("b", 30)]);
    const whole = timeline.extentOf(open);
    expect(whole && timeline.mediaEnd(open, open.streams[0]!, whole)).toBe(at(20));
    const closed = session(at(40), [track("a", 20)]);
    const all = timeline.extentOf(closed);
    expect(all && timeline.mediaEnd(closed, closed.streams[0]!, all)).toBe(at(40));
  });
});

describe("coverage and gaps", () => {
  it("are cut to the session", () => {
    const long: Track = { ...track("a", 60), coverage: [{ from: at(-10), to: at(20) }] };
    expect(timeline.coverageOf(long, extent)).toEqual([{ fromMs: ms(0), toMs: ms(20) }]);
  });

  it("are listed for all streams, earliest first, an open one to the end", () => {
    const gap = (from: number, to: number | null, cause: string) => ({
      from: at(from),
      to: to === null ? null : at(to),
      cause,
      detail: null,
    });
    const list = timeline.gapsOf(
      [
        track("a", 60, [gap(70, null, "camera-offline")]),
        track("b", 60, [gap(10, 12, "packet-loss"), gap(200, 210, "outside")]),
      ],
      extent,
    );
    expect(
      list.map((entry) => [entry.cause, entry.open, (entry.toMs - entry.fromMs) / 1000]),
    ).toEqual([
      ["packet-loss", false, 2],
      ["camera-offline", true, 30],
    ]);
  });
});

describe("sourceOf", () => {
  const closed = { ...session(at(60), []), session: "s" };
  const from = (source: { url: string } | null) =>
    new URLSearchParams(source?.url.split("?")[1]).get("from");

  it("asks for the range that begins at the position", () => {
    const source = timeline.extentOf(closed)!;
    const asked = sourceOf(closed, track("a", 60), source);
    expect(from(asked(0))).toBe(at(0));
    expect(from(asked(12.5))).toBe("2026-03-01T08:00:12.500Z");
    expect(asked(12.5)?.originS).toBe(12.5);
  });

  it("stays before the end, and has nothing where a stream ended long before", () => {
    const source = timeline.extentOf(closed)!;
    expect(sourceOf(closed, track("a", 60), source)(60)?.originS).toBe(59.95);
    expect(sourceOf(closed, track("b", 20), source)(30)).toBeNull();
    expect(sourceOf(closed, track("b", 20), source)(10)?.originS).toBe(10);
  });

  it("knows what is covered", () => {
    expect(timeline.isCovered(track("a", 60), ms(30))).toBe(true);
    expect(timeline.isCovered(track("a", 60), ms(70))).toBe(false);
  });
});

describe("positions", () => {
  it("map to fractions and back, held inside", () => {
    expect(timeline.fractionAt(ms(25), extent)).toBe(0.25);
    expect(timeline.fractionAt(ms(-5), extent)).toBe(0);
    expect(timeline.instantAt(1.5, extent)).toBe(ms(100));
  });

  it("have round ticks, not too many", () => {
    const ticks = timeline.ticksOf(extent, 5);
    expect(ticks.length).toBeLessThanOrEqual(5);
    expect(ticks[1]! - ticks[0]!).toBe(30_000);
    expect(ticks.every((tick) => tick % 30_000 === 0)).toBe(true);
  });

  it("move by keys, and no further than the session", () => {
    expect(keyTarget("ArrowRight", ms(10), extent)).toBe(ms(15));
    expect(keyTarget("PageDown", ms(10), extent)).toBe(ms(0));
    expect(keyTarget("End", ms(10), extent)).toBe(ms(100));
    expect(keyTarget("x", ms(10), extent)).toBeNull();
  });
});

describe("instantForTimeOfDay", () => {
  const local = (day: number, hours: number, minutes: number, seconds = 0) =>
    new Date(2026, 2, day, hours, minutes, seconds).getTime();
  const night: timeline.Extent = {
    startMs: local(1, 23, 50) + 400,
    endMs: local(2, 1, 0),
    endText: "",
  };

  it("finds the moment, over midnight too", () => {
    expect(timeline.instantForTimeOfDay("23:55", night)).toBe(local(1, 23, 55));
    expect(timeline.instantForTimeOfDay("00:10:05", night)).toBe(local(2, 0, 10, 5));
  });

  it("takes the start's own second", () => {
    expect(timeline.instantForTimeOfDay("23:50:00", night)).toBe(night.startMs);
  });

  it("answers null outside the session and for what is no time", () => {
    expect(timeline.instantForTimeOfDay("12:00", night)).toBeNull();
    expect(timeline.instantForTimeOfDay("24:00", night)).toBeNull();
    expect(timeline.instantForTimeOfDay("soon", night)).toBeNull();
  });
});

describe("keeping in step", () => {
  it("does nothing within a frame, nudges, waits when ahead and hurries when behind", () => {
    expect(correctionFor(10, 10.01)).toEqual({ type: "none" });
    expect(correctionFor(1, 0.9375)).toEqual({ type: "rate", factor: 1.05 });
    expect(correctionFor(10, 10.1)).toEqual({ type: "rate", factor: 0.95 });
    expect(correctionFor(10, 10.2)).toEqual({ type: "wait" });
    expect(correctionFor(1, 0.75)).toEqual({ type: "rate", factor: 1.25 });
  });

  it("steps to the middle of the next frame and of the one before", () => {
    expect(steppedTo(0.1, 0.04, 1)).toBeCloseTo(0.14);
    expect(steppedTo(0.14, 0.04, 1)).toBeCloseTo(0.18);
    expect(steppedTo(0.14, 0.04, -1)).toBeCloseTo(0.1);
    expect(steppedTo(0, 0.04, -1)).toBe(0);
  });

  it("takes the panorama as the clock unless another angle goes on longer", () => {
    expect(clockTrack([track("panorama", 60), track("person", 60)])?.name).toBe("panorama");
    expect(clockTrack([track("panorama", 20), track("person", 60)])?.name).toBe("person");
    expect(clockTrack([])).toBeUndefined();
  });
});
