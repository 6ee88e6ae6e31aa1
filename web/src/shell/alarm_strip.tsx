// SPDX-License-Identifier: Apache-2.0
// The open alarms over all pages: since when, what it means for the recording, what to do.
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconUrgent } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRooms } from "../api/queries";
import { useLabel } from "../i18n";
import { useLinkStatus } from "../live/use_live";
import { alarmsOf, type Alarm } from "../state/alarms";
import { formatInstant } from "../time/format";
import classes from "./shell.module.css";

const kShownAtFirst = 2;

function AlarmLine({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  const label = useLabel();
  const Icon = alarm.kind === "fault" ? IconUrgent : IconAlertTriangle;
  const what = alarm.what.map(label).join(t("common.listJoin"));
  return (
    <li className={classes.alarm} data-kind={alarm.kind}>
      <Icon size={16} aria-hidden />
      <strong>{label(alarm.subject)}</strong>
      <span>
        {t(`alarm.${alarm.kind}`, {
          what: what || t("alarm.somethingUnnamed"),
          ...alarm.values,
        })}
        {alarm.since && ` ${t("alarm.since", { time: formatInstant(alarm.since) })}`}
      </span>
      <span className={classes.alarmDo}>{t(`alarm.${alarm.kind}Do`)}</span>
      {alarm.room && (
        <Link to="/rooms/$room" params={{ room: alarm.room }} className={classes.alarmLink}>
          {t("alarm.open")}
        </Link>
      )}
    </li>
  );
}

export function AlarmStrip() {
  const { t } = useTranslation();
  const rooms = useRooms();
  const link = useLinkStatus();
  const [all, setAll] = useState(false);
  const alarms = rooms.data ? alarmsOf(rooms.data) : [];
  const unreachable = rooms.isError || link.lostSinceMs !== null;
  const shown = all ? alarms : alarms.slice(0, kShownAtFirst);
  return (
    <div role="alert" aria-live="assertive" className={classes.alarms} data-testid="alarms">
      {unreachable && (
        <p className={classes.alarm} data-kind="away">
          <IconAlertTriangle size={16} aria-hidden />
          <strong>{t("alarm.monitor")}</strong>
          <span>
            {t("alarm.monitorMeans")}
            {link.lostSinceMs !== null &&
              ` ${t("alarm.since", { time: formatInstant(link.lostSinceMs) })}`}
          </span>
          <span className={classes.alarmDo}>{t("alarm.monitorDo")}</span>
        </p>
      )}
      {shown.length > 0 && (
        <ul className={classes.alarmList}>
          {shown.map((alarm) => (
            <AlarmLine key={alarm.key} alarm={alarm} />
          ))}
        </ul>
      )}
      {alarms.length > kShownAtFirst && (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(!all)}>
          {all ? t("alarm.fewer") : t("alarm.more", { count: alarms.length - kShownAtFirst })}
        </Button>
      )}
    </div>
  );
}
