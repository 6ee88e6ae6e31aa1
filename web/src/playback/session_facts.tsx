// SPDX-License-Identifier: Apache-2.0
// What is known of a session besides its media, and the download of each stream.
import { useTranslation } from "react-i18next";
import type { SessionDetail } from "../api/types";
import { useTrackLabel } from "../state/track_label";
import { formatInstant, formatLength } from "../time/format";
import { originalOf, OriginalLink } from "./original";
import classes from "./session.module.css";
import type { Extent } from "./timeline";

interface Props {
  session: SessionDetail;
  extent: Extent | null;
  granted: boolean;
}

function Downloads({ session, extent }: { session: SessionDetail; extent: Extent }) {
  const { t } = useTranslation();
  const nameOf = useTrackLabel(session.room);
  return (
    <div className={classes.panel}>
      <h2>{t("session.downloads")}</h2>
      <ul className={classes.downloads}>
        {session.streams.map((track) => (
          <li key={track.stream}>
            <OriginalLink original={originalOf(session, track, extent)} name={nameOf(track)} />
            <small>
              {track.codecs}
              {track.media === "video" && ` · ${track.width}×${track.height}`} ·{" "}
              {t("session.recordedTo", { time: formatInstant(track.recorded_to) })}
            </small>
          </li>
        ))}
      </ul>
      <p className={classes.keys}>{t("session.downloadNote")}</p>
    </div>
  );
}

export function SessionFacts({ session, extent, granted }: Props) {
  const { t } = useTranslation();
  const end = session.ended ? Date.parse(session.ended) : (extent?.endMs ?? null);
  const facts: [string, string][] = [
    [t("session.person"), `${session.person.name} (${session.person.id})`],
    [
      t("session.interrogators"),
      session.interrogators.map((each) => `${each.name} (${each.id})`).join(t("common.listJoin")),
    ],
    [t("session.by"), session.by],
    [t("session.started"), formatInstant(session.started)],
    [t("session.ended"), formatInstant(session.ended)],
    [t("session.length"), end === null ? "–" : formatLength(end - Date.parse(session.started))],
    [t("session.copies"), t("fact.copies", { count: session.copies })],
    [t("session.id"), session.session],
    [t("session.host"), session.host],
  ];
  return (
    <div className={classes.lower}>
      <div className={classes.panel}>
        <h2>{t("session.facts")}</h2>
        {session.interrogators.length < 2 && (
          <p className={classes.warn} role="note">
            {t("session.tooFew")}
          </p>
        )}
        <dl className={classes.facts}>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      {granted && extent && <Downloads session={session} extent={extent} />}
    </div>
  );
}
