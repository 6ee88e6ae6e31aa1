// SPDX-License-Identifier: Apache-2.0
// What a page shows when it cannot be shown: what happened, and a way on.
import { Alert, Anchor, Button, Center, Stack } from "@mantine/core";
import { Link, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useFaultText } from "../state/words";

export function FaultAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  const message = error instanceof Error ? error.message : String(error);
  return (
    <Alert color="red" role="alert" title={t("error.title")} m="md">
      <Stack gap="xs" align="flex-start">
        {error instanceof ApiError ? faultText(error.fault) : t("error.page", { message })}
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t("common.retry")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

export function PageError({ error }: { error: unknown }) {
  const router = useRouter();
  return <FaultAlert error={error} onRetry={() => void router.invalidate()} />;
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Center h="100%">
      <Stack align="center">
        <p>{t("error.noPage")}</p>
        <Anchor component={Link} to="/wall">
          {t("nav.wall")}
        </Anchor>
      </Stack>
    </Center>
  );
}
