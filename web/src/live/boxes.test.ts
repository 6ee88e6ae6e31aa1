// SPDX-License-Identifier: Apache-2.0
// Finding the decode time inside a chunk, and in what is no chunk.
import { describe, expect, it } from "vitest";
import { decodeTime } from "./boxes";

function box(type: string, ...contents: Uint8Array[]): Uint8Array {
  const size = 8 + contents.reduce((sum, part) => sum + part.length, 0);
  const made = new Uint8Array(size);
  new DataView(made.buffer).setUint32(0, size);
  made.set(new TextEncoder().encode(type), 4);
  let at = 8;
  for (const part of contents) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

function tfdt(version: number, time: bigint): Uint8Array {
  const body = new Uint8Array(version === 1 ? 12 : 8);
  const view = new DataView(body.buffer);
  view.setUint8(0, version);
  if (version === 1) {
    view.setBigUint64(4, time);
  } else {
    view.setUint32(4, Number(time));
  }
  return box("tfdt", body);
}

const chunk = (time: Uint8Array) =>
  box("moof", box("mfhd", new Uint8Array(8)), box("traf", box("tfhd", new Uint8Array(8)), time));

describe("decodeTime", () => {
  it("reads a 64-bit time since 1970 exactly", () => {
    expect(decodeTime(chunk(tfdt(1, 161_100_000_000_000n)))).toBe(161_100_000_000_000);
  });

  it("reads a 32-bit time", () => {
    expect(decodeTime(chunk(tfdt(0, 90_000n)))).toBe(90_000);
  });

  it("passes over a prft box before the moof", () => {
    const parts = [box("prft", new Uint8Array(20)), chunk(tfdt(1, 7n))];
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    whole.set(parts[0]!, 0);
    whole.set(parts[1]!, parts[0]!.length);
    expect(decodeTime(whole)).toBe(7);
  });

  it("answers null when there is none, or a size that leads outside", () => {
    expect(decodeTime(new Uint8Array(0))).toBeNull();
    expect(decodeTime(box("moof", box("mfhd", new Uint8Array(8))))).toBeNull();
    const broken = chunk(tfdt(1, 7n));
    new DataView(broken.buffer).setUint32(0, 4000);
    expect(decodeTime(broken)).toBeNull();
    expect(decodeTime(new Uint8Array([0, 0, 0, 1, 0, 0, 0, 0]))).toBeNull();
  });
});
