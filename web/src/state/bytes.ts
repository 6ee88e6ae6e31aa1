// SPDX-License-Identifier: Apache-2.0
// Sizes as the console writes them: binary units, the same in both languages.

const kUnits = ["MiB", "GiB", "TiB"] as const;

/** "300 MiB", "21.5 GiB", "3.6 TiB". */
export function formatBytes(bytes: number): string {
  let value = bytes / 1024 ** 2;
  let unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.length) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(unit === 0 ? 0 : 1)} ${kUnits[unit] ?? "TiB"}`;
}
