// SPDX-License-Identifier: Apache-2.0
// Times and lengths as the console writes them: 24 hours, seconds, zone, the same in both
// languages. Nothing here says "2 min ago": what is printed must stay true.

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");

/** "+08:00", the browser's zone at that instant. */
export function zoneOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(absolute / 60))}:${pad(absolute % 60)}`;
}

function dateOf(date: Date): string {
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

function timeOf(date: Date): string {
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** "2026-03-01 16:12:33 +08:00"; "–" for no time. */
export function formatInstant(instant: string | number | null): string {
  if (instant === null) {
    return "–";
  }
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? "–" : `${dateOf(date)} ${timeOf(date)} ${zoneOf(date)}`;
}

/** "16:12:33", where the day is plain from what stands around it. */
export function formatTimeOfDay(instant: string | number | null): string {
  if (instant === null) {
    return "–";
  }
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? "–" : timeOf(date);
}

/** "1:02:03" or "02:03"; whole seconds, never negative. */
export function formatLength(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** "12.4" for lengths where tenths matter (gaps under a minute). */
export function formatSeconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(1);
}

/** "1.8 TB", decimal units as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ""}`;
}
