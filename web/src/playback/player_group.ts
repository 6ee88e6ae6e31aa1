// SPDX-License-Identifier: Apache-2.0
// All angles and the sound of a session, kept in step: one element is the clock (the panorama),
// the others follow it by small changes of speed, wait for it, or are asked for again when they are
// too far off. Positions are seconds since the session's start. Lives outside React.
import { Member, type MemberOptions } from "./member";

const kTickMs = 100;
/** Beyond this ear and eye notice. (Requirement 16 allows 80 ms on the recording itself.) */
const kWaitS = 0.12;
/** Further behind than this, the stream is asked for again where the clock is. */
const kLostS = 1.5;
const kNudgeS = 0.02;
const kDefaultFrameS = 0.04;

/** Behind, all that may be asked of ear and eye: a little faster. */
const kFastest = 1.25;

export type Correction = { type: "none" } | { type: "rate"; factor: number } | { type: "wait" };

/** What an element that stands at `otherS` must do to be where the clock is. */
export function correctionFor(clockS: number, otherS: number): Correction {
  const behind = clockS - otherS;
  if (behind < -kWaitS) {
    return { type: "wait" };
  }
  if (Math.abs(behind) < kNudgeS) {
    return { type: "none" };
  }
  const most = behind > kWaitS ? kFastest : 1.05;
  return { type: "rate", factor: Math.max(0.95, Math.min(most, 1 + behind)) };
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
  private readonly members = new Map<string, Member>();
  private clockKey: string | null = null;
  private readonly watchers = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | null = null;
  private frameS = kDefaultFrameS;
  /** Where to go next; a place asked for while another is loading replaces what waits. */
  private wantedS: number | null = null;
  private going: Promise<void> | null = null;

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** The element joins where the others are; the answer takes it out again. */
  add(
    key: string,
    element: HTMLMediaElement,
    options: MemberOptions & { isClock: boolean },
  ): () => void {
    const member = new Member(element, options);
    this.members.set(key, member);
    this.timer ??= setInterval(() => this.tick(), kTickMs);
    if (options.isClock) {
      this.clockKey = key;
      this.measureFrames(element);
    }
    void this.join(member);
    return () => {
      if (this.members.get(key) === member) {
        this.members.delete(key);
      }
      if (this.members.size === 0 && this.timer !== null) {
        clearInterval(this.timer);
        this.timer = null;
      }
    };
  }

  play(): void {
    this.update({ playing: true });
    if (this.clock?.element.ended) {
      void this.seek(0);
    } else {
      this.each((member) => member.play());
    }
  }

  pause(): void {
    this.update({ playing: false, waiting: false });
    this.each((member) => member.element.pause());
    const clock = this.clock;
    if (clock && this.going === null) {
      const { positionS } = clock;
      this.update({ positionS });
      // What stands on the screen must belong together, to the frame.
      this.each((member) => {
        if (member.ready && Math.abs(member.positionS - positionS) > this.frameS * 0.75) {
          void member.load(positionS, this.snapshot.rate);
        }
      });
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
    this.each((member) => member.setRate(rate));
  }

  /** All go there together; playing goes on when all have arrived. */
  seek(positionS: number): Promise<void> {
    this.wantedS = Math.max(0, positionS);
    this.update({ positionS: this.wantedS });
    this.going ??= this.go();
    return this.going;
  }

  step(direction: 1 | -1): void {
    if (this.snapshot.playing) {
      this.pause();
    }
    void this.seek(steppedTo(this.snapshot.positionS, this.frameS, direction));
  }

  private async go(): Promise<void> {
    while (this.wantedS !== null) {
      const positionS = this.wantedS;
      this.wantedS = null;
      const { rate } = this.snapshot;
      await Promise.all([...this.members.values()].map((member) => member.load(positionS, rate)));
    }
    this.going = null;
    if (this.snapshot.playing) {
      this.each((member) => member.play());
    }
  }

  private async join(member: Member): Promise<void> {
    await member.load(this.snapshot.positionS, this.snapshot.rate);
    if (this.snapshot.playing && this.going === null) {
      member.play();
    }
  }

  private get clock(): Member | null {
    return this.members.get(this.clockKey ?? "") ?? null;
  }

  private each(action: (member: Member) => void): void {
    for (const member of this.members.values()) {
      action(member);
    }
  }

  private tick(): void {
    const clock = this.clock;
    if (!clock || this.going !== null || !this.snapshot.playing) {
      return;
    }
    if (clock.element.ended) {
      this.pause();
      return;
    }
    const waiting = clock.element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    this.update({ positionS: clock.positionS, waiting });
    this.each((member) => {
      if (member !== clock) {
        this.follow(member, clock.positionS, waiting);
      }
    });
  }

  private follow(member: Member, clockS: number, waiting: boolean): void {
    const { element } = member;
    if (waiting) {
      element.pause();
      return;
    }
    if (!member.ready || element.ended) {
      return;
    }
    const correction = correctionFor(clockS, member.positionS);
    if (correction.type === "wait") {
      element.pause();
      return;
    }
    if (clockS - member.positionS > kLostS) {
      void this.join(member);
      return;
    }
    if (element.paused) {
      member.play();
    }
    const factor = correction.type === "rate" ? correction.factor : 1;
    member.setRate(this.snapshot.rate * factor);
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
