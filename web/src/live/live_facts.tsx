// SPDX-License-Identifier: Apache-2.0
// The small facts of a live room: session clock, copies, how far the disk is behind, who else
// watches, the delay. Each is an icon with words or a number with its unit.
import { Tooltip } from "@mantine/core";
import {
  IconAlertTriangle,
  IconClock,
  IconCopy,
  IconDatabase,
  IconEye,
  IconStack2,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Room, Session } from "../api/types";
import { formatInstant, formatLength, formatSeconds } from "../time/format";
import { kLegalLimitMs, sessionClock } from "../time/session_clock";
import { useNow } from "../time/use_now";
import classes from "./live_facts.module.css";

/** Above this the disk is late enough to be said with emphasis: the rule is 5 s (link.md). */
const kDiskLateMs = 5000;

interface FactProps {
  icon: ReactNode;
  hint: string;
  warn?: boolean;
  children: ReactNode;
  testId?: string;
}

function Fact({ icon, hint, warn = false, children, testId }: FactProps) {
  return (
    <Tooltip label={hint}>
      <span className={classes.fact} data-warn={warn || undefined} data-testid={testId}>
        {warn ? <IconAlertTriangle size={13} aria-hidden /> : icon}
        <span className="hidden-but-read">{hint}: </span>
        {children}
      </span>
    </Tooltip>
  );
}

export function ClockFact({ session }: { session: Session }) {
  const { t } = useTranslation();
  const now = useNow();
  const ended = session.ended ? Date.parse(session.ended) : now;
  const clock = sessionClock(Date.parse(session.started), ended);
  const hours = kLegalLimitMs / 3_600_000;
  const hint = t(`fact.clock_${clock.level}`, {
    started: formatInstant(session.started),
    hours,
  });
  return (
    <Fact
      icon={<IconClock size={13} aria-hidden />}
      hint={hint}
      warn={clock.level !== "normal"}
      testId="session-clock"
    >
      {formatLength(clock.elapsedMs)} / {hours} h
    </Fact>
  );
}

export function CopiesFact({ copies }: { copies: number }) {
  const { t } = useTranslation();
  const Icon = copies >= 2 ? IconStack2 : IconCopy;
  return (
    <Fact icon={<Icon size={13} aria-hidden />} hint={t("fact.copiesHint")} warn={copies < 2}>
      {t("fact.copies", { count: copies })}
    </Fact>
  );
}

export function DiskFact({ recordedTo }: { recordedTo: string | null }) {
  const { t } = useTranslation();
  const now = useNow();
  const behindMs = recordedTo === null ? null : Math.max(0, now - Date.parse(recordedTo));
  return (
    <Fact
      icon={<IconDatabase size={13} aria-hidden />}
      hint={t("fact.diskHint", { time: formatInstant(recordedTo) })}
      warn={behindMs === null || behindMs > kDiskLateMs}
      testId="disk-behind"
    >
      {behindMs === null
        ? t("fact.diskNothing")
        : t("fact.disk", { seconds: formatSeconds(behindMs) })}
    </Fact>
  );
}

export function ViewersFact({ viewers, self }: { viewers: readonly string[]; self: string }) {
  const { t } = useTranslation();
  const others = [...new Set(viewers.filter((name) => name !== self))];
  if (others.length === 0) {
    return null;
  }
  return (
    <Fact
      icon={<IconEye size={13} aria-hidden />}
      hint={t("fact.viewers", { names: others.join(t("common.listJoin")) })}
    >
      {others.length === 1 ? others[0] : others.length}
    </Fact>
  );
}

export function DelayFact({ delayMs }: { delayMs: number | null }) {
  const { t } = useTranslation();
  return (
    <span className={classes.delay} title={t("fact.delay")} data-testid="delay">
      <span className="hidden-but-read">{t("fact.delay")}: </span>
      {delayMs === null ? "– ms" : `${delayMs} ms`}
    </span>
  );
}

export function copiesOf(room: Room): number {
  return room.session?.copies ?? room.copies;
}
