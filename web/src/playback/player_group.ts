// SPDX-License-Identifier: Apache-2.0
// All angles and the sound of a session, kept in step: one element is the clock (the panorama),
// the others follow it by small changes of speed, or by a jump when they are too far off. Media
// time zero is the session's start for all of them. Lives outside React.

const kTickMs = 100;
/** Beyond this ear and eye notice: jump. (Requirement 16 allows 80 ms on the recording itself.) */
const kJumpS = 0.12;
const kNudgeS = 0.02;
const kSeekPatienceMs = 4000;
const kDefaultFrameS = 0.04;

export type Correction = { type: "none" } | { type: "rate"; factor: number } | { type: "seek" };

/** What an element that stands at `otherS` must do to be where the clock is. */
export function correctionFor(clockS: number, otherS: number): Correction {
  const behind = clockS - otherS;
  if (Math.abs(behind) > kJumpS) {
    return { type: "seek" };
  }
  if (Math.abs(behind) < kNudgeS) {
    return { type: "none" };
  }
  return { type: "rate", factor: 1 + Math.max(-0.05, Math.min(0.05, behind)) };
}

/** The middle of the frame next to the one at `positionS`: never on an edge between two. */
export function steppedTo(positionS: number, frameS: number, direction: 1 | -1): number {
  const frame = Math.floor(positionS / frameS + 1e-6) + direction;
  return Math.max(0, (frame + 0.5) * frameS);
}

export interface GroupSnapshot {
  playing: boolean;
  positionS: number;
  rate: number;
  /** Waiting for media: playing is meant, but nothing moves. */
  waiting: boolean;
}

export class PlayerGroup {
  snapshot: GroupSnapshot = { playing: false, positionS: 0, rate: 1, waiting: false };
  private readonly elements = new Map<string, HTMLMediaElement>();
  private clockKey: string | null = null;
  private readonly watchers = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | null = null;
  private frameS = kDefaultFrameS;
  private seeking = 0;

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** The element joins where the others are; the answer takes it out again. */
  add(key: string, element: HTMLMediaElement, isClock: boolean): () => void {
    this.elements.set(key, element);
    this.timer ??= setInterval(() => this.tick(), kTickMs);
    if (isClock) {
      this.clockKey = key;
      this.measureFrames(element);
    }
    const join = () => {
      element.currentTime = this.snapshot.positionS;
      element.playbackRate = this.snapshot.rate;
      if (this.snapshot.playing) {
        void element.play().catch(() => undefined);
      }
    };
    element.addEventListener("loadedmetadata", join);
    if (element.readyState >= HTMLMediaElement.HAVE_METADATA) {
      join();
    }
    return () => {
      element.removeEventListener("loadedmetadata", join);
      if (this.elements.get(key) === element) {
        this.elements.delete(key);
      }
      if (this.elements.size === 0 && this.timer !== null) {
        clearInterval(this.timer);
        this.timer = null;
      }
    };
  }

  play(): void {
    if (this.clock?.ended) {
      void this.seek(0);
    }
    this.update({ playing: true });
    this.startAll();
  }

  pause(): void {
    this.update({ playing: false });
    this.each((element) => element.pause());
    const clock = this.clock;
    if (clock) {
      this.each((element) => this.align(element, clock.currentTime, 0.005));
      this.update({ positionS: clock.currentTime });
    }
  }

  toggle(): void {
    if (this.snapshot.playing) {
      this.pause();
    } else {
      this.play();
    }
  }

  setRate(rate: number): void {
    this.update({ rate });
    this.each((element) => {
      element.playbackRate = rate;
    });
  }

  /** All go there together; playing goes on when all have arrived. */
  async seek(positionS: number): Promise<void> {
    const target = Math.max(0, positionS);
    this.seeking += 1;
    const mine = this.seeking;
    this.update({ positionS: target });
    const arrivals: Promise<void>[] = [];
    this.each((element) => {
      element.pause();
      arrivals.push(arrival(element));
      element.currentTime = target;
    });
    await Promise.race([Promise.all(arrivals), pause(kSeekPatienceMs)]);
    if (mine === this.seeking) {
      this.seeking = 0;
      if (this.snapshot.playing) {
        this.startAll();
      }
    }
  }

  step(direction: 1 | -1): void {
    if (this.snapshot.playing) {
      this.pause();
    }
    void this.seek(steppedTo(this.snapshot.positionS, this.frameS, direction));
  }

  private get clock(): HTMLMediaElement | null {
    return this.elements.get(this.clockKey ?? "") ?? null;
  }

  private each(action: (element: HTMLMediaElement) => void): void {
    for (const element of this.elements.values()) {
      action(element);
    }
  }

  private startAll(): void {
    this.each((element) => {
      if (!element.ended) {
        void element.play().catch(() => undefined);
      }
    });
  }

  private align(element: HTMLMediaElement, toS: number, toleranceS: number): void {
    if (element !== this.clock && Math.abs(element.currentTime - toS) > toleranceS) {
      element.currentTime = toS;
    }
  }

  private tick(): void {
    const clock = this.clock;
    if (!clock || this.seeking > 0 || !this.snapshot.playing) {
      return;
    }
    if (clock.ended) {
      this.pause();
      return;
    }
    const waiting = clock.readyState < HTMLMediaElement.HAVE_FUTURE_DATA || clock.seeking;
    this.update({ positionS: clock.currentTime, waiting });
    this.each((element) => {
      if (element !== clock) {
        this.follow(element, clock, waiting);
      }
    });
  }

  private follow(element: HTMLMediaElement, clock: HTMLMediaElement, waiting: boolean): void {
    const beyondEnd = clock.currentTime > element.duration;
    if (waiting || beyondEnd) {
      element.pause();
      return;
    }
    if (element.seeking || element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      return;
    }
    if (element.paused) {
      void element.play().catch(() => undefined);
    }
    const correction = correctionFor(clock.currentTime, element.currentTime);
    if (correction.type === "seek") {
      element.currentTime = clock.currentTime;
    }
    const factor = correction.type === "rate" ? correction.factor : 1;
    const rate = this.snapshot.rate * factor;
    if (Math.abs(element.playbackRate - rate) > 0.004) {
      element.playbackRate = rate;
    }
  }

  /** How long a frame is, from the picture itself: tracks do not say. */
  private measureFrames(element: HTMLMediaElement): void {
    if (!(element instanceof HTMLVideoElement)) {
      return;
    }
    let before: number | null = null;
    let shortest = Infinity;
    let seen = 0;
    const look = (_now: number, frame: VideoFrameCallbackMetadata) => {
      const passed = before === null ? 0 : frame.mediaTime - before;
      before = frame.mediaTime;
      if (passed > 0.008 && passed < 0.5) {
        shortest = Math.min(shortest, passed);
        seen += 1;
        this.frameS = shortest;
      }
      if (seen < 50) {
        element.requestVideoFrameCallback(look);
      }
    };
    element.requestVideoFrameCallback(look);
  }

  private update(patch: Partial<GroupSnapshot>): void {
    const next = { ...this.snapshot, ...patch };
    const keys = Object.keys(patch) as (keyof GroupSnapshot)[];
    if (keys.some((key) => this.snapshot[key] !== next[key])) {
      this.snapshot = next;
      this.watchers.forEach((watcher) => watcher());
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function arrival(element: HTMLMediaElement): Promise<void> {
  return new Promise((resolve) => {
    element.addEventListener("seeked", () => resolve(), { once: true });
    element.addEventListener("error", () => resolve(), { once: true });
    if (element.error || element.readyState < HTMLMediaElement.HAVE_METADATA) {
      resolve();
    }
  });
}
