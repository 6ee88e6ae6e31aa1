// SPDX-License-Identifier: Apache-2.0
// Which capture time belongs to the frame on the screen: a short ring from media time to the
// capture time in the chunk's header.

const kKept = 512;
const kToleranceS = 0.02;

export class Captures {
  private times: number[] = [];
  private captures: number[] = [];

  add(mediaTimeS: number, captureMs: number): void {
    this.times.push(mediaTimeS);
    this.captures.push(captureMs);
    if (this.times.length > kKept * 2) {
      this.times.splice(0, kKept);
      this.captures.splice(0, kKept);
    }
  }

  clear(): void {
    this.times = [];
    this.captures = [];
  }

  /** The capture time of the frame at `mediaTimeS`; null when that frame is not known. */
  find(mediaTimeS: number): number | null {
    let best = -1;
    let distance = kToleranceS;
    // From the newest back: the frame on the screen is one of the last few.
    for (let i = this.times.length - 1; i >= 0; i -= 1) {
      const away = Math.abs((this.times[i] ?? 0) - mediaTimeS);
      if (away < distance) {
        distance = away;
        best = i;
      } else if (best >= 0) {
        break;
      }
    }
    return best < 0 ? null : (this.captures[best] ?? null);
  }
}
