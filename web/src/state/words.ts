// SPDX-License-Identifier: Apache-2.0
// The server's closed words (states, classes, causes, roles) in the user's language; a word this
// console does not know is shown as it came, never swallowed.
import i18next, { type TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { ApiFault } from "../api/client";

export type WordGroup = "class" | "cause" | "role" | "angle";

export function word(t: TFunction, group: WordGroup, value: string): string {
  const key = `${group}.${value}`;
  return i18next.exists(key) ? t(key as never) : value;
}

export function useWord(): (group: WordGroup, value: string) => string {
  const { t } = useTranslation();
  return (group, value) => word(t, group, value);
}

/** What happened and what to do, in words; the server's own sentence is kept beside it. */
export function useFaultText(): (fault: ApiFault) => string {
  const { t } = useTranslation();
  return (fault) => {
    if (fault.status === 0) {
      return t("error.unreachable");
    }
    if (fault.status === 429) {
      return t("error.tooMany", { seconds: fault.retryAfter ?? 60 });
    }
    const key = `error.${fault.kind}`;
    const known = i18next.exists(key) ? t(key as never) : t("error.other");
    return `${known} ${t("error.said", { message: fault.message })}`;
  };
}
