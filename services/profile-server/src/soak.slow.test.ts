import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createSeededRandom } from '@emberscope/node-kit';
import { flameTotal, seriesTotal } from './testing/soak/asked.ts';
import { type ProcessFigures, processFigures } from './testing/soak/process-figures.ts';
import { unlikeServices } from './testing/soak/unlike-services.ts';
import { spawnServer } from './testing/spawned-server.ts';

/*
 * Fifty services with unlike code, hours of their traffic in minutes, against what ships. All answers
 * are exact, and what the process holds does not grow. EMBERSCOPE_SOAK_SECONDS and
 * EMBERSCOPE_SOAK_HOURS say how long, and how many hours of traffic that is.
 */

const IS_LONG = process.env.EMBERSCOPE_TESTS === 'all';
const SECONDS = Number(process.env.EMBERSCOPE_SOAK_SECONDS ?? (IS_LONG ? 600 : 30));
const HOURS = Number(process.env.EMBERSCOPE_SOAK_HOURS ?? (IS_LONG ? 8 : 0.5));

const SERVICES = 50;
const INTERVAL_SECONDS = 15;
const INTERVAL_MILLIS = INTERVAL_SECONDS * 1000;
const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;
const INTERVALS = (HOURS * HOUR_MILLIS) / INTERVAL_MILLIS;
const LANES = 16;
const LOOKS = IS_LONG ? 20 : 8;
/** A long run is about yesterday: whenever its profiles pause they are flushed, and the day is merged. */
const DAYS_AGO = IS_LONG ? 1 : 0;
const LOOKS_PER_PAUSE = 5;
const PAUSE_MILLIS = IS_LONG ? 25_000 : 0;
/** As a person and a dashboard ask. */
const QUESTIONS_PER_LOOK = 12;
/** Until files of merges are gone, and all threads have let go of them. */
const CALM_MAX_MILLIS = 150_000;
const RETRY_MILLIS = 50;
/**
 * Dictionaries open for writing of 128 MiB, caches of 128 MiB, and what the README of the embedded
 * store says of the rest. It is 480 at rest, and 570 behind questions about everything.
 */
const MAX_RSS_MIB = 640;

const TOOLS = fileURLToPath(new URL('../dist/store-tools/main.js', import.meta.url));

test(`${HOURS} hours of ${SERVICES} services with unlike code in ${SECONDS} s`, {
  skip: process.platform !== 'linux' && 'there is no /proc',
}, async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-soak-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const endMillis =
    Math.floor(Date.now() / INTERVAL_MILLIS) * INTERVAL_MILLIS - DAYS_AGO * DAY_MILLIS;
  const startMillis = endMillis - HOURS * HOUR_MILLIS;
  const services = unlikeServices({
    ...{ services: SERVICES, startMillis, intervalMillis: INTERVAL_MILLIS },
    intervalsPerRelease: (2 * HOUR_MILLIS) / INTERVAL_MILLIS,
  });
  const server = await spawnServer(dataDir, '-validation.reject-older-than=0');
  const pid = server.child.pid ?? 0;
  // What fails must not leave a server behind.
  t.after(() => server.child.kill('SIGKILL'));
  /** Of each service, up to and with each interval. */
  const sums = services.map(() => [0]);
  const looks: ProcessFigures[] = [];
  let refusals = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  t.after(() => agent.destroy());

  async function push(index: number, interval: number): Promise<void> {
    const service = services[index];
    if (service === undefined) return;
    const { total, pprof } = service.profileAt(interval);
    const name = encodeURIComponent(`${service.name}{pod=pod-${interval % 2}}`);
    for (;;) {
      const url = `${server.url}/ingest?format=pprof&name=${name}`;
      const { status, text } = await post(agent, url, pprof);
      if (status === 200) break;
      assert.ok(status === 503 || status === 429, `${status} ${text}`);
      refusals++;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
    }
    const ofService = sums[index] ?? [];
    ofService[interval + 1] = (ofService[interval] ?? 0) + total;
  }

  async function pushInterval(interval: number): Promise<void> {
    let next = 0;
    const lanes = Array.from({ length: LANES }, async () => {
      for (let index = next++; index < SERVICES; index = next++) await push(index, interval);
    });
    await Promise.all(lanes);
  }

  const random = createSeededRandom(1);

  /** Of intervals that have been pushed. */
  async function askSomething(pushed: number): Promise<void> {
    const first = random.below(pushed);
    const last = first + random.below(pushed - first);
    const range = {
      startMillis: startMillis + first * INTERVAL_MILLIS,
      endMillis: startMillis + last * INTERVAL_MILLIS + SERVICES,
    };
    const wantedOf = (index: number) =>
      (sums[index]?.[last + 1] ?? 0) - (sums[index]?.[first] ?? 0);
    const wantedOfAll = services.reduce((sum, _, index) => sum + wantedOf(index), 0);
    const one = random.below(SERVICES);
    const selector = `{service_name="${services[one]?.name}"}`;
    assert.equal(await flameTotal(server.url, selector, range), wantedOf(one), 'one service');
    if (random.below(4) > 0) return;
    assert.equal(await flameTotal(server.url, '{}', range), wantedOfAll, 'all services');
    // Its points end where the profiles of an interval do.
    const all = { startMillis: startMillis + SERVICES, endMillis: range.endMillis };
    const wanted = sums.reduce((sum, ofService) => sum + (ofService[last + 1] ?? 0), 0);
    assert.equal(
      await seriesTotal(server.url, '{}', all, INTERVAL_SECONDS),
      wanted,
      'the series of all',
    );
  }

  const began = performance.now();
  for (let interval = 0; interval < INTERVALS; interval++) {
    await pushInterval(interval);
    const isLook = (interval + 1) % Math.ceil(INTERVALS / LOOKS) === 0;
    if (isLook) {
      const questions = Array.from({ length: QUESTIONS_PER_LOOK }, () =>
        askSomething(interval + 1),
      );
      await Promise.all(questions);
      const figures = await processFigures(server.url, pid);
      looks.push(figures);
      t.diagnostic(
        `${Math.round((performance.now() - began) / 1000)} s: ${JSON.stringify(figures)}`,
      );
    }
    const isPause = looks.length > 0 && looks.length % LOOKS_PER_PAUSE === 0 && isLook;
    if (isPause) await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
    const due = began + ((interval + 1) / INTERVALS) * SECONDS * 1000;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
  }
  const seconds = (performance.now() - began) / 1000;
  t.diagnostic(
    `${INTERVALS * SERVICES} profiles in ${seconds.toFixed(0)} s, ${refusals} refused once`,
  );

  // Whoever reads files that were merged has two minutes for it.
  if (IS_LONG) await new Promise((resolve) => setTimeout(resolve, CALM_MAX_MILLIS));
  let calm = await processFigures(server.url, pid);
  const until = performance.now() + CALM_MAX_MILLIS;
  while (calm.deletedFiles > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    calm = await processFigures(server.url, pid);
  }
  t.diagnostic(`calm: ${JSON.stringify(calm)}`);
  assert.equal(calm.deletedFiles, 0, 'nobody holds a file that is gone');
  const early = looks[Math.floor(LOOKS / 4)];
  assert.ok(early !== undefined);
  for (const late of [...looks.slice(LOOKS / 2), calm]) {
    // A client more, a timeout for each request that runs, a file for each segment and thread.
    const moreSegments = Math.max(0, late.segments - early.segments);
    assert.ok(late.openFiles <= early.openFiles + 32 + 8 * moreSegments, 'open files');
    assert.ok(late.timers <= early.timers + 32, 'timers');
    assert.ok(late.rssMiB <= MAX_RSS_MIB, 'memory');
  }

  for (let asked = 0; asked < QUESTIONS_PER_LOOK; asked++) await askSomething(INTERVALS);
  server.child.kill('SIGTERM');
  const [code] = await once(server.child, 'close');
  assert.equal(code, 0);
  const verified = spawnSync(process.execPath, [TOOLS, 'verify', dataDir], { encoding: 'utf8' });
  t.diagnostic(verified.stdout.trim());
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
});

/** Not by `fetch`, which takes more of a core: who sends must not be what limits. */
async function post(agent: Agent, url: string, body: Uint8Array) {
  const headers = { 'content-length': body.length };
  const sent = request(url, { method: 'POST', agent, headers });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: Number(answer.statusCode), text };
}
