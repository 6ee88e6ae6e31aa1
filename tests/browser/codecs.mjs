// SPDX-License-Identifier: Apache-2.0
// Every codec of a camera in Debian's Chromium at the real console: live, where the monitor makes
// anew what the browser does not play, and recorded, where the page says so. Started by
// tests/flow/console_codecs_test.py. Prints one JSON line.
//   node codecs.mjs --url U --account A --password P --rooms '{"<room>": {"session", "words": {"<stream>": "<format>"}}}'
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { endSession, giveReason, videoOf, waitForMotion } from "./demo/live.mjs";
import { launch, logIn, openPage, readCounter } from "./support/chromium.mjs";

const kPatienceMs = 20000;

const { values: wanted } = parseArgs({
  options: {
    url: { type: "string" },
    account: { type: "string" },
    password: { type: "string" },
    rooms: { type: "string" },
  },
});

/** Waits until so many bytes of the element's sound were decoded. */
async function waitForSound(page, selector) {
  await page.waitForFunction(
    (query) => {
      const element = document.querySelector(query);
      return element && !element.muted && element.webkitAudioDecodedByteCount > 8000;
    },
    selector,
    { timeout: kPatienceMs },
  );
}

const say = (text) => console.error(`codecs: ${text}`);

async function seeLive(page, room) {
  say(`${room} live`);
  await page.goto(`${wanted.url}/#/rooms/${room}`);
  await waitForMotion(page, videoOf(room, "cam-video"));
  await waitForSound(page, videoOf(room, "cam-video"));
  const counter = await page.locator(videoOf(room, "cam-video")).evaluate(readCounter);
  assert.notEqual(counter, null, `${room}: the counter in the picture is read`);
}

/** The words and the download in the place of what this browser cannot play. */
async function readWords(page, stream, format) {
  const place = page.getByTestId(`not-played-${stream}`);
  await place.getByText(`cannot play this`, { exact: false }).waitFor({ timeout: kPatienceMs });
  assert.match(await place.innerText(), new RegExp(format.replace(".", "\\.")));
  const href = await place.getByRole("link").getAttribute("href");
  const answer = await page.evaluate(async (address) => {
    const { status, headers } = await fetch(address, { method: "HEAD" });
    return [status, headers.get("content-type"), Number(headers.get("content-length")) > 1000];
  }, href);
  assert.deepEqual(answer, [200, "video/mp4", true], `${stream}: the original is there`);
}

async function seeRecorded(page, { session, words }) {
  say(`session ${session}`);
  await page.goto(`${wanted.url}/#/sessions/${session}`);
  await giveReason(page, "Review");
  await page.getByTestId("play").click();
  if (!words["cam-video"]) {
    await waitForMotion(page, `[data-testid="playback-video"][data-stream="cam-video"]`);
  }
  if (!words["cam-audio"]) {
    await waitForSound(page, `audio[data-stream="cam-audio"]`);
  }
  for (const [stream, format] of Object.entries(words)) {
    await readWords(page, stream, format);
  }
}

async function story(page) {
  const rooms = JSON.parse(wanted.rooms);
  await logIn(page, `${wanted.url}/`, { name: wanted.account, password: wanted.password });
  await giveReason(page, "Supervision");
  for (const room of Object.keys(rooms)) {
    await seeLive(page, room);
  }
  await page.goto(`${wanted.url}/#/wall`);
  const converted = page.getByTestId("transcodes");
  await converted.waitFor({ timeout: kPatienceMs });
  const transcodes = await converted.innerText();
  for (const room of Object.keys(rooms)) {
    await page.goto(`${wanted.url}/#/rooms/${room}`);
    await endSession(page);
    await seeRecorded(page, rooms[room]);
  }
  return { rooms: Object.keys(rooms).length, transcodes };
}

const browser = await launch();
try {
  const { page, problems } = await openPage(browser);
  const told = await story(page);
  // The question who is logged in, before anybody is, is answered by 401.
  assert.deepEqual(
    problems.filter((problem) => !problem.includes("401")),
    [],
    "the page complains of nothing",
  );
  console.log(JSON.stringify({ chromium: browser.version(), ...told }));
} finally {
  await browser.close();
}
