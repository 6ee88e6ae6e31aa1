// SPDX-License-Identifier: Apache-2.0
// The browser's part of bench/live.py: the console in a real Chromium, from camera to screen by the
// counter in the picture. One room with sound, or a wall of small tiles. Prints one JSON line.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { launch, logIn, openPage } from "../../tests/browser/support/chromium.mjs";
import {
  delaysOf,
  installProbe,
  percentile,
  round1,
  watchFor,
} from "../../tests/browser/support/probe.mjs";

const kPatienceMs = 30000;
const kSettleS = 5;
const kFocusS = 10;
/** A picture that stood still for so long was frozen. */
const kFrozenMs = 1000;
/** On a wall reading every frame of every tile would cost more than the wall itself. */
const kWallEveryMs = 200;
const kRoomRounds = 10;
const kWallRounds = 3;

const { values: wanted } = parseArgs({
  options: {
    url: { type: "string" },
    account: { type: "string" },
    "password-file": { type: "string" },
    // {"<room>": how many ms after the 40 ms tick its camera sends}
    phases: { type: "string" },
    seconds: { type: "string", default: "30" },
    screenshot: { type: "string" },
  },
});
const phases = JSON.parse(wanted.phases);
const rooms = Object.keys(phases);
const say = (text) => console.error(`bench: ${text}`);

async function giveReason(page) {
  await page.getByTestId("reason-submit").waitFor();
  await page.getByTestId("reason-submit").click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

/** From leaving another page to the first frame of every tile, in ms. */
async function timeFirstPictures(page, hash, rounds) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    await page.evaluate(() => (location.hash = "#/sessions"));
    await page.waitForFunction(() => document.querySelectorAll("video").length === 0);
    // Not in step with the camera's key frames, which come every 2 s.
    await page.waitForTimeout(700 + (round % 5) * 330);
    const asked = await page.evaluate((to) => {
      location.hash = to;
      return window.candorProbe.wall();
    }, hash);
    const records = await page.waitForFunction(
      (count) => {
        const seen = window.candorProbe.collect().filter((record) => record.firstMs !== null);
        return seen.length === count && seen.map(({ firstMs }) => firstMs);
      },
      rooms.length,
      { timeout: kPatienceMs },
    );
    times.push(...(await records.jsonValue()).map((firstMs) => firstMs - asked));
  }
  return times;
}

function summary(records, seconds) {
  const tiles = records.map((record) => {
    const delays = delaysOf(record, phases[record.room]);
    return {
      room: record.room,
      delays,
      p95: round1(percentile(delays, 0.95)),
      frozen: record.longestMs > kFrozenMs,
      longest: record.longestMs,
      perSecond: record.shown / seconds,
      unreadable: record.unreadable,
    };
  });
  const all = tiles.flatMap(({ delays }) => delays);
  const sum = (pick) => tiles.reduce((total, tile) => total + pick(tile), 0);
  return {
    p50_ms: round1(percentile(all, 0.5)),
    p95_ms: round1(percentile(all, 0.95)),
    max_ms: round1(percentile(all, 1)),
    worst_tile_p95_ms: Math.max(...tiles.map(({ p95 }) => p95 ?? Infinity)),
    tile_p95_ms: tiles.map(({ p95 }) => p95),
    frozen_tiles: tiles.filter(({ frozen }) => frozen).length,
    longest_still_ms: round1(Math.max(...tiles.map(({ longest }) => longest))),
    frames_per_second: round1(sum(({ perSecond }) => perSecond) / tiles.length),
    unreadable_frames: sum(({ unreadable }) => unreadable),
  };
}

function soundPlays(before, after) {
  return !after.muted && after.soundBytes > before.soundBytes;
}

async function measureRoom(page, seconds) {
  const hash = `#/rooms/${rooms[0]}`;
  say(`first picture, ${kRoomRounds} times`);
  const first = await timeFirstPictures(page, hash, kRoomRounds);
  await page.waitForTimeout(kSettleS * 1000);
  say(`one room with sound for ${seconds} s`);
  const [before] = await page.evaluate(() => window.candorProbe.collect());
  const records = await watchFor(page, seconds);
  const sound = soundPlays(before, records[0]);
  return { first_picture_p95_ms: percentile(first, 0.95), sound, ...summary(records, seconds) };
}

/** One tile of the wall large and with sound, the others go on beside it. */
async function measureFocus(page) {
  await page.keyboard.press("1");
  await page.waitForFunction(
    () => window.candorProbe.collect().some((record) => !record.muted && record.soundBytes > 1000),
    undefined,
    { timeout: kPatienceMs },
  );
  await page.waitForTimeout(kSettleS * 1000);
  const records = await watchFor(page, kFocusS, kWallEveryMs);
  const heard = records.filter(({ muted }) => !muted);
  const { p50_ms, p95_ms } = summary(heard, kFocusS);
  return { focused_with_sound_p50_ms: p50_ms, focused_with_sound_p95_ms: p95_ms };
}

async function measureWall(page, seconds) {
  say(`first pictures of ${rooms.length} tiles, ${kWallRounds} times`);
  const first = await timeFirstPictures(page, "#/wall", kWallRounds);
  await page.waitForTimeout(kSettleS * 1000);
  say(`${rooms.length} tiles for ${seconds} s`);
  const records = await watchFor(page, seconds, kWallEveryMs);
  const wall = summary(records, seconds);
  if (wanted.screenshot) {
    await page.screenshot({ path: wanted.screenshot });
  }
  say(`one tile with sound for ${kFocusS} s`);
  const focus = await measureFocus(page);
  return { first_picture_p95_ms: percentile(first, 0.95), sound: false, ...wall, ...focus };
}

async function story(page) {
  const seconds = Number(wanted.seconds);
  const password = readFileSync(wanted["password-file"], "utf8").trim();
  const url = `${wanted.url.replace(/\/$/, "")}/`;
  await logIn(page, url, { name: wanted.account, password });
  await page.getByTestId("wall").waitFor();
  const most = [4, 9, 16, 32].find((count) => count >= rooms.length);
  await page.evaluate(
    (tiles) => localStorage.setItem("candor.wall", JSON.stringify({ tiles, chosen: [] })),
    most,
  );
  await page.reload();
  await giveReason(page);
  const found = await (rooms.length === 1 ? measureRoom : measureWall)(page, seconds);
  return { ...found, first_picture_p95_ms: round1(found.first_picture_p95_ms) };
}

const browser = await launch();
try {
  const { context, page } = await openPage(browser);
  await installProbe(context);
  console.log(JSON.stringify(await story(page)));
} catch (error) {
  say(error.stack ?? String(error));
  process.exitCode = 1;
} finally {
  await browser.close();
}
