// SPDX-License-Identifier: Apache-2.0
// Ending a session: a reason, because the log keeps it.
import { Alert, Button, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, endSession, valueOf } from "../api/client";
import type { Session } from "../api/types";
import { useFaultText } from "../state/words";

const kReasons = ["finished", "break", "medical", "fault", "other"] as const;
type EndReason = (typeof kReasons)[number];

function useEnd(session: Session, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (reason: string) => valueOf(await endSession(session.session, reason)),
    onSuccess: async () => {
      onDone();
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["rooms"] }),
        queries.invalidateQueries({ queryKey: ["sessions"] }),
        queries.invalidateQueries({ queryKey: ["session", session.session] }),
      ]);
    },
  });
}

interface Props {
  session: Session;
  opened: boolean;
  onClose: () => void;
}

export function EndSession({ session, opened, onClose }: Props) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  const end = useEnd(session, onClose);
  const [reason, setReason] = useState<EndReason>("finished");
  const [note, setNote] = useState("");
  const noteMissing = reason === "other" && note.trim() === "";
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={<Text fw={600}>{t("end.title")}</Text>}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          end.mutate(note.trim() === "" ? reason : `${reason}: ${note.trim()}`);
        }}
      >
        <Stack>
          <Text size="sm">
            {t("end.means", { case: session.case, person: session.person.name })}
          </Text>
          <Radio.Group
            label={t("end.reason")}
            value={reason}
            onChange={(value) => setReason(value)}
          >
            <Stack gap={8} mt={6}>
              {kReasons.map((each) => (
                <Radio key={each} value={each} label={t(`end.${each}`)} />
              ))}
            </Stack>
          </Radio.Group>
          <TextInput
            label={t("end.note")}
            required={reason === "other"}
            maxLength={200}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          {end.error instanceof ApiError && (
            <Alert color="red" role="alert">
              {faultText(end.error.fault)}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button
              type="submit"
              color="red"
              disabled={noteMissing}
              loading={end.isPending}
              data-testid="end-confirm"
            >
              {t("end.button")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
