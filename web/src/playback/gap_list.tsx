// SPDX-License-Identifier: Apache-2.0
// The gaps in words: when, how long, which stream, why. A click goes there.
import { UnstyledButton } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Track } from "../api/types";
import { useWord } from "../state/words";
import { formatInstant, formatSeconds } from "../time/format";
import type { GapEntry } from "./timeline";
import classes from "./session.module.css";

interface Props {
  gaps: GapEntry[];
  nameOf: (track: Track) => string;
  onSeek: (ms: number) => void;
}

export function GapList({ gaps, nameOf, onSeek }: Props) {
  const { t } = useTranslation();
  const word = useWord();
  if (gaps.length === 0) {
    return (
      <p className={classes.good}>
        <IconCircleCheck size={16} aria-hidden /> {t("gap.none")}
      </p>
    );
  }
  return (
    <table className={classes.gaps} data-testid="gap-list">
      <thead>
        <tr>
          <th scope="col">{t("gap.from")}</th>
          <th scope="col">{t("gap.to")}</th>
          <th scope="col">{t("gap.length")}</th>
          <th scope="col">{t("gap.stream")}</th>
          <th scope="col">{t("gap.cause")}</th>
        </tr>
      </thead>
      <tbody>
        {gaps.map((gap) => (
          <tr key={gap.key}>
            <td>
              <UnstyledButton className={classes.seekTo} onClick={() => onSeek(gap.fromMs)}>
                {formatInstant(gap.fromMs)}
              </UnstyledButton>
            </td>
            <td>{gap.open ? t("gap.open") : formatInstant(gap.toMs)}</td>
            <td>{t("gap.seconds", { seconds: formatSeconds(gap.toMs - gap.fromMs) })}</td>
            <td>{nameOf(gap.track)}</td>
            <td>
              {word("cause", gap.cause)}
              {gap.detail && <small> {gap.detail}</small>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
