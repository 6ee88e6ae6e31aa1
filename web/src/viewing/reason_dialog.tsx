// SPDX-License-Identifier: Apache-2.0
// The question before a live room or a recording is opened: why. One dialog for all rooms of a
// wall; a viewing is registered for each.
import { Alert, Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { IconBulb } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { openViewing, type ApiFault } from "../api/client";
import type { ViewingReason, ViewingTarget } from "../api/types";
import { useFaultText } from "../state/words";
import { addGrant } from "./granted";

const kReasons: ViewingReason[] = [
  "supervision",
  "investigation",
  "review",
  "defence",
  "technical",
];
const kMaxNote = 500;

async function register(
  targets: ViewingTarget[],
  reason: ViewingReason,
  note: string,
): Promise<ApiFault | null> {
  for (const target of targets) {
    const result = await openViewing(target, reason, note);
    if (result.type === "error") {
      return result.fault;
    }
    if (result.type === "success") {
      addGrant(target);
    }
  }
  return null;
}

interface Props {
  targets: ViewingTarget[];
  names: string[];
  /** Live viewing lights the lamp in the room; a recording does not. */
  live: boolean;
  opened: boolean;
  onDone: () => void;
  onCancel: () => void;
}

export function ReasonDialog({ targets, names, live, opened, onDone, onCancel }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onCancel}
      title={<Text fw={600}>{t(live ? "reason.titleLive" : "reason.titleRecording")}</Text>}
      closeButtonProps={{ "aria-label": t("common.close") }}
      size="lg"
    >
      <ReasonForm {...{ targets, names, live, onDone, onCancel }} />
    </Modal>
  );
}

function ReasonForm({ targets, names, live, onDone, onCancel }: Omit<Props, "opened">) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  const [reason, setReason] = useState<ViewingReason>("supervision");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ApiFault | null>(null);

  const submit = async () => {
    setBusy(true);
    const failed = await register(targets, reason, note.trim());
    setBusy(false);
    setFault(failed);
    if (!failed) {
      onDone();
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack gap="md">
        <Text size="sm">{t("reason.intro", { names: names.join(t("common.listJoin")) })}</Text>
        <Radio.Group
          value={reason}
          onChange={(value) => setReason(value)}
          label={t("reason.label")}
        >
          <Stack gap={8} mt={6}>
            {kReasons.map((each) => (
              <Radio
                key={each}
                value={each}
                label={t(`reason.${each}`)}
                description={t(`reason.${each}Hint`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea
          label={t("reason.note")}
          description={t("reason.noteHint")}
          maxLength={kMaxNote}
          autosize={false}
          rows={2}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Alert color="blue" variant="light" icon={<IconBulb size={18} aria-hidden />} p="sm">
          {t(live ? "reason.lamp" : "reason.recorded")}
        </Alert>
        {fault && (
          <Alert color="red" role="alert">
            {faultText(fault)}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={busy} data-testid="reason-submit" data-autofocus>
            {t("reason.open")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
