// SPDX-License-Identifier: Apache-2.0
// What may be entered for a session, by the rules of docs/design/log-bodies.md.
import type { PersonInput } from "../api/types";

/** The rules of docs/design/log-bodies.md for a case: no white space, 64 bytes. */
export function caseIsValid(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  return !/[\s\u0000-\u001f\u007f]/.test(text) && new TextEncoder().encode(text).length <= 64;
}

/** "P-000012" names a known person; everything else is a name to be registered. */
export function personInput(text: string): PersonInput {
  const trimmed = text.trim();
  return /^P-\d{6,}$/.test(trimmed) ? { id: trimmed } : { name: trimmed };
}
