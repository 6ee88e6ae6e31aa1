// SPDX-License-Identifier: Apache-2.0
// The demo without a person: a real Chromium at the real console, from login to playback. Started
// by tools/demo.py --once. Prints one JSON line; a failed check ends it with code 1 and says which.
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { endSession, seeRoom, seeWall } from "./demo/live.mjs";
import { checkMedia } from "./demo/media.mjs";
import { playSession } from "./demo/playback.mjs";
import { launch, logIn, openPage } from "./support/chromium.mjs";
import { installProbe } from "./support/probe.mjs";

const kWatchS = 6;

const { values: wanted } = parseArgs({
  options: {
    url: { type: "string" },
    account: { type: "string" },
    "password-file": { type: "string" },
    // {"<room>/<stream>": how many ms after the 40 ms tick its camera sends}
    phases: { type: "string" },
    screenshots: { type: "string" },
  },
});

const say = (text) => console.error(`demo: ${text}`);

function shooter(page, folder) {
  if (folder) {
    mkdirSync(folder, { recursive: true });
  }
  return async (name) => {
    if (folder) {
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
    }
  };
}

/** An answer of the API, asked by the page itself. */
function answerOf(page, address) {
  return page.evaluate(async (from) => {
    const answer = await fetch(from);
    if (!answer.ok) {
      throw new Error(`${from}: ${answer.status} ${await answer.text()}`);
    }
    return answer.json();
  }, address);
}

/** The session as it is once everything up to its end is on disk. */
async function closedSession(page, id) {
  for (let tries = 0; tries < 40; tries += 1) {
    const session = await answerOf(page, `/api/sessions/${id}`);
    const ends = session.streams.map((track) => Date.parse(track.recorded_to ?? 0));
    if (session.ended !== null && Math.min(...ends) >= Date.parse(session.ended) - 500) {
      return session;
    }
    await page.waitForTimeout(250);
  }
  throw new Error(`session ${id} was ended, but its streams are not recorded up to the end`);
}

function recordedSeconds(session) {
  const video = session.streams.find(({ media }) => media === "video");
  const spans = video.coverage.map(({ from, to }) => Date.parse(to) - Date.parse(from));
  return Math.round(spans.reduce((sum, ms) => sum + ms, 0) / 100) / 10;
}

async function story(page, problems) {
  const url = wanted.url.replace(/\/$/, "");
  const phases = JSON.parse(wanted.phases);
  const shot = shooter(page, wanted.screenshots);
  const password = readFileSync(wanted["password-file"], "utf8").trim();
  await logIn(page, `${url}/`, { name: wanted.account, password });

  say("the wall");
  const rooms = [...new Set(Object.keys(phases).map((key) => key.split("/")[0]))];
  const wall = await seeWall(page, { phases, rooms, seconds: kWatchS, shot });

  const { rooms: found } = await answerOf(page, "/api/rooms");
  const running = found.find(({ session }) => session !== null);
  const id = running.session.session;
  say(`room ${running.room} with session ${id}`);
  const angles = running.streams.filter(({ media }) => media === "video").map(({ name }) => name);
  const place = { url, phases, room: running.room, angles };
  const room = await seeRoom(page, { ...place, seconds: kWatchS, shot });
  await endSession(page);

  say("playback");
  const session = await closedSession(page, id);
  const played = await playSession(page, { url, session, phases, shot });
  // The question who is logged in, before anybody is, is answered by 401.
  const complaints = problems.filter((problem) => !problem.includes("401"));
  if (complaints.length > 0) {
    throw new Error(`the page complained: ${complaints.join(" | ")}`);
  }
  const media = await checkMedia(page, played.source);
  return {
    rooms: rooms.length,
    live_p50_ms: room.p50,
    live_p95_ms: room.p95,
    wall_p95_ms: wall.p95,
    recorded_s: recordedSeconds(session),
    session_id: id,
    playback_ok: true,
    playback_spread_ms: played.spread_ms,
    playback_frames_off: played.worst_frames_off,
    media_bytes: media.bytes,
  };
}

const browser = await launch();
try {
  const { context, page, problems } = await openPage(browser);
  await installProbe(context);
  console.log(JSON.stringify(await story(page, problems)));
} catch (error) {
  say(error.stack ?? String(error));
  process.exitCode = 1;
} finally {
  await browser.close();
}
