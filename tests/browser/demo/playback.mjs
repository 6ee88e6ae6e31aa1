// SPDX-License-Identifier: Apache-2.0
// The recorded part of the demo: the session's page, played, and sought to places whose counter is
// known beforehand because the camera's counter is its clock.
import assert from "node:assert/strict";
import { framesOff } from "../support/probe.mjs";
import { giveReason, waitForMotion } from "./live.mjs";

const kPatienceMs = 20000;
/** The timeline's time is the arrival, the counter's the sending: one frame may lie between. */
const kFramesOffMax = 1;
/** Room for a busy machine; what was measured is in the report. */
const kSpreadMaxS = 0.25;
const kLeastPerSecond = 3;

const video = (stream) => `video[data-testid="playback-video"][data-stream="${stream}"]`;

/** The picture that stands at a place: its counter, and the instant that the page says it is of. */
async function standing(page, stream, wantedMs, toleranceMs) {
  const found = await page.waitForFunction(
    ([query, wanted, tolerance]) => {
      const element = document.querySelector(query);
      const from = new URL(element.src).searchParams.get("from");
      const instantMs = Date.parse(from) + element.currentTime * 1000;
      const frames = window.candorProbe
        .collect()
        .find((each) => each.stream === element.dataset.stream).frames;
      const ahead = element.currentTime - (frames.at(-1)?.mediaTime ?? Infinity);
      const stands = element.paused && element.readyState >= 2 && ahead > -0.002 && ahead < 0.06;
      const counter = window.candorRead(element);
      const arrived = stands && counter !== null && Math.abs(instantMs - wanted) <= tolerance;
      return arrived ? { counter, instantMs } : null;
    },
    [video(stream), wantedMs, toleranceMs],
    { timeout: kPatienceMs },
  );
  return found.jsonValue();
}

function assertCounter(frame, instantMs, phaseMs, what) {
  const off = framesOff(frame.counter, instantMs, phaseMs);
  assert.ok(
    Math.abs(off) <= kFramesOffMax,
    `${what}: counter ${frame.counter} is ${off} frames off`,
  );
  return Math.abs(off);
}

/** Local time of day as the page's own clock field takes it. */
function timeOfDay(page, instantMs) {
  return page.evaluate((ms) => {
    const date = new Date(ms);
    const two = (value) => String(value).padStart(2, "0");
    return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  }, instantMs);
}

/** Goes to whole seconds by the time of day and compares every angle's counter. */
async function checkInstants(page, { started, streams, phaseOf, seconds }) {
  let worst = 0;
  for (const second of seconds) {
    const instantMs = Math.ceil(started / 1000) * 1000 + second * 1000;
    await page.getByLabel("Time of day").fill(await timeOfDay(page, instantMs));
    await page.getByRole("button", { name: "Go to time" }).click();
    for (const stream of streams) {
      const frame = await standing(page, stream, instantMs, 20);
      const what = `${stream} at ${new Date(instantMs).toISOString()}`;
      worst = Math.max(worst, assertCounter(frame, instantMs, phaseOf(stream), what));
    }
  }
  return worst;
}

/** A click on the timeline: the picture must be that of the place where the position went. */
async function checkClick(page, { started, streams, phaseOf, share, lengthS }) {
  const box = await page.getByTestId("timeline").boundingBox();
  await page.mouse.click(box.x + box.width * share, box.y + box.height / 3);
  const wantedMs = started + share * lengthS * 1000;
  for (const stream of streams) {
    const frame = await standing(page, stream, wantedMs, 500);
    assertCounter(frame, frame.instantMs, phaseOf(stream), `${stream} at ${share} of the timeline`);
  }
}

/** Plays on for some seconds: pictures move in real time and in step, sound with them. */
async function checkPlaying(page, { streams, seconds }) {
  const state = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("video, audio")].map((element) => ({
        stream: element.dataset.stream,
        atS: element.currentTime,
        soundBytes: element.webkitAudioDecodedByteCount ?? 0,
        heard: element instanceof HTMLAudioElement && !element.muted,
      })),
    );
  await page.evaluate(() => window.candorProbe.begin());
  const before = await state();
  await page.waitForTimeout(seconds * 1000);
  const after = await state();
  const records = await page.evaluate(() => window.candorProbe.collect());
  const times = after.map(({ atS }) => atS);
  const spread = Math.max(...times) - Math.min(...times);
  assert.ok(spread < kSpreadMaxS, `angles and sound in step: ${times.join(", ")}`);
  after.forEach(({ stream, atS }, i) => {
    const moved = atS - before[i].atS;
    assert.ok(moved > seconds * 0.5, `${stream} played ${moved} s in ${seconds} s`);
  });
  assert.ok(
    after.some((element, i) => element.heard && element.soundBytes > before[i].soundBytes),
    "sound is decoded",
  );
  for (const stream of streams) {
    const counters = records.find((each) => each.stream === stream).frames.map((f) => f.counter);
    assert.ok(
      new Set(counters).size > seconds * kLeastPerSecond,
      `${stream}: ${counters.length} pictures`,
    );
    assert.ok(!counters.includes(null), `${stream}: every counter is read`);
  }
  return { spread_ms: Math.round(spread * 1000) };
}

export async function playSession(page, { url, session, phases, shot }) {
  const started = Date.parse(session.started);
  const lengthS = (Date.parse(session.ended) - started) / 1000;
  const videos = session.streams.filter(({ media }) => media === "video");
  const streams = videos.map(({ name }) => name);
  const phaseOf = (stream) => phases[`${session.room}/${stream}`];
  const place = { started, lengthS, streams, phaseOf };
  await page.goto(`${url}/#/sessions/${session.session}`);
  await giveReason(page, "Review");
  await page.getByTestId("play").click();
  for (const stream of streams) {
    await waitForMotion(page, video(stream));
  }
  const source = await page.locator(video(streams[0])).getAttribute("src");
  const { spread_ms } = await checkPlaying(page, { streams, seconds: 3 });
  await shot("session");
  await page.getByTestId("play").click();
  const quarter = Math.floor(lengthS / 4);
  // Forward across the middle, back across it, and to the start.
  const seconds = [quarter * 3, quarter, quarter * 2, 0];
  const worst = await checkInstants(page, { ...place, seconds });
  await checkClick(page, { ...place, share: 0.7 });
  await checkClick(page, { ...place, share: 0.2 });
  await page.getByTestId("play").click();
  await page.waitForTimeout(500);
  await checkPlaying(page, { streams, seconds: 2 });
  return { spread_ms, worst_frames_off: worst, source };
}
