// SPDX-License-Identifier: Apache-2.0
// One MediaSource of one tile: a SourceBuffer for each channel, all made before the first append
// (Chromium refuses later ones), appends strictly one after the other, old media removed.
// A LiveSource is used once: after a fault, a new init or a jump back in time another is built.
import type { Channel, Chunk } from "./channel";

const kKeepBehindS = 8;
const kRemoveAboveS = 20;
/** Far more than any delay we allow: a browser that takes nothing for so long is broken. */
const kMaxQueued = 1500;

export function mimeOf(channel: Channel): string {
  return `${channel.info.media}/mp4; codecs="${channel.info.codecs}"`;
}

class TrackBuffer {
  private queue: Uint8Array<ArrayBuffer>[] = [];
  private buffer: SourceBuffer | null = null;
  private removeTo = 0;

  constructor(
    readonly channel: Channel,
    private readonly updated: () => void,
    private readonly fault: (reason: string) => void,
  ) {}

  open(source: MediaSource, baseS: number): void {
    const buffer = source.addSourceBuffer(mimeOf(this.channel));
    buffer.timestampOffset = -baseS;
    buffer.onerror = () => this.fault("append");
    buffer.onupdateend = () => {
      this.updated();
      this.pump();
    };
    this.buffer = buffer;
  }

  push(bytes: Uint8Array<ArrayBuffer>): void {
    this.queue.push(bytes);
    if (this.queue.length > kMaxQueued) {
      this.fault("queue");
    }
  }

  removeBefore(timeS: number): void {
    this.removeTo = timeS;
  }

  pump(): void {
    const buffer = this.buffer;
    if (!buffer || buffer.updating) {
      return;
    }
    try {
      if (this.removeTo > 0) {
        const to = this.removeTo;
        this.removeTo = 0;
        buffer.remove(0, to);
      } else if (this.queue.length > 0) {
        buffer.appendBuffer(this.takeAll());
      }
    } catch (error) {
      this.fault(error instanceof Error ? error.name : "append");
    }
  }

  private takeAll(): Uint8Array<ArrayBuffer> {
    const [first, ...rest] = this.queue;
    this.queue = [];
    if (first && rest.length === 0) {
      return first;
    }
    const parts = first ? [first, ...rest] : rest;
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }
}

export interface LiveSourceEvents {
  /** Something was appended: the moment to look where the element stands. */
  updated(): void;
  fault(reason: string): void;
}

export class LiveSource {
  /** Seconds since 1970 at the element's time zero, the same for picture and sound. */
  readonly baseS: number;
  private readonly source = new MediaSource();
  private readonly url: string;
  private readonly buffers: TrackBuffer[];
  private closed = false;

  constructor(
    private readonly video: HTMLVideoElement,
    readonly channels: readonly Channel[],
    events: LiveSourceEvents,
  ) {
    const first = channels[0]?.recent[0]?.decodeS ?? 0;
    // Some seconds of room: sound that begins before the picture must not fall below zero.
    this.baseS = Math.floor(first) - 10;
    const fault = (reason: string) => {
      if (!this.closed) {
        events.fault(reason);
      }
    };
    this.buffers = channels.map(
      (channel) => new TrackBuffer(channel, () => events.updated(), fault),
    );
    this.url = URL.createObjectURL(this.source);
    this.source.onsourceopen = () => this.opened(fault);
    video.src = this.url;
  }

  get hasSound(): boolean {
    return this.channels.some((channel) => channel.info.media === "audio");
  }

  push(channel: Channel, chunk: Chunk): void {
    const buffer = this.buffers.find((each) => each.channel === channel);
    if (buffer && this.source.readyState === "open") {
      buffer.push(chunk.payload);
      this.trim();
      buffer.pump();
    }
  }

  close(): void {
    this.closed = true;
    this.source.onsourceopen = null;
    if (this.video.getAttribute("src") === this.url) {
      this.video.removeAttribute("src");
      this.video.load();
    }
    URL.revokeObjectURL(this.url);
  }

  private opened(fault: (reason: string) => void): void {
    if (this.closed) {
      return;
    }
    try {
      this.buffers.forEach((buffer) => buffer.open(this.source, this.baseS));
    } catch (error) {
      fault(error instanceof Error ? error.name : "open");
      return;
    }
    for (const buffer of this.buffers) {
      if (buffer.channel.init) {
        buffer.push(buffer.channel.init);
        buffer.channel.recent.forEach((chunk) => buffer.push(chunk.payload));
      }
    }
    this.buffers.forEach((buffer) => buffer.pump());
  }

  private trim(): void {
    const { buffered, currentTime } = this.video;
    if (buffered.length > 0 && currentTime - buffered.start(0) > kRemoveAboveS) {
      this.buffers.forEach((buffer) => buffer.removeBefore(currentTime - kKeepBehindS));
    }
  }
}
