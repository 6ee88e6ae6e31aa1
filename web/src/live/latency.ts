// SPDX-License-Identifier: Apache-2.0
// How a live tile keeps close to the present: pure decisions from what is buffered. The buffer is
// judged by its lowest level of the last second, taken just before each append: that level is what
// protects against a stall, the level after an append is only the size of a chunk.

export interface Playhead {
  /** The last buffered range and the position, in seconds of the element's timeline. */
  start: number;
  end: number;
  currentTime: number;
  nowMs: number;
}

export interface Decision {
  /** Where to jump; null to stay. */
  seekTo: number | null;
  rate: number;
}

/** Tighter than this Chromium stalls again and again, and ends with more delay, not less. */
export const kTightestTargetS = 0.08;
const kLoosestTargetS = 0.3;
const kJumpBehindS = 1.8;
const kStallPenaltyS = 0.03;
/** What a stall added is taken back by this much for each second without one. */
const kRelaxPerSecondS = 0.001;
const kWindowMs = 1000;

export class LatencyController {
  private target: number;
  private readonly tightest: number;
  private levels: { atMs: number; lead: number }[] = [];
  private rate = 1;
  private relaxedAtMs: number | null = null;

  constructor(targetS: number = kTightestTargetS) {
    this.tightest = Math.max(kTightestTargetS, targetS);
    this.target = this.tightest;
  }

  get targetS(): number {
    return this.target;
  }

  /** The element ran dry: keep more in hand from now on. */
  stalled(): void {
    this.target = Math.min(kLoosestTargetS, this.target + kStallPenaltyS);
    this.levels = [];
    this.rate = 1;
  }

  decide(playhead: Playhead): Decision {
    const { start, end, currentTime, nowMs } = playhead;
    const lead = end - currentTime;
    if (currentTime < start - 0.001 || lead > kJumpBehindS || lead < -0.5) {
      this.levels = [];
      this.rate = 1;
      return { seekTo: Math.max(start, end - this.target), rate: 1 };
    }
    this.relax(nowMs);
    this.levels.push({ atMs: nowMs, lead });
    this.levels = this.levels.filter((level) => level.atMs > nowMs - kWindowMs);
    this.rate = this.rateFor(Math.min(...this.levels.map((level) => level.lead)));
    return { seekTo: null, rate: this.rate };
  }

  private relax(nowMs: number): void {
    const passed = this.relaxedAtMs === null ? 0 : (nowMs - this.relaxedAtMs) / 1000;
    this.relaxedAtMs = nowMs;
    this.target = Math.max(this.tightest, this.target - Math.max(0, passed) * kRelaxPerSecondS);
  }

  /** With hysteresis, so that the rate does not flicker around the target. */
  private rateFor(lowest: number): number {
    const over = lowest - this.target;
    if (over > 0.3) {
      return 1.1;
    }
    if (over > 0.12) {
      return 1.06;
    }
    if (over > 0.03 || (this.rate > 1 && over > 0.005)) {
      return 1.03;
    }
    if (over < -0.05 || (this.rate < 1 && over < -0.01)) {
      return 0.97;
    }
    return 1;
  }
}
