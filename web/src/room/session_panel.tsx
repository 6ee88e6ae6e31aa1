// SPDX-License-Identifier: Apache-2.0
// The panel of a session room: the running session with its end, or the start of one.
import { Anchor, Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Room, Session } from "../api/types";
import { ClockFact, CopiesFact } from "../live/live_facts";
import { formatInstant } from "../time/format";
import { EndSession } from "./end_session";
import { StartSession } from "./start_session";
import classes from "./room.module.css";

function RunningSession({ session }: { session: Session }) {
  const { t } = useTranslation();
  const [ending, setEnding] = useState(false);
  const people = session.interrogators.map((person) => person.name);
  const facts: [string, string][] = [
    [t("session.case"), session.case],
    [t("session.person"), `${session.person.name} (${session.person.id})`],
    [t("session.interrogators"), people.join(t("common.listJoin"))],
    [t("session.started"), formatInstant(session.started)],
    [t("session.by"), session.by],
    [t("session.gaps"), t("session.gapCount", { count: session.gaps })],
  ];
  return (
    <section className={classes.card} data-testid="running-session">
      <h2>{t("room.running")}</h2>
      <div className={classes.clock}>
        <ClockFact session={session} />
        <CopiesFact copies={session.copies} />
      </div>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className={classes.actions}>
        <Anchor component={Link} to={`/sessions/${session.session}`} size="sm">
          {t("room.openSession")}
        </Anchor>
        <Button color="red" onClick={() => setEnding(true)} data-testid="end-session">
          {t("end.button")}
        </Button>
      </div>
      <EndSession session={session} opened={ending} onClose={() => setEnding(false)} />
    </section>
  );
}

export function SessionPanel({ room }: { room: Room }) {
  const { t } = useTranslation();
  if (room.kind === "lawyer") {
    return (
      <section className={classes.card}>
        <h2>{t("room.private")}</h2>
        <p>{t("stateMeans.private")}</p>
      </section>
    );
  }
  if (room.kind === "continuous") {
    return (
      <section className={classes.card}>
        <h2>{t("room.continuous")}</h2>
        <p>{t("room.continuousMeans")}</p>
      </section>
    );
  }
  if (room.session?.state === "open") {
    return <RunningSession session={room.session} />;
  }
  return <StartSession room={room} />;
}
