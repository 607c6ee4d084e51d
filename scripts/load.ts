/**
 * Sends reports to the demo app and reads some back. Made to be changed: the load is the two
 * functions `sendReport` and `readSomething`, what a report looks like is in load/bundle.ts.
 *
 *     npm run load -- --rate 2 --elements 2000 --seconds 60
 *
 * Ends after --seconds or on Ctrl-C with a summary; exit code 1 if not one report arrived.
 */
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { bundlePieces, seededRandom } from './load/bundle.ts';
import { createTally, type Tally } from './load/tally.ts';

const HELP = `npm run load -- [options]
  --rate N       reports a second (2)
  --elements N   elements a report (2000)
  --seconds N    for how long; 0 is until Ctrl-C (60)
  --seed N       the same seed sends the same reports (1)
  --reads N      reads a second: lists, single reports, bundles, searches (2)
  --at-once N    requests on their way; more are skipped and counted (8)
  --url URL      the demo app (http://127.0.0.1:8080)`;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '2' },
    elements: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    reads: { type: 'string', default: '2' },
    'at-once': { type: 'string', default: '8' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const rate = numberOption('rate', 0, 1_000);
const elements = numberOption('elements', 4, 1_000_000);
const seconds = numberOption('seconds', 0, 1_000_000);
const seed = numberOption('seed', 0, 2 ** 32);
const reads = numberOption('reads', 0, 1_000);
const atOnceMax = numberOption('at-once', 1, 1_000);
const url = values.url.replace(/\/+$/, '');

const PROGRESS_MILLIS = 5_000;
const REQUEST_MAX_MILLIS = 60_000;

const sent = createTally('reports');
const read = createTally('reads');
const random = seededRandom(seed);
const stop = new AbortController();
let onTheWay = 0;

process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
const startMillis = performance.now();
if (seconds > 0) setTimeout(() => stop.abort(), seconds * 1_000).unref();
const progress = setInterval(printProgress, PROGRESS_MILLIS);
console.log(
  `${rate} reports/s of ${elements} elements and ${reads} reads/s to ${url}, seed ${seed}`,
);

let reportNumber = 0;
await Promise.all([
  repeat(rate, sent, () => sendReport(seed + reportNumber++)),
  repeat(reads, read, readSomething),
]);
clearInterval(progress);
printSummary();
process.exit(rate > 0 && sent.succeeded() === 0 ? 1 : 0);

/** One report; the body is made while it is sent. */
async function sendReport(reportSeed: number): Promise<void> {
  const pieces = bundlePieces(elements, reportSeed);
  await request('/reports', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: Readable.toWeb(Readable.from(pieces)) as ReadableStream,
    duplex: 'half',
  });
}

/** What people do between two reports. */
async function readSomething(): Promise<void> {
  const dice = random();
  if (dice < 0.4) return request('/reports?limit=20');
  if (dice < 0.7) return request('/search?name=falcon&limit=20');
  const newest = await fetch(`${url}/reports?limit=1`).then((response) => response.json());
  const id = (newest as { reports: { id: string }[] }).reports[0]?.id;
  if (id !== undefined) await request(dice < 0.95 ? `/reports/${id}` : `/reports/${id}/bundle`);
}

/** Resolves when the answer was read to its end; rejects with its status unless that is 2xx. */
async function request(path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<void> {
  const response = await fetch(url + path, {
    ...init,
    signal: AbortSignal.timeout(REQUEST_MAX_MILLIS),
  });
  let start = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    if (start.length < 200) start += decoder.decode(chunk, { stream: true });
  }
  if (!response.ok) throw new Error(`${response.status} ${start.slice(0, 200)}`);
}

/**
 * Starts `task` at a steady pace, whether or not the last one is done: a slow server gets the load of
 * its users all the same, up to --at-once.
 */
async function repeat(perSecond: number, tally: Tally, task: () => Promise<void>): Promise<void> {
  if (perSecond === 0) return;
  const running = new Set<Promise<void>>();
  for (let turn = 0; !stop.signal.aborted; turn++) {
    await sleepUntil(startMillis + (turn / perSecond) * 1_000);
    if (stop.signal.aborted) break;
    if (onTheWay >= atOnceMax) tally.skip();
    else {
      const one = measured(tally, task).finally(() => running.delete(one));
      running.add(one);
    }
  }
  await Promise.all(running);
}

async function measured(tally: Tally, task: () => Promise<void>): Promise<void> {
  onTheWay++;
  const start = performance.now();
  try {
    await task();
    tally.succeed(performance.now() - start);
  } catch (error) {
    tally.fail(reasonOf(error));
  } finally {
    onTheWay--;
  }
}

function sleepUntil(atMillis: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, Math.max(0, atMillis - performance.now()));
    function finish(): void {
      clearTimeout(timer);
      stop.signal.removeEventListener('abort', finish);
      resolve();
    }
    stop.signal.addEventListener('abort', finish);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch says "fetch failed" and hides why in its cause.
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function elapsedSeconds(): number {
  return (performance.now() - startMillis) / 1_000;
}

function printProgress(): void {
  console.log(
    `${elapsedSeconds().toFixed(0).padStart(4)} s   ` +
      `${sent.succeeded()} reports, ${read.succeeded()} reads, ${onTheWay} on the way, ` +
      `${sent.failed() + read.failed()} failed, ${sent.skipped() + read.skipped()} skipped`,
  );
}

function printSummary(): void {
  const perSecond = (sent.succeeded() * elements) / elapsedSeconds();
  console.log(`\n${elapsedSeconds().toFixed(1)} s, ${perSecond.toFixed(0)} elements/s taken`);
  for (const line of [...sent.summary(), ...read.summary()]) console.log(line);
}

function numberOption(name: keyof typeof values, min: number, max: number): number {
  const value = Number(values[name]);
  if (values[name] !== '' && value >= min && value <= max) return value;
  console.error(`--${name} is "${values[name]}" but must be a number from ${min} to ${max}.`);
  process.exit(2);
}
