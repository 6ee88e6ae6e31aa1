// SPDX-License-Identifier: Apache-2.0
// The switch between the two languages, each named in its own.
import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { setLanguage, useLanguage } from "../i18n";

export function LanguageSwitch() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("common.language")}
      value={language}
      onChange={(value) => setLanguage(value)}
      data={[
        { value: "zh-CN", label: "中文" },
        { value: "en", label: "EN" },
      ]}
      data-testid="language"
    />
  );
}
