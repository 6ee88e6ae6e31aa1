// SPDX-License-Identifier: Apache-2.0
// The session clock: how long a session has been running against the legal limit.

/** Criminal Procedure Law art. 119: 12 hours unless a grave case is on record. */
export const kLegalLimitMs = 12 * 3600 * 1000;
/** Warned an hour before, so that there is time to end in order. */
export const kLegalWarningMs = 3600 * 1000;

export interface SessionClock {
  elapsedMs: number;
  limitMs: number;
  level: "normal" | "near" | "over";
}

/** `nowMs` is the server's time; a start in its future (clocks disagree) counts as zero. */
export function sessionClock(
  startedMs: number,
  nowMs: number,
  limitMs: number = kLegalLimitMs,
): SessionClock {
  const elapsedMs = Math.max(0, nowMs - startedMs);
  const level =
    elapsedMs >= limitMs ? "over" : elapsedMs >= limitMs - kLegalWarningMs ? "near" : "normal";
  return { elapsedMs, limitMs, level };
}
