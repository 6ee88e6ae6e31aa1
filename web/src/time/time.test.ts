// SPDX-License-Identifier: Apache-2.0
// Times as written, the session clock, the server's clock.
import { describe, expect, it } from "vitest";
import { formatBytes, formatInstant, formatLength, formatTimeOfDay, zoneOf } from "./format";
import { localNow, ServerClock } from "./server_clock";
import { kLegalLimitMs, sessionClock } from "./session_clock";

describe("formats", () => {
  it("writes date, seconds and zone, from nanoseconds as well", () => {
    const text = formatInstant("2026-03-01T08:12:33.123456789Z");
    expect(text).toMatch(/^2026-03-01 \d\d:\d\d:33 [+-]\d\d:\d\d$/);
    expect(text.endsWith(zoneOf(new Date("2026-03-01T08:12:33Z")))).toBe(true);
  });

  it("writes a dash for no time and for nonsense", () => {
    expect(formatInstant(null)).toBe("–");
    expect(formatTimeOfDay("yesterday")).toBe("–");
  });

  it("writes lengths with hours only when there are some", () => {
    expect(formatLength(0)).toBe("00:00");
    expect(formatLength(62_900)).toBe("01:02");
    expect(formatLength(3_723_000)).toBe("1:02:03");
    expect(formatLength(-5)).toBe("00:00");
  });

  it("writes bytes as disks are sold", () => {
    expect(formatBytes(999)).toBe("999 B");
    expect(formatBytes(1_800_000_000_000)).toBe("1.8 TB");
  });
});

describe("sessionClock", () => {
  it("warns in the last hour and says when the limit has passed", () => {
    expect(sessionClock(0, 1000).level).toBe("normal");
    expect(sessionClock(0, kLegalLimitMs - 3_599_000).level).toBe("near");
    expect(sessionClock(0, kLegalLimitMs).level).toBe("over");
  });

  it("counts from zero when the clocks disagree", () => {
    expect(sessionClock(5000, 1000).elapsedMs).toBe(0);
  });
});

describe("ServerClock", () => {
  it("believes the exchange with the shortest way", () => {
    const clock = new ServerClock();
    clock.add(1000, 1200, 6100);
    clock.add(2000, 2010, 7055);
    expect(clock.offsetMs).toBe(5050);
  });

  it("uses an ordinary answer until the first pong", () => {
    const clock = new ServerClock();
    expect(clock.offsetMs).toBe(0);
    clock.addCoarse(localNow() + 60_000);
    expect(Math.round(clock.offsetMs / 1000)).toBe(60);
  });
});
