// SPDX-License-Identifier: Apache-2.0
// How much the monitor converts for browsers now, and whether it had to refuse. Nothing is shown
// where it never converted anything.
import { Tooltip } from "@mantine/core";
import { IconTransform } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useRooms } from "../api/queries";
import classes from "./wall.module.css";

export function TranscodesFact() {
  const { t } = useTranslation();
  const counts = useRooms().data?.transcodes;
  if (!counts || counts.sounds + counts.pictures + counts.pictures_refused === 0) {
    return null;
  }
  const { sounds, pictures, pictures_refused: refused } = counts;
  return (
    <Tooltip label={t("wall.transcodesHint")}>
      <span className={classes.transcodes} data-testid="transcodes">
        <IconTransform size={13} aria-hidden /> {t("wall.transcodes", { pictures, sounds })}
        {refused > 0 && ` · ${t("wall.transcodesRefused", { refused })}`}
      </span>
    </Tooltip>
  );
}
