// SPDX-License-Identifier: Apache-2.0
// The built console in Debian's Chromium against the mocked monitor: real pictures, real sound,
// real clicks. One story from login to playback; later tests build on earlier ones.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, logIn, openPage, readCounter } from "./support/chromium.mjs";
import { makeClips } from "./support/clip.mjs";
import { MockMonitor } from "./support/mock_monitor.mjs";

const port = Number(process.env.CANDOR_TEST_PORT ?? 18810);
const url = `http://127.0.0.1:${port}/`;
const dist = fileURLToPath(new URL("../../web/dist", import.meta.url));
const require = createRequire(new URL("../../web/package.json", import.meta.url));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let folder, monitor, browser, context, page, problems;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "candor-console-"));
  monitor = new MockMonitor(makeClips(folder, { width: 640, height: 360 }), dist);
  await monitor.listen(port);
  monitor.start("interrogation-1");
  browser = await launch();
  ({ context, page, problems } = await openPage(browser));
});

after(async () => {
  await browser?.close();
  await monitor?.close();
  rmSync(folder, { recursive: true, force: true });
});

const tile = (room) => page.locator(`[data-testid=tile-${room}]`);
const videoOf = (room) => `video[data-room="${room}"]`;

/** Waits until the picture of a room really moves, and reads its counter. */
async function movingPicture(room, stream) {
  const selector = stream ? `${videoOf(room)}[data-stream="${stream}"]` : videoOf(room);
  const seconds = () =>
    page.evaluate((query) => document.querySelector(query)?.currentTime ?? 0, selector);
  await page.waitForFunction(
    (query) => (document.querySelector(query)?.videoWidth ?? 0) > 0,
    selector,
    { timeout: 15000 },
  );
  const first = await seconds();
  await page.waitForFunction(
    ([query, from]) => document.querySelector(query).currentTime > from + 0.5,
    [selector, first],
    { timeout: 15000 },
  );
  return page.locator(selector).first().evaluate(readCounter);
}

/** No serious finding of axe on the page as it stands. */
async function accessible(name) {
  // What is still fading in has the contrast of a moment.
  await page.evaluate(() => {
    const ends = (each) => each.effect.getComputedTiming().endTime !== Infinity;
    const finite = document.getAnimations().filter(ends);
    return Promise.allSettled(finite.map((each) => each.finished));
  });
  // Evaluated by the debugging protocol: the page's own policy would refuse an injected script.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const { violations } = await window.axe.run(document, { runOnly: tags });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`,
    );
  });
  assert.deepEqual(found, [], `accessibility of ${name}`);
}

test("a wrong password is refused in words, in both languages", async () => {
  await logIn(page, url, { password: "wrong" });
  await page.getByText("Account or password is wrong").waitFor();
  await page.getByText("中文", { exact: true }).click();
  await page.getByText("账号或密码不正确").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
  await page.reload();
  await page.getByRole("button", { name: "登录" }).waitFor();
  await page.getByText("EN", { exact: true }).click();
  await accessible("login");
});

test("the wall asks for one reason for all rooms but the lawyer's", async () => {
  await logIn(page, url);
  await page.getByTestId("reason-submit").waitFor();
  assert.equal(await page.locator("video").count(), 0);
  await page.getByText("A lamp in the room shows").waitFor();
  await accessible("reason dialog");
  await page.getByLabel("Review", { exact: true }).check();
  await page.getByTestId("reason-submit").click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.deepEqual(
    monitor.viewings.map(({ room, reason }) => [room, reason]),
    ["interrogation-1", "interrogation-2", "waiting-1"].map((room) => [room, "review"]),
  );
});

test("the wall shows moving pictures where a session runs, and only there", async () => {
  assert.notEqual(await movingPicture("interrogation-1"), null);
  assert.notEqual(await movingPicture("waiting-1"), null);
  assert.equal(await page.locator(videoOf("interrogation-2")).count(), 0);
  assert.equal(await page.locator(videoOf("lawyer-1")).count(), 0);
  await tile("interrogation-2").getByText("No session is running").waitFor();
  await tile("lawyer-1").getByText("is connected, ever").waitFor();
  assert.deepEqual(monitor.live.watched(), ["interrogation-1", "interrogation-2", "waiting-1"]);
});

test("a tile tells session clock, copies, disk, other viewers and delay", async () => {
  const text = await tile("interrogation-1").innerText();
  assert.match(text, /\d\d:\d\d \/ 12 h/);
  assert.match(text, /2 copies/);
  assert.match(text, /Disk \d\.\d s behind/);
  assert.match(text, /chen/);
  await page.waitForTimeout(1500);
  const delay = await tile("interrogation-1").getByTestId("delay").innerText();
  const ms = Number(/(\d+) ms/.exec(delay)?.[1]);
  assert.ok(ms > 20 && ms < 1000, `delay ${delay}`);
  await accessible("wall");
});

test("the wall tells what is converted for browsers, and what was refused", async () => {
  const text = await page.getByTestId("transcodes").innerText();
  assert.match(text, /Converted now: pictures 1, sounds 2 · refused: 3/);
});

test("key 1 focuses a tile with sound, Escape goes back", async () => {
  await page.keyboard.press("1");
  await page.waitForFunction(
    (query) => {
      const video = document.querySelector(query);
      return video && !video.muted && video.webkitAudioDecodedByteCount > 1000;
    },
    videoOf("interrogation-1"),
    { timeout: 10000 },
  );
  await tile("interrogation-1").getByTestId("sound-meter").waitFor();
  await movingPicture("interrogation-1");
  await page.keyboard.press("Escape");
  await page.waitForFunction(
    (query) => document.querySelector(query)?.muted,
    videoOf("interrogation-1"),
  );
  await movingPicture("interrogation-1");
});

test("a lost source says since when and comes back by itself", async () => {
  monitor.live.lose("waiting-1", "panorama-video");
  await tile("waiting-1")
    .getByText(/No picture since \d\d:\d\d:\d\d/)
    .waitFor();
  monitor.live.find("waiting-1", "panorama-video");
  await tile("waiting-1").getByText("No picture since").waitFor({ state: "hidden" });
  assert.notEqual(await movingPicture("waiting-1"), null);
});

test("space that runs out is told below the wall and is an alarm, in both languages", async () => {
  const space = page.getByTestId("space");
  const alarms = page.getByTestId("alarms");
  await space.getByText("Volume b of box-1: 2.7 TiB free · 400 h left · 200 h if every").waitFor();
  const [a, b] = monitor.world.host.volumes;
  Object.assign(a, { state: "away", detail: "it does not answer" });
  Object.assign(b, { hours_left: 20.5, warning: 24 });
  await alarms.getByText("Nothing is written to volume a: it does not answer").waitFor();
  await alarms.getByText("Volume b has 20.5 h left at the present rate").waitFor();
  await accessible("wall with alarms");
  await page.getByText("中文", { exact: true }).click();
  await alarms.getByText("存储卷 b 还可录制 20.5 小时").waitFor();
  await page.getByText("EN", { exact: true }).click();
  Object.assign(a, { state: "ok", detail: "" });
  Object.assign(b, { hours_left: 400.5, warning: null });
  await alarms.getByText("20.5 h left").waitFor({ state: "hidden" });
});

test("a lost connection is an alarm, and comes back by itself", async () => {
  monitor.live.dropAll();
  await page.getByTestId("alarms").getByText("No connection to the monitor").waitFor();
  await page.getByTestId("alarms").getByText("No connection").waitFor({ state: "hidden" });
  assert.notEqual(await movingPicture("interrogation-1"), null);
});

test("rooms that are not on the wall are not pulled", async () => {
  await page.getByTestId("tile-count").getByText("1", { exact: true }).click();
  await page.waitForTimeout(500);
  assert.deepEqual(monitor.live.watched(), ["interrogation-1"]);
  await page.getByTestId("tile-count").getByText("4", { exact: true }).click();
});

test("a session is started in the room, with a warning for fewer than two", async () => {
  await page.goto(`${url}#/rooms/interrogation-2`);
  await page.getByTestId("start-case").fill("B-2026-00001");
  await page.getByTestId("start-person").fill("张三");
  await page.getByTestId("too-few").waitFor();
  assert.ok(await page.getByTestId("start-submit").isDisabled());
  const officers = page.getByTestId("start-interrogators");
  for (const name of ["李敏", "赵磊"]) {
    await officers.fill(name);
    await officers.press("Enter");
  }
  await page.getByTestId("too-few").waitFor({ state: "hidden" });
  await accessible("room without a session");
  await page.getByTestId("start-submit").click();
  await page.getByTestId("running-session").getByText("B-2026-00001").waitFor();
  assert.notEqual(await movingPicture("interrogation-2", "panorama-video"), null);
  assert.notEqual(await movingPicture("interrogation-2", "person-video"), null);
  await accessible("room");
});

test("a session is ended with a reason, and its pictures end with it", async () => {
  await page.getByTestId("end-session").click();
  await page.getByLabel("Break or meal; goes on later").check();
  await page.getByTestId("end-confirm").click();
  await page.getByText("Start a session").waitFor();
  await page.waitForFunction(() => document.querySelectorAll("video").length === 0);
});

test("sessions are searched, filtered and paged", async () => {
  await page.goto(`${url}#/sessions`);
  const rows = page.getByTestId("session-link");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 50);
  await page.getByTestId("older").click();
  await page.waitForFunction(
    () => document.querySelectorAll("[data-testid=session-link]").length === 62,
  );
  await accessible("sessions");
  await page.getByTestId("search").fill("A-2026-00157");
  await page.getByTestId("search").press("Enter");
  await page.waitForFunction(
    () => document.querySelectorAll("[data-testid=session-link]").length === 1,
  );
  await page.getByTestId("search").fill("");
  await page.getByTestId("search").press("Enter");
  await page.getByTestId("open-filter").selectOption("open");
  await page.waitForFunction(
    () => document.querySelectorAll("[data-testid=session-link]").length === 1,
  );
  await page.getByTestId("open-filter").selectOption("all");
});

test("a session asks for its reason, plays, and stays in step", async () => {
  await page.getByRole("link", { name: "A-2026-00160" }).click();
  await page.getByTestId("reason-submit").click();
  await page.getByTestId("play").click();
  assert.notEqual(await movingPicture("interrogation-1", "panorama-video"), null);
  await page.waitForTimeout(1500);
  const times = await page.evaluate(() =>
    [...document.querySelectorAll("video, audio")].map((element) => element.currentTime),
  );
  assert.equal(times.length, 3);
  assert.ok(Math.max(...times) - Math.min(...times) < 0.12, `in step: ${times}`);
});

/** Waits until playback stands at these seconds of the session. */
function position(seconds, tolerance = 0) {
  return page.waitForFunction(
    ([wanted, off]) => {
      const slider = document.querySelector("[data-testid=timeline]");
      return Math.abs(Number(slider.getAttribute("aria-valuenow")) - wanted) <= off;
    },
    [seconds, tolerance],
  );
}

test("gaps stand on the timeline and in words; times lead there", async () => {
  assert.equal(await page.getByTestId("gap").count(), 1);
  const list = await page.getByTestId("gap-list").innerText();
  assert.match(list, /Camera offline/);
  assert.match(list, /2\.5 s/);
  await page.getByTestId("play").click();
  await page.getByTestId("gap-list").getByRole("button").click();
  await position(7);
});

test("frames are stepped, the timeline moves by keys, a time of day is found", async () => {
  const shows = async (frame) => {
    for (let tries = 0; tries < 40; tries += 1) {
      if ((await page.locator("video").first().evaluate(readCounter)) === frame) {
        return;
      }
      await page.waitForTimeout(50);
    }
    assert.fail(`the picture never showed frame ${frame}`);
  };
  await shows(175);
  await page.getByRole("button", { name: "One frame forward" }).click();
  await shows(176);
  await page.getByRole("button", { name: "One frame back" }).click();
  await shows(175);
  await page.getByTestId("timeline").focus();
  await page.keyboard.press("Home");
  await position(0);
  await page.keyboard.press("ArrowRight");
  await position(5);
  const moment = await page.evaluate(() => {
    const text = document.querySelector("[data-testid=position]").innerText;
    return /(\d\d:\d\d:\d\d)/.exec(text)[1];
  });
  await page.keyboard.press("Home");
  await position(0);
  await page.getByLabel("Time of day").fill(moment);
  await page.getByRole("button", { name: "Go to time" }).click();
  await position(5, 1);
  await page.getByLabel("Time of day").fill("99:99");
  await page.getByRole("button", { name: "Go to time" }).click();
  await page.getByText("The session has no such moment").waitFor();
  await accessible("session");
});

test("every page speaks Chinese", async () => {
  await page.getByText("中文", { exact: true }).click();
  for (const [hash, words] of [
    ["#/wall", "监看墙"],
    ["#/rooms/interrogation-1", "讯问进行中"],
    ["#/sessions", "案件编号"],
  ]) {
    await page.goto(url + hash);
    await page.getByText(words).first().waitFor();
    const text = await page.locator("#main").innerText();
    assert.doesNotMatch(text, /\b(wall|room|session|playback|fact)\.[a-z]/, `keys left on ${hash}`);
  }
});

test("a logout ends what was granted", async () => {
  await page.getByTestId("account").click();
  await page.getByRole("menuitem", { name: "退出登录" }).click();
  await page.getByRole("button", { name: "登录" }).waitFor();
  assert.deepEqual(monitor.live.watched(), []);
  await logIn(page, url);
  await page.getByTestId("reason-submit").waitFor();
});

test("nothing failed on the way and nothing broke the security policy", async () => {
  const expected = /401|403|WebSocket|ERR_/;
  assert.deepEqual(
    problems.filter((problem) => !expected.test(problem)),
    [],
  );
  await context.close();
});
