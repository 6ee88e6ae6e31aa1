// SPDX-License-Identifier: Apache-2.0
// The binary header against its page (docs/design/link.md): good, short, foreign.
import { describe, expect, it } from "vitest";
import { nanosecondsToMs, parseMessage, parsePacket } from "./protocol";

interface Header {
  version?: number;
  kind?: number;
  flags?: number;
  channel?: number;
  captureNs?: bigint;
}

function packet(header: Header, payload: number[]): ArrayBuffer {
  const buffer = new ArrayBuffer(16 + payload.length);
  const view = new DataView(buffer);
  view.setUint8(0, header.version ?? 1);
  view.setUint8(1, header.kind ?? 2);
  view.setUint16(2, header.flags ?? 0);
  view.setUint32(4, header.channel ?? 0);
  view.setBigInt64(8, header.captureNs ?? 0n);
  new Uint8Array(buffer, 16).set(payload);
  return buffer;
}

describe("parsePacket", () => {
  it("reads a chunk's channel, flags, capture time and payload", () => {
    const bytes = packet(
      { kind: 2, flags: 1 | 4, channel: 70000, captureNs: 1_772_000_000_123_456_789n },
      [1, 2, 3],
    );
    const read = parsePacket(bytes);
    expect(read).toMatchObject({ kind: "chunk", channel: 70000, sync: true, discontinuity: false });
    expect(read?.captureMs).toBeCloseTo(1_772_000_000_123.457, 2);
    expect([...(read?.payload ?? [])]).toEqual([1, 2, 3]);
  });

  it("reads the discontinuity flag alone", () => {
    expect(parsePacket(packet({ flags: 2 }, [0]))).toMatchObject({
      sync: false,
      discontinuity: true,
    });
  });

  it("knows an init segment, which has no capture time", () => {
    expect(parsePacket(packet({ kind: 1, channel: 3 }, [9]))).toMatchObject({
      kind: "init",
      channel: 3,
      captureMs: 0,
    });
  });

  it("refuses another version, an unknown kind, and what has no payload", () => {
    expect(parsePacket(packet({ version: 2 }, [1]))).toBeNull();
    expect(parsePacket(packet({ kind: 3 }, [1]))).toBeNull();
    expect(parsePacket(packet({}, []))).toBeNull();
    expect(parsePacket(new ArrayBuffer(7))).toBeNull();
  });
});

describe("parseMessage", () => {
  it("answers null for what is no object with a type", () => {
    expect(parseMessage("{")).toBeNull();
    expect(parseMessage("3")).toBeNull();
    expect(parseMessage("null")).toBeNull();
    expect(parseMessage('{"room":"a"}')).toBeNull();
  });

  it("answers the message as it is", () => {
    expect(parseMessage('{"type":"found","room":"a","channel":1}')).toEqual({
      type: "found",
      room: "a",
      channel: 1,
    });
  });
});

it("turns nanoseconds into milliseconds without losing the microsecond", () => {
  expect(nanosecondsToMs(1_500_000n)).toBe(1.5);
  expect(nanosecondsToMs(1_772_000_000_000_001_000n)).toBeCloseTo(1_772_000_000_000.001, 3);
});
