// SPDX-License-Identifier: Apache-2.0
// One stream of one room as it arrives: its init segment and the chunks since the last key frame,
// so that a player that is built late (or again) starts at once.
import { decodeTime } from "./boxes";
import type { Packet, StreamMessage } from "./protocol";

/** A camera without key frames must not eat the page's memory: then only the newest is kept. */
const kMaxKeptBytes = 12 * 1024 * 1024;
const kKeptAudioChunks = 64;

export interface Chunk {
  payload: Uint8Array<ArrayBuffer>;
  /** Seconds since 1970 by the track's own clock. */
  decodeS: number;
  captureMs: number;
  sync: boolean;
  discontinuity: boolean;
}

export interface ChannelListener {
  init(channel: Channel): void;
  chunk(channel: Channel, chunk: Chunk): void;
}

export class Channel {
  init: Uint8Array<ArrayBuffer> | null = null;
  /** Since the last key frame (video) or the last few (audio). */
  recent: Chunk[] = [];
  lastArrivalMs = 0;
  private keptBytes = 0;

  constructor(readonly info: StreamMessage) {}

  /** Takes one packet; answers the chunk, or null for an init segment or an unreadable chunk. */
  take(packet: Packet, nowMs: number): Chunk | null {
    if (packet.kind === "init") {
      this.init = packet.payload;
      this.forget();
      return null;
    }
    const ticks = decodeTime(packet.payload);
    if (ticks === null || !this.init) {
      return null;
    }
    this.lastArrivalMs = nowMs;
    const chunk: Chunk = {
      payload: packet.payload,
      decodeS: ticks / this.info.timescale,
      captureMs: packet.captureMs,
      sync: packet.sync,
      discontinuity: packet.discontinuity,
    };
    this.keep(chunk);
    return chunk;
  }

  forget(): void {
    this.recent = [];
    this.keptBytes = 0;
  }

  private keep(chunk: Chunk): void {
    if (this.info.media === "audio") {
      this.recent.push(chunk);
      if (this.recent.length > kKeptAudioChunks) {
        this.recent.shift();
      }
      return;
    }
    if (chunk.sync || this.keptBytes + chunk.payload.byteLength > kMaxKeptBytes) {
      this.forget();
    }
    if (chunk.sync || this.recent.length > 0) {
      this.recent.push(chunk);
      this.keptBytes += chunk.payload.byteLength;
    }
  }
}
