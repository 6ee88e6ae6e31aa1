// SPDX-License-Identifier: Apache-2.0
// A room's state as a word with an icon, the same everywhere; colour only underlines it.
import {
  IconAlertTriangle,
  IconCircleDashed,
  IconEyeOff,
  IconPlayerRecordFilled,
  IconCircleCheck,
  IconUrgent,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { RoomState } from "../api/types";
import classes from "./room_state.module.css";

const kIcons = {
  idle: IconCircleDashed,
  ready: IconCircleCheck,
  recording: IconPlayerRecordFilled,
  interrupted: IconAlertTriangle,
  fault: IconUrgent,
  private: IconEyeOff,
} as const;

export function RoomStateIcon({ state, size = 14 }: { state: RoomState; size?: number }) {
  const Icon = kIcons[state];
  return <Icon size={size} aria-hidden className={classes[state]} />;
}

export function RoomStateBadge({ state }: { state: RoomState }) {
  const { t } = useTranslation();
  return (
    <span className={classes.badge} data-state={state}>
      <RoomStateIcon state={state} />
      <span>{t(`state.${state}`)}</span>
    </span>
  );
}
