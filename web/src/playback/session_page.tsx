// SPDX-License-Identifier: Apache-2.0
// One session: the reason first, then angles with sound, timeline, gaps, participants, downloads.
import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRooms, useSession } from "../api/queries";
import type { SessionDetail } from "../api/types";
import { useLabel } from "../i18n";
import { GapMark, SessionStateMark } from "../sessions/session_table";
import { FaultAlert } from "../shell/page_error";
import { formatInstant } from "../time/format";
import { keyOf, useGranted } from "../viewing/granted";
import { ReasonDialog } from "../viewing/reason_dialog";
import { Player } from "./player";
import { SessionFacts } from "./session_facts";
import classes from "./session.module.css";
import { extentOf } from "./timeline";

interface HeadProps {
  session: SessionDetail;
  loading: boolean;
  onNew: () => void;
}

function Head({ session, loading, onNew }: HeadProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const room = useRooms().data?.rooms.find((each) => each.room === session.room);
  return (
    <header className={classes.header}>
      <div>
        <h1>{session.case}</h1>
        <p>
          {session.person.name} · {room ? label(room.name) : session.room} ·{" "}
          {formatInstant(session.started)}
        </p>
      </div>
      <SessionStateMark session={session} />
      <GapMark gaps={session.gaps} />
      {session.state === "open" && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={loading}
          onClick={onNew}
          data-testid="load-new"
        >
          {t("playback.loadNew")}
        </Button>
      )}
    </header>
  );
}

export function SessionPage() {
  const { t } = useTranslation();
  const { session: id } = useParams({ from: "/inside/sessions/$session" });
  const query = useSession(id);
  const granted = useGranted().has(keyOf({ session: id }));
  const [declined, setDeclined] = useState(false);
  const session = query.data;
  const extent = useMemo(() => (session ? extentOf(session) : null), [session]);
  if (query.isError) {
    return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!session) {
    return null;
  }
  return (
    <div className={classes.page}>
      <Head session={session} loading={query.isFetching} onNew={() => void query.refetch()} />
      {extent === null && <p className={classes.empty}>{t("playback.nothingYet")}</p>}
      {extent !== null && granted && <Player key={id} session={session} extent={extent} />}
      {!granted && (
        <div className={classes.locked}>
          <p>{t("playback.needsReason")}</p>
          <Button onClick={() => setDeclined(false)}>{t("reason.give")}</Button>
        </div>
      )}
      <SessionFacts session={session} extent={extent} granted={granted} />
      <ReasonDialog
        live={false}
        opened={!granted && !declined}
        targets={[{ session: id }]}
        names={[session.case]}
        onDone={() => setDeclined(false)}
        onCancel={() => setDeclined(true)}
      />
    </div>
  );
}
