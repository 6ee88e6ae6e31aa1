// SPDX-License-Identifier: Apache-2.0
// The live part of the demo: the wall with its moving pictures, then one room with all angles and
// sound. A check that fails throws; what is measured is returned.
import assert from "node:assert/strict";
import { delaysOf, percentile, round1, watchFor } from "../support/probe.mjs";

const kPatienceMs = 20000;

export const videoOf = (room, stream) =>
  `video[data-room="${room}"]` + (stream ? `[data-stream="${stream}"]` : "");

export async function giveReason(page, reason) {
  await page.getByTestId("reason-submit").waitFor();
  await page.getByLabel(reason, { exact: true }).check();
  await page.getByTestId("reason-submit").click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

/** Waits until the element's picture really goes on. */
export async function waitForMotion(page, selector) {
  await page.waitForFunction(
    (query) => {
      const video = document.querySelector(query);
      const before = Number(video?.dataset.seenS ?? Infinity);
      if (video && video.videoWidth > 0 && before === Infinity) {
        video.dataset.seenS = String(video.currentTime);
      }
      return video && video.currentTime > before + 0.5;
    },
    selector,
    { timeout: kPatienceMs },
  );
}

/** Of 25; a machine that is building something beside it still shows these. */
const kLeastPerSecond = 3;

/**
 * No frame older than the one before, none unreadable, and enough different ones. A counter may be
 * read twice: the canvas draws what stands on the screen, which can be one frame newer than told.
 */
function assertMoves(record, seconds) {
  const name = `${record.room} ${record.stream}`;
  const counters = record.frames.map(({ counter }) => counter);
  assert.equal(record.unreadable, 0, `${name}: every counter is read`);
  const enough = seconds * kLeastPerSecond;
  const shown = new Set(counters).size;
  assert.ok(shown >= enough, `${name}: ${shown} frames in ${seconds} s`);
  counters.slice(1).forEach((counter, i) => {
    const ahead = (counter - counters[i] + 400) % 400;
    assert.ok(ahead < 100, `${name}: counter ${counters[i]} then ${counter}`);
  });
}

function judge(records, phases, seconds) {
  const delays = records.flatMap((record) => {
    assertMoves(record, seconds);
    return delaysOf(record, phases[`${record.room}/${record.stream}`]);
  });
  return { p50: round1(percentile(delays, 0.5)), p95: round1(percentile(delays, 0.95)) };
}

export async function seeWall(page, { phases, rooms, seconds, shot }) {
  await giveReason(page, "Supervision");
  for (const room of rooms) {
    await waitForMotion(page, videoOf(room));
  }
  await page.waitForTimeout(2000);
  const records = await watchFor(page, seconds);
  const seen = records.map(({ room }) => room).sort();
  assert.deepEqual(seen, [...rooms].sort(), "one picture for each recording room");
  await shot("wall");
  return judge(records, phases, seconds);
}

export async function seeRoom(page, { url, phases, room, angles, seconds, shot }) {
  await page.goto(`${url}/#/rooms/${room}`);
  for (const angle of angles) {
    await waitForMotion(page, videoOf(room, angle));
  }
  await page.waitForFunction(
    (query) => {
      const video = document.querySelector(query);
      return video && !video.muted && video.webkitAudioDecodedByteCount > 1000;
    },
    videoOf(room, angles[0]),
    { timeout: kPatienceMs },
  );
  await page.waitForTimeout(3000);
  const before = await page.evaluate(() => window.candorProbe.collect());
  const records = await watchFor(page, seconds);
  assert.deepEqual(records.map(({ stream }) => stream).sort(), [...angles].sort(), "all angles");
  const main = records.find(({ stream }) => stream === angles[0]);
  const played = main.soundBytes - before.find(({ stream }) => stream === angles[0]).soundBytes;
  // 64 kb/s; half of it is enough to know that it was not silence by mistake.
  assert.ok(played > (seconds * 64000) / 8 / 2, `sound: ${played} bytes decoded in ${seconds} s`);
  await shot("room");
  return judge(records, phases, seconds);
}

/** Ends the running session in the room's panel, with its reason. */
export async function endSession(page) {
  await page.getByTestId("end-session").click();
  await page.getByTestId("end-confirm").click();
  await page.getByText("Start a session").waitFor({ timeout: kPatienceMs });
  await page.waitForFunction(() => document.querySelectorAll("video").length === 0, undefined, {
    timeout: kPatienceMs,
  });
}
