// SPDX-License-Identifier: Apache-2.0
// The list of sessions.
import { IconAlertTriangle, IconCircleCheck, IconPlayerRecordFilled } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useRooms } from "../api/queries";
import type { Session } from "../api/types";
import { useLabel } from "../i18n";
import { formatInstant, formatLength } from "../time/format";
import { useNow } from "../time/use_now";
import classes from "./sessions.module.css";

export function SessionStateMark({ session }: { session: Session }) {
  const { t } = useTranslation();
  const open = session.state === "open";
  return (
    <span className={classes.mark} data-open={open || undefined}>
      {open ? (
        <IconPlayerRecordFilled size={13} aria-hidden />
      ) : (
        <IconCircleCheck size={14} aria-hidden />
      )}
      {t(open ? "session.open" : "session.closed")}
    </span>
  );
}

export function GapMark({ gaps }: { gaps: number }) {
  const { t } = useTranslation();
  return (
    <span className={classes.mark} data-warn={gaps > 0 || undefined}>
      {gaps > 0 && <IconAlertTriangle size={14} aria-hidden />}
      {t("session.gapCount", { count: gaps })}
    </span>
  );
}

function Row({ session, now }: { session: Session; now: number }) {
  const { t } = useTranslation();
  const label = useLabel();
  const room = useRooms().data?.rooms.find((each) => each.room === session.room);
  const end = session.ended ? Date.parse(session.ended) : now;
  return (
    <tr>
      <th scope="row">
        <Link
          to="/sessions/$session"
          params={{ session: session.session }}
          className={classes.caseLink}
          data-testid="session-link"
        >
          {session.case}
        </Link>
      </th>
      <td>
        {session.person.name} <small>{session.person.id}</small>
      </td>
      <td>{room ? label(room.name) : session.room}</td>
      <td className={classes.nowrap}>{formatInstant(session.started)}</td>
      <td className={classes.nowrap}>{session.ended ? formatInstant(session.ended) : "–"}</td>
      <td className={classes.number}>{formatLength(end - Date.parse(session.started))}</td>
      <td>{session.interrogators.map((each) => each.name).join(t("common.listJoin"))}</td>
      <td>
        <SessionStateMark session={session} />
      </td>
      <td>
        <GapMark gaps={session.gaps} />
      </td>
      <td className={classes.nowrap}>{t("fact.copies", { count: session.copies })}</td>
    </tr>
  );
}

export function SessionTable({ sessions }: { sessions: Session[] }) {
  const { t } = useTranslation();
  const now = useNow();
  const heads = [
    "case",
    "person",
    "room",
    "started",
    "ended",
    "length",
    "interrogators",
    "state",
    "gaps",
    "copies",
  ] as const;
  return (
    <div className={classes.scroll}>
      <table className={classes.table} data-testid="sessions">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {t(`session.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <Row key={session.session} session={session} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
