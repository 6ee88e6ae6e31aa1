// SPDX-License-Identifier: Apache-2.0
// Starting a session: case, person, two or more interrogators. Fewer than two is possible, but
// said before, because it will be asked about after.
import { Alert, Button, Checkbox, Stack, TagsInput, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, startSession, valueOf } from "../api/client";
import type { Room, SessionStart } from "../api/types";
import { useFaultText } from "../state/words";
import { caseIsValid, personInput } from "./session_input";
import classes from "./room.module.css";

function useStart(room: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (start: Omit<SessionStart, "room">) =>
      valueOf(await startSession({ room, ...start })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["rooms"] }),
  });
}

function TooFew({ agreed, onAgree }: { agreed: boolean; onAgree: (agreed: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      role="status"
      p="sm"
      data-testid="too-few"
    >
      {t("start.tooFew")}
      <Checkbox
        mt="xs"
        label={t("start.tooFewAgree")}
        checked={agreed}
        onChange={(event) => onAgree(event.currentTarget.checked)}
      />
    </Alert>
  );
}

interface Draft {
  caseNumber: string;
  person: string;
  interrogators: string[];
  /** The user has confirmed that fewer than two interrogators are named. */
  agreed: boolean;
}

const kEmpty: Draft = { caseNumber: "", person: "", interrogators: [], agreed: false };

interface FieldsProps {
  draft: Draft;
  onChange: (patch: Partial<Draft>) => void;
}

function Fields({ draft, onChange }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t("session.case")}
        required
        value={draft.caseNumber}
        onChange={(event) => onChange({ caseNumber: event.currentTarget.value })}
        error={caseIsValid(draft.caseNumber) ? undefined : t("start.caseWrong")}
        data-testid="start-case"
      />
      <TextInput
        label={t("session.person")}
        description={t("start.personHint")}
        required
        value={draft.person}
        onChange={(event) => onChange({ person: event.currentTarget.value })}
        data-testid="start-person"
      />
      <TagsInput
        label={t("session.interrogators")}
        description={t("start.interrogatorsHint")}
        value={draft.interrogators}
        onChange={(interrogators) => onChange({ interrogators })}
        splitChars={[",", "，", "、", ";"]}
        acceptValueOnBlur
        data-testid="start-interrogators"
      />
    </>
  );
}

export function StartSession({ room }: { room: Room }) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  const start = useStart(room.room);
  const [draft, setDraft] = useState(kEmpty);
  const change = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }));
  const { caseNumber, person, interrogators, agreed } = draft;
  const tooFew = interrogators.length < 2;
  const complete = caseNumber !== "" && caseIsValid(caseNumber) && person.trim() !== "";
  return (
    <section className={classes.card}>
      <h2>{t("start.title")}</h2>
      {room.state !== "ready" && <p className={classes.hint}>{t("start.notReady")}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate({
            case: caseNumber,
            person: personInput(person),
            interrogators: interrogators.map(personInput),
          });
        }}
      >
        <Stack gap="sm">
          <Fields draft={draft} onChange={change} />
          {tooFew && caseNumber !== "" && (
            <TooFew agreed={agreed} onAgree={(now) => change({ agreed: now })} />
          )}
          {start.error instanceof ApiError && (
            <Alert color="red" role="alert" p="sm">
              {faultText(start.error.fault)}
            </Alert>
          )}
          <Button
            type="submit"
            disabled={!complete || (tooFew && !agreed)}
            loading={start.isPending}
            data-testid="start-submit"
          >
            {t("start.button")}
          </Button>
        </Stack>
      </form>
    </section>
  );
}
