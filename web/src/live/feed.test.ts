// SPDX-License-Identifier: Apache-2.0
// What the live side keeps: captures by media time, the last group of pictures, union of wishes,
// the stream a tile chooses.
import { describe, expect, it } from "vitest";
import type { Room, Stream } from "../api/types";
import { Captures } from "./captures";
import { Channel } from "./channel";
import { showsPicture, tileAudio, tileVideo, videosOf } from "./choose";
import { unionOf } from "./connection";
import { levelDb } from "./sound_level";
import type { Packet, StreamMessage } from "./protocol";

const info: StreamMessage = {
  type: "stream",
  room: "r",
  channel: 1,
  stream: "s",
  name: "panorama-video",
  source: "panorama",
  label: { en: "", zh: "" },
  media: "video",
  codecs: "avc1.640028",
  timescale: 90000,
  width: 1920,
  height: 1080,
};

/** A moof with a traf with a tfdt, and nothing else. */
function chunkPayload(ticks: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(36);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 36);
  view.setUint32(4, 0x6d6f6f66);
  view.setUint32(8, 28);
  view.setUint32(12, 0x74726166);
  view.setUint32(16, 20);
  view.setUint32(20, 0x74666474);
  view.setUint8(24, 1);
  view.setBigUint64(28, BigInt(ticks));
  return bytes;
}

function feed(channel: Channel, picture: string): void {
  Array.from(picture).forEach((letter, index) => {
    const packet: Packet = {
      kind: "chunk",
      channel: 1,
      sync: letter === "I",
      discontinuity: false,
      captureMs: index,
      payload: chunkPayload(index * 3600),
    };
    channel.take(packet, 0);
  });
}

const initPacket: Packet = {
  kind: "init",
  channel: 1,
  sync: false,
  discontinuity: false,
  captureMs: 0,
  payload: new Uint8Array(4),
};

describe("Channel", () => {
  it("keeps the chunks since the last key frame", () => {
    const channel = new Channel(info);
    channel.take(initPacket, 0);
    feed(channel, "IPPPIPP");
    expect(channel.recent.map((chunk) => chunk.captureMs)).toEqual([4, 5, 6]);
    expect(channel.recent[0]?.decodeS).toBeCloseTo(0.16);
  });

  it("takes nothing before its init, and keeps nothing before a key frame", () => {
    const channel = new Channel(info);
    feed(channel, "I");
    expect(channel.recent).toEqual([]);
    channel.take(initPacket, 0);
    feed(channel, "PP");
    expect(channel.recent).toEqual([]);
  });

  it("forgets the old pictures when a new init comes", () => {
    const channel = new Channel(info);
    channel.take(initPacket, 0);
    feed(channel, "IP");
    channel.take(initPacket, 0);
    expect(channel.recent).toEqual([]);
  });
});

describe("Captures", () => {
  it("finds the capture time of the frame at a media time, with rounding", () => {
    const captures = new Captures();
    for (let i = 0; i < 2000; i += 1) {
      captures.add(i * 0.04, i);
    }
    expect(captures.find(1999 * 0.04 + 0.0004)).toBe(1999);
    expect(captures.find(1900 * 0.04)).toBe(1900);
  });

  it("answers null for a frame it never saw", () => {
    const captures = new Captures();
    captures.add(1, 5);
    expect(captures.find(3)).toBeNull();
  });
});

describe("unionOf", () => {
  it("is nothing without wishes, all when one wants all, else the names of all", () => {
    expect(unionOf([])).toBeUndefined();
    expect(unionOf([["a"], null])).toBeNull();
    expect(unionOf([["b", "a"], ["a"]])).toEqual(["a", "b"]);
  });
});

const stream = (name: string, source: string, height: number, media: "video" | "audio" = "video") =>
  ({ name, source, height, media, codecs: "" }) as Stream;
const substream = (name: string, source: string, height: number) =>
  ({ ...stream(name, source, height), role: "sub" }) as Stream;

describe("the stream of a tile", () => {
  const streams = [
    stream("panorama-video", "panorama", 1080),
    stream("person-video", "person", 240),
    substream("panorama-sub", "panorama", 360),
    substream("person-sub", "person", 120),
    stream("room-audio", "microphone", 0, "audio"),
  ];

  it("is the first angle, and on a small tile its substream that can still be read", () => {
    expect(tileVideo(streams, false)?.name).toBe("panorama-video");
    expect(tileVideo(streams, true)?.name).toBe("panorama-sub");
    expect(tileVideo([], true)).toBeNull();
    expect(tileVideo(streams.slice(1), true)?.name).toBe("person-video");
  });

  it("is an angle once, and the substream where only that can be played", () => {
    expect(videosOf(streams).map((each) => each.name)).toEqual(["panorama-video", "person-video"]);
    const hevc = streams.map((each) =>
      each.name === "panorama-video" ? { ...each, codecs: "hvc1.1.6.L120.90" } : each,
    );
    expect(videosOf(hevc).map((each) => each.name)).toEqual(["panorama-sub", "person-video"]);
  });

  it("is heard with the angle's own sound, else the room's first", () => {
    expect(tileAudio(streams, streams[0] ?? null)?.name).toBe("room-audio");
    expect(tileAudio([], null)).toBeNull();
  });
});

describe("showsPicture", () => {
  const room = (kind: Room["kind"], state: Room["state"], open: boolean) =>
    showsPicture({ kind, state, session: open ? ({ state: "open" } as Room["session"]) : null });

  it("is never true for a lawyer room or without a session", () => {
    expect(room("lawyer", "recording", true)).toBe(false);
    expect(room("session", "ready", false)).toBe(false);
    expect(room("continuous", "private", false)).toBe(false);
  });

  it("is true in a session and in a continuous room", () => {
    expect(room("session", "interrupted", true)).toBe(true);
    expect(room("continuous", "recording", false)).toBe(true);
  });
});

it("measures silence and full scale", () => {
  expect(levelDb(new Float32Array(64))).toBe(-60);
  expect(levelDb(new Float32Array(64).fill(1))).toBe(0);
});
