// SPDX-License-Identifier: Apache-2.0
// Where the console starts: styles, translations, providers.
import "@mantine/core/styles.css";
import "./theme.css";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { startTranslations } from "./i18n";

startTranslations();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(<App />);
}
