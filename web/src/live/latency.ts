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
/** For the many tiles of a full wall, where smoothness counts more than a tenth of a second. */
export const kWallTargetS = 0.15;
const kMostExtraS = 0.12;
const kJumpBehindS = 1.8;
/** So much too much for a whole window is jumped over too, but not again and again: a jump makes
 * the browser decode from the last key frame, which a busy machine has no time for. */
const kLongBehindS = 0.7;
const kBetweenJumpsMs = 5000;
/** At the start the last key frame's group arrives in one burst: what is played of it is the past,
 * and it is jumped over soon, a few times at most, before the rules above count. */
const kSettleBehindS = 0.3;
const kSettleWindowMs = 300;
const kBetweenSettleJumpsMs = 500;
const kMostSettleJumps = 3;
const kStallPenaltyS = 0.03;
/** A busy moment stalls several times; it is one reason, not many. */
const kOneStallMs = 3000;
/** What a stall added is taken back by this much for each second without one. */
const kRelaxPerSecondS = 0.002;
const kWindowMs = 1000;

export class LatencyController {
  private target: number;
  private readonly tightest: number;
  private levels: { atMs: number; lead: number }[] = [];
  private rate = 1;
  private relaxedAtMs: number | null = null;
  private jumpedAtMs = -Infinity;
  private stalledAtMs = -Infinity;
  private settleJumps = 0;
  private settled = false;

  constructor(targetS: number = kTightestTargetS) {
    this.tightest = Math.max(kTightestTargetS, targetS);
    this.target = this.tightest;
  }

  get targetS(): number {
    return this.target;
  }

  /** The element ran dry: keep more in hand from now on. */
  stalled(nowMs: number): void {
    if (nowMs - this.stalledAtMs < kOneStallMs) {
      return;
    }
    this.stalledAtMs = nowMs;
    this.target = Math.min(this.tightest + kMostExtraS, this.target + kStallPenaltyS);
    this.levels = [];
    this.rate = 1;
  }

  decide(playhead: Playhead): Decision {
    const { start, end, currentTime, nowMs } = playhead;
    const lead = end - currentTime;
    if (currentTime < start - 0.001 || lead > kJumpBehindS || lead < -0.5) {
      return this.jump(playhead);
    }
    this.relax(nowMs);
    const windowMs = this.settled ? kWindowMs : kSettleWindowMs;
    this.levels.push({ atMs: nowMs, lead });
    this.levels = this.levels.filter((level) => level.atMs > nowMs - windowMs);
    const lowest = Math.min(...this.levels.map((level) => level.lead));
    const whole = nowMs - (this.levels[0]?.atMs ?? nowMs) > windowMs * 0.8;
    if (whole && this.isFarBehind(lowest, nowMs)) {
      return this.jump(playhead);
    }
    this.rate = this.rateFor(lowest);
    return { seekTo: null, rate: this.rate };
  }

  private isFarBehind(lowest: number, nowMs: number): boolean {
    const sinceJumpMs = nowMs - this.jumpedAtMs;
    if (this.settled) {
      return lowest > kLongBehindS && sinceJumpMs > kBetweenJumpsMs;
    }
    if (lowest <= this.target + kSettleBehindS || this.settleJumps >= kMostSettleJumps) {
      this.settled = true;
      return false;
    }
    if (sinceJumpMs <= kBetweenSettleJumpsMs) {
      return false;
    }
    this.settleJumps += 1;
    return true;
  }

  private jump({ start, end, nowMs }: Playhead): Decision {
    this.levels = [];
    this.rate = 1;
    this.jumpedAtMs = nowMs;
    return { seekTo: Math.max(start, end - this.target), rate: 1 };
  }

  private relax(nowMs: number): void {
    const passed = this.relaxedAtMs === null ? 0 : (nowMs - this.relaxedAtMs) / 1000;
    this.relaxedAtMs = nowMs;
    this.target = Math.max(this.tightest, this.target - Math.max(0, passed) * kRelaxPerSecondS);
  }

  /** With hysteresis, so that the rate does not flicker around the target. */
  private rateFor(lowest: number): number {
    const over = lowest - this.target;
    if (over > 0.25) {
      return 1.1;
    }
    if (over > 0.1) {
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
