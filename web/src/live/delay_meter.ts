// SPDX-License-Identifier: Apache-2.0
// From camera to screen, in milliseconds: the capture time of the frame on the screen against the
// server's clock. Looks twice a second, which is enough to read and costs nothing on a full wall.
import type { ServerClock } from "../time/server_clock";
import type { Captures } from "./captures";

const kEveryMs = 500;
const kSamples = 5;

export interface DelayReading {
  delayMs: number;
  captureMs: number;
}

export class DelayMeter {
  private samples: number[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private handle = 0;
  private stopped = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly captures: Captures,
    private readonly clock: ServerClock,
    private readonly report: (reading: DelayReading) => void,
  ) {
    this.request();
  }

  reset(): void {
    this.samples = [];
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) {
      clearTimeout(this.timer);
    }
    this.video.cancelVideoFrameCallback(this.handle);
  }

  private request(): void {
    this.handle = this.video.requestVideoFrameCallback((now, frame) => {
      const captureMs = this.captures.find(frame.mediaTime);
      if (captureMs !== null) {
        const shown = performance.timeOrigin + Math.max(now, frame.expectedDisplayTime);
        this.add(shown + this.clock.offsetMs - captureMs, captureMs);
      }
      this.timer = setTimeout(() => {
        if (!this.stopped) {
          this.request();
        }
      }, kEveryMs);
    });
  }

  private add(delayMs: number, captureMs: number): void {
    this.samples = [...this.samples, delayMs].slice(-kSamples);
    const sorted = [...this.samples].sort((a, b) => a - b);
    this.report({ delayMs: sorted[Math.floor(sorted.length / 2)] ?? delayMs, captureMs });
  }
}
