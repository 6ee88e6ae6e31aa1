// SPDX-License-Identifier: Apache-2.0
// The live player of one tile: builds a MediaSource when picture (and sound, if wanted) have
// arrived, keeps it near the present, and builds another one whenever the old cannot go on.
// Lives outside React; what a tile shows comes out as a snapshot, changed at most a few times a
// second.
import { localNow, type ServerClock } from "../time/server_clock";
import { Captures } from "./captures";
import type { Channel, ChannelListener, Chunk } from "./channel";
import { DelayMeter } from "./delay_meter";
import { LatencyController } from "./latency";
import { LiveSource, mimeOf } from "./live_source";
import type { RoomFeed } from "./room_feed";

const kTickMs = 250;
/** How long a picture waits for its sound before it starts without. */
const kSoundPatienceMs = 800;
/** No chunk for so long: the stream has stopped, whatever else is said. */
const kSilentMs = 1200;
const kStaleMs = 2500;
const kRebuildMs = 1500;
const kBackInTimeS = 0.5;

export interface PlayerSnapshot {
  phase: "waiting" | "playing" | "unsupported";
  delayMs: number | null;
  /** Capture time of the last frame seen on the screen. */
  pictureMs: number | null;
  /** The last frame is old: what is shown is not the present. */
  stale: boolean;
  hasSound: boolean;
  soundBlocked: boolean;
}

const kInitial: PlayerSnapshot = {
  phase: "waiting",
  delayMs: null,
  pictureMs: null,
  stale: false,
  hasSound: false,
  soundBlocked: false,
};

/** Names of the streams, and how much the player keeps in hand. */
export interface PlayerChoice {
  video: string;
  audio: string | null;
  targetS: number;
}

export class LivePlayer implements ChannelListener {
  snapshot: PlayerSnapshot = kInitial;
  private source: LiveSource | null = null;
  private controller = new LatencyController();
  private readonly captures = new Captures();
  private readonly meter: DelayMeter;
  private readonly unlisten: () => void;
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly watchers = new Set<() => void>();
  private lastDecodeS = 0;
  private builtMs = 0;
  private firstTriedMs: number | null = null;
  private readingMs = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly feed: RoomFeed,
    private readonly choice: PlayerChoice,
    clock: ServerClock,
  ) {
    this.unlisten = feed.listen(this);
    this.meter = new DelayMeter(video, this.captures, clock, (reading) => {
      this.readingMs = localNow();
      this.update({ delayMs: Math.round(reading.delayMs), pictureMs: reading.captureMs });
    });
    this.timer = setInterval(() => this.tick(), kTickMs);
    video.addEventListener("waiting", this.onWaiting);
    video.addEventListener("playing", this.onPlaying);
    this.build();
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  stop(): void {
    this.unlisten();
    clearInterval(this.timer);
    this.meter.stop();
    this.video.removeEventListener("waiting", this.onWaiting);
    this.video.removeEventListener("playing", this.onPlaying);
    this.discard();
  }

  init(channel: Channel): void {
    if (this.isOurs(channel)) {
      this.discard();
      this.firstTriedMs = null;
    }
  }

  chunk(channel: Channel, chunk: Chunk): void {
    if (!this.isOurs(channel)) {
      return;
    }
    const isPicture = channel.info.media === "video";
    if (!this.source) {
      this.build();
      return;
    }
    if (!this.source.channels.includes(channel)) {
      return;
    }
    if (isPicture) {
      if (chunk.decodeS < this.lastDecodeS - kBackInTimeS) {
        this.rebuild();
        return;
      }
      this.remember(chunk);
      this.steer();
    }
    this.source.push(channel, chunk);
  }

  private isOurs(channel: Channel): boolean {
    return channel.info.name === this.choice.video || channel.info.name === this.choice.audio;
  }

  private remember(chunk: Chunk): void {
    this.lastDecodeS = chunk.decodeS;
    this.captures.add(chunk.decodeS - (this.source?.baseS ?? 0), chunk.captureMs);
  }

  /** The sound to build with: null without one, undefined while it is worth waiting for. */
  private sound(): Channel | null | undefined {
    const channel = this.choice.audio === null ? null : this.feed.channelOf(this.choice.audio);
    if (!channel || !MediaSource.isTypeSupported(mimeOf(channel))) {
      return null;
    }
    if (channel.init && localNow() - channel.lastArrivalMs < kSilentMs) {
      return channel;
    }
    this.firstTriedMs ??= localNow();
    return localNow() - this.firstTriedMs < kSoundPatienceMs ? undefined : null;
  }

  private build(): void {
    const picture = this.feed.channelOf(this.choice.video);
    if (this.source || !picture?.init || picture.recent.length === 0) {
      return;
    }
    if (!MediaSource.isTypeSupported(mimeOf(picture))) {
      this.update({ phase: "unsupported" });
      return;
    }
    const sound = this.sound();
    if (sound === undefined) {
      return;
    }
    const channels = sound ? [picture, sound] : [picture];
    this.controller = new LatencyController(this.choice.targetS);
    this.builtMs = localNow();
    this.video.muted = !sound;
    this.source = new LiveSource(this.video, channels, {
      updated: () => this.afterAppend(),
      fault: () => this.discard(),
    });
    picture.recent.forEach((chunk) => this.remember(chunk));
    this.update({ phase: "waiting", hasSound: sound !== null });
  }

  private discard(): void {
    this.source?.close();
    this.source = null;
    this.captures.clear();
    this.meter.reset();
    this.lastDecodeS = 0;
    this.update({ phase: "waiting", hasSound: false, delayMs: null });
  }

  private rebuild(): void {
    this.discard();
    this.build();
  }

  private afterAppend(): void {
    // Before the first frame there is no chunk-paced steering to rely on.
    if (this.video.paused || this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) {
      this.steer();
    }
  }

  private steer(): void {
    const { video } = this;
    const last = video.buffered.length - 1;
    if (last < 0) {
      return;
    }
    const decision = this.controller.decide({
      start: video.buffered.start(last),
      end: video.buffered.end(last),
      currentTime: video.currentTime,
      nowMs: localNow(),
    });
    if (decision.seekTo !== null && !video.seeking) {
      video.currentTime = decision.seekTo;
    }
    if (video.playbackRate !== decision.rate) {
      video.playbackRate = decision.rate;
    }
    if (video.paused) {
      this.play();
    }
  }

  private play(): void {
    this.video.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError" && !this.video.muted) {
        // The browser wants a click before it lets sound out: the picture need not wait for it.
        this.video.muted = true;
        this.update({ soundBlocked: true });
      }
    });
  }

  /** After a click: the sound that the browser held back. */
  unblock(): void {
    this.video.muted = false;
    this.update({ soundBlocked: false });
    this.play();
  }

  private readonly onWaiting = (): void => {
    if (!this.video.seeking && this.snapshot.phase === "playing") {
      this.controller.stalled(localNow());
    }
  };

  private readonly onPlaying = (): void => {
    this.update({ phase: "playing" });
  };

  private tick(): void {
    const now = localNow();
    if (!this.source) {
      this.build();
    } else if (this.video.error) {
      this.rebuild();
    } else if (now - this.builtMs > kRebuildMs) {
      this.checkSound(now);
    }
    const pictureMs = this.snapshot.pictureMs;
    const stale = pictureMs !== null && now - this.readingMs > kStaleMs;
    if (stale !== this.snapshot.stale) {
      this.update(stale ? { stale, delayMs: null } : { stale });
    }
  }

  /** Sound that stopped must not hold the picture; sound that came back is wanted again. */
  private checkSound(now: number): void {
    if (this.choice.audio === null || !this.source) {
      return;
    }
    const channel = this.feed.channelOf(this.choice.audio);
    const flows = channel?.init && now - channel.lastArrivalMs < kSilentMs;
    const pictureMs = this.feed.channelOf(this.choice.video)?.lastArrivalMs ?? 0;
    const pictureFlows = now - pictureMs < kSilentMs;
    const usable = flows && MediaSource.isTypeSupported(mimeOf(channel));
    if (pictureFlows && this.source.hasSound !== Boolean(usable)) {
      this.firstTriedMs = null;
      this.rebuild();
    }
  }

  private update(patch: Partial<PlayerSnapshot>): void {
    const next = { ...this.snapshot, ...patch };
    const keys = Object.keys(patch) as (keyof PlayerSnapshot)[];
    if (keys.every((key) => this.snapshot[key] === next[key])) {
      return;
    }
    this.snapshot = next;
    for (const watcher of this.watchers) {
      watcher();
    }
  }
}
