// SPDX-License-Identifier: Apache-2.0
// The latency controller as a pure function of buffer levels over time.
import { describe, expect, it } from "vitest";
import { kTightestTargetS, LatencyController } from "./latency";

/** Feeds the same lead for a while and answers the last rate. */
function steady(controller: LatencyController, lead: number, frames = 30): number {
  let rate = 1;
  for (let i = 0; i < frames; i += 1) {
    const end = 100 + i * 0.04;
    rate = controller.decide({ start: 90, end, currentTime: end - lead, nowMs: i * 40 }).rate;
  }
  return rate;
}

describe("LatencyController", () => {
  it("never aims tighter than what does not stall", () => {
    expect(new LatencyController(0.01).targetS).toBe(kTightestTargetS);
  });

  it("jumps to the present when far behind", () => {
    const decision = new LatencyController().decide({
      start: 0,
      end: 10,
      currentTime: 8,
      nowMs: 0,
    });
    expect(decision.seekTo).toBeCloseTo(10 - kTightestTargetS);
  });

  /** When it jumps while nothing that it does brings it nearer. */
  function jumps(controller: LatencyController, lead: number, from: number, to: number): number[] {
    const seeks: number[] = [];
    for (let nowMs = from; nowMs < to; nowMs += 40) {
      const playhead = { start: 0, end: 100, currentTime: 100 - lead, nowMs };
      if (controller.decide(playhead).seekTo !== null) {
        seeks.push(nowMs);
      }
    }
    return seeks;
  }

  it("jumps over what came in one burst at the start, soon and a few times at most", () => {
    const controller = new LatencyController();
    const seeks = jumps(controller, 1.5, 0, 5000);
    expect(seeks[0]).toBeLessThan(400);
    expect(seeks).toHaveLength(3);
  });

  it("jumps when it has been clearly behind for a while, but not again at once", () => {
    const controller = new LatencyController();
    expect(jumps(controller, 0.08, 0, 2000)).toEqual([]);
    const seeks = jumps(controller, 1, 2000, 12_000);
    expect(seeks).toHaveLength(2);
    expect(seeks[0]).toBeGreaterThan(2700);
  });

  it("jumps into the last range after a hole", () => {
    const decision = new LatencyController().decide({
      start: 9.95,
      end: 10,
      currentTime: 9,
      nowMs: 0,
    });
    expect(decision.seekTo).toBe(9.95);
  });

  it("plays at normal speed at its target", () => {
    expect(steady(new LatencyController(), 0.09)).toBe(1);
  });

  it("plays a little faster when there is more than needed, and faster the more there is", () => {
    expect(steady(new LatencyController(), 0.13)).toBe(1.03);
    expect(steady(new LatencyController(), 0.25)).toBe(1.06);
    expect(steady(new LatencyController(), 0.5)).toBe(1.1);
  });

  it("judges by the lowest level: one late chunk is no reason to hurry", () => {
    const controller = new LatencyController();
    controller.decide({ start: 0, end: 10, currentTime: 9.92, nowMs: 0 });
    const after = controller.decide({ start: 0, end: 10.2, currentTime: 9.92, nowMs: 40 });
    expect(after.rate).toBe(1);
  });

  it("goes back to normal only near the target, so that the speed does not flicker", () => {
    const controller = new LatencyController();
    expect(steady(controller, 0.13)).toBe(1.03);
    const still = controller.decide({ start: 0, end: 20, currentTime: 19.9, nowMs: 10_000 });
    expect(still.rate).toBe(1.03);
    const done = controller.decide({ start: 0, end: 20, currentTime: 19.918, nowMs: 20_000 });
    expect(done.rate).toBe(1);
  });

  it("keeps more in hand after a stall, up to a limit, and forgets it slowly", () => {
    const controller = new LatencyController();
    controller.stalled(0);
    controller.stalled(100);
    expect(controller.targetS).toBeCloseTo(kTightestTargetS + 0.03);
    for (let i = 1; i < 50; i += 1) {
      controller.stalled(i * 4000);
    }
    expect(controller.targetS).toBe(0.2);
    controller.decide({ start: 0, end: 10, currentTime: 9.8, nowMs: 0 });
    controller.decide({ start: 0, end: 10, currentTime: 9.8, nowMs: 300_000 });
    expect(controller.targetS).toBe(kTightestTargetS);
  });
});
