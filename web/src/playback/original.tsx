// SPDX-License-Identifier: Apache-2.0
// A recorded stream as it came: its download, and the words where this browser cannot play it. Only
// live pictures are made anew for browsers.
import { IconDownload, IconPlayerPlay } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { mediaUrl } from "../api/client";
import type { SessionDetail, Track } from "../api/types";
import { formatName } from "../live/plays";
import classes from "./session.module.css";
import { mediaEnd, type Extent } from "./timeline";

export interface Original {
  href: string;
  file: string;
}

export function originalOf(session: SessionDetail, track: Track, extent: Extent): Original {
  const to = mediaEnd(session, track, extent);
  return {
    href: mediaUrl(session.session, track.stream, session.started, to),
    file: `${session.session}-${track.name}.mp4`,
  };
}

export function OriginalLink({ original, name }: { original: Original; name: string }) {
  return (
    <a href={original.href} download={original.file}>
      <IconDownload size={15} aria-hidden />
      {name}
    </a>
  );
}

/** In the place of a picture or a sound. */
export function NotPlayed({ track, original }: { track: Track; original: Original }) {
  const { t } = useTranslation();
  const format = formatName(track.codecs);
  return (
    <div className={classes.notPlayed} role="status" data-testid={`not-played-${track.name}`}>
      {track.media === "video" && <IconPlayerPlay size={20} aria-hidden />}
      <p>{t(`playback.notPlayed_${track.media}`, { format })}</p>
      <OriginalLink original={original} name={t("playback.original", { format })} />
    </div>
  );
}
