// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium, driven by playwright-core, with a fresh profile and nothing of the network.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");

export function launch() {
  return chromium.launch({
    executablePath: process.env.CANDOR_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** A page that remembers what went wrong in it: exceptions, errors, policy violations. */
export async function openPage(browser, options = {}) {
  const viewport = options.viewport ?? { width: 1600, height: 900 };
  const context = await browser.newContext({
    locale: "en-GB",
    viewport,
    ...options,
  });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") {
      problems.push(message.text());
    }
  });
  return { context, page, problems };
}

export async function logIn(page, url, { name = "supervisor", password = "correct horse" } = {}) {
  await page.goto(url);
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
}

/** Runs in the page: the counter in the picture, or null when the strip cannot be read. */
export function readCounter(video) {
  const canvas = document.createElement("canvas");
  canvas.width = 19;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  // One draw, the nearest pixel to the middle of each block: cheap enough to do for every frame.
  context.imageSmoothingEnabled = false;
  // A block is width / 40 wide and this high: bench/clip/counter.py.
  const side = video.videoWidth / 40;
  const high = Math.max(8, Math.floor(video.videoHeight / 134) * 2);
  context.drawImage(video, 0, 0, 19 * side, high, 0, 0, 19, 1);
  const { data } = context.getImageData(0, 0, 19, 1);
  const bits = Array.from({ length: 19 }, (_, i) => (data[i * 4 + 1] > 127 ? 1 : 0));
  const value = bits.slice(2, 18).reduce((sum, bit) => sum * 2 + bit, 0);
  const parity = bits.slice(2, 18).reduce((sum, bit) => sum ^ bit, 0);
  return bits[0] === 1 && bits[1] === 0 && parity === bits[18] ? value : null;
}
