// SPDX-License-Identifier: Apache-2.0
// Makes a wrong key a type error.
import "i18next";
import type en from "./en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}
