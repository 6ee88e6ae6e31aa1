// SPDX-License-Identifier: Apache-2.0
// Days of the user's zone as instants: the server takes no time without a zone.

function instant(day: string, shiftDays: number): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) {
    return null;
  }
  const [, year, month, date] = match.map(Number);
  const made = new Date(year ?? 0, (month ?? 1) - 1, (date ?? 1) + shiftDays);
  return Number.isNaN(made.getTime()) ? null : made.toISOString();
}

/** The first instant of a day "2026-03-01"; null for what is no day. */
export function dayStart(day: string): string | null {
  return instant(day, 0);
}

/** The first instant of the day after: the day itself is included. */
export function dayEnd(day: string): string | null {
  return instant(day, 1);
}
