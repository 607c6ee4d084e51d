/**
 * What a newcomer does, for real: `npm start` with the fault on, the page in a browser, the line that
 * is to blame; then parts that are killed, and Ctrl-C.
 *
 *     node scripts/start-e2e.mjs      about two minutes; without Chromium the browser's part is left out
 *
 * EMBERSCOPE_SCREENSHOT names a file for a picture of the page.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createQuestions } from './docker-e2e/questions.mjs';
import { createTally, until } from './docker-e2e/tally.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Away from the usual ports, so that it runs beside what a person has started. */
const PAGE_PORT = 14_840;
const PORTS = [PAGE_PORT, PAGE_PORT + 1, PAGE_PORT + 2, PAGE_PORT + 3];
const page = `http://127.0.0.1:${PAGE_PORT}`;
const collector = `http://127.0.0.1:${PAGE_PORT + 1}`;
/** A fresh clone is compiled first. */
const RUNNING_WITHIN_SECONDS = 300;
/** Two profiles of ten seconds, and a busy machine. */
const PLAIN_WITHIN_SECONDS = 180;
/** The fault is plain when it is no accident any more. */
const PLAIN_SHARE = 0.2;

const { check, summary, hasFailed } = createTally();
const ask = createQuestions({ get: post, serverUrl: page });
const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-start-'));
const startedMillis = Date.now();
const args = ['--port', `${PAGE_PORT}`, '--data-dir', dataDir, '--fault', 'el-data-converter'];
const start = spawn(process.execPath, [join(root, 'scripts/start.mjs'), ...args], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'pipe'],
});
let said = '';
for (const stream of [start.stdout, start.stderr]) {
  stream.on('data', (chunk) => {
    said += chunk;
  });
}
const ended = new Promise((resolve) => start.once('exit', (code) => resolve(code)));

try {
  const isRunning = await check('npm start builds what is missing, and says that it runs', () =>
    until(RUNNING_WITHIN_SECONDS, () => {
      if (start.exitCode !== null) throw new Error(said);
      return said.includes('Emberscope is running');
    }).then(() => ''),
  );
  if (isRunning) await checkPipeline();
} finally {
  start.kill('SIGINT');
  await check('Ctrl-C stops all parts, with exit code 0', async () => {
    const code = await ended;
    if (code !== 0) throw new Error(`exit code ${code}\n${said.slice(-2000)}`);
    for (const port of PORTS) if (await isOpen(port)) throw new Error(`port ${port} is open`);
  });
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(summary());
process.exit(hasFailed() ? 1 : 0);

async function checkPipeline() {
  await check('the flame graph names elDataConverter, with file and line', () =>
    until(PLAIN_WITHIN_SECONDS, () => ask.converterName(startedMillis)),
  );
  await check('with the fault on its share is plain', async () => {
    const share = await until(PLAIN_WITHIN_SECONDS, async () => {
      const now = await ask.converterShare(startedMillis);
      return now > PLAIN_SHARE ? now : undefined;
    });
    return `${(100 * share).toFixed(0)} % of the CPU`;
  });
  await check('a browser shows the same', () => walk());
  await check('long turns of our own main threads', async () =>
    [await longTurns('profile-server', page), await longTurns('collector', collector)].join(', '),
  );
  for (const name of ['collector', 'demo-worker', 'profile-server']) {
    await check(`kill -9 of ${name}: it is said, the rest goes on, it comes back`, () =>
      killAndWait(name),
    );
  }
}

/** The walk of services/web, in a process of its own. */
async function walk() {
  // npm start compiles what it runs, and the walk is none of that.
  const built = spawnSync('npx', ['tsc', '-b', 'services/web'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stdout);
  const walker = spawn(
    process.execPath,
    [join(root, 'services/web/dist-tsc/testing/real-walk.js')],
    {
      env: { ...process.env, EMBERSCOPE_URL: page, EMBERSCOPE_FAULT: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  for (const stream of [walker.stdout, walker.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
    });
  }
  const code = await new Promise((resolve) => walker.once('exit', resolve));
  if (code !== 0) throw new Error(text);
  return text.trim().split('\n').at(-1);
}

/** What a service counts of its own turns over 40 ms; those for want of a core apart. */
async function longTurns(name, url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const count = (starved) =>
    Number(new RegExp(`long_turns_total\\{starved="${starved}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
  return `${name}: ${count(false)}, ${count(true)} more for want of a core`;
}

async function killAndWait(name) {
  const pid = Number(pidOf(name));
  const before = said.length;
  process.kill(pid, 'SIGKILL');
  await until(60, () =>
    new RegExp(`${name}[^\\n]*(ended|died|killed|SIGKILL)`).test(said.slice(before)),
  );
  await until(
    60,
    async () => (await fetch(`${page}/ready`)).ok && (await fetch(`${collector}/ready`)).ok,
  );
  await until(60, async () => (await fetch(`http://127.0.0.1:${PAGE_PORT + 3}/ready`)).ok);
  if (start.exitCode !== null) throw new Error('npm start ended');
  return said.slice(before).trim().split('\n')[0];
}

/** The process of a part: the child of `npm start` whose command line names its program. */
function pidOf(name) {
  const program = {
    'profile-server': 'services/profile-server/dist/main.js',
    collector: 'services/collector/dist/main.js',
    'demo-worker': 'dist/worker.js',
  }[name];
  for (const pid of childrenOf(start.pid)) {
    if (commandOf(pid).includes(program)) return pid;
  }
  throw new Error(`no process of npm start runs ${program}`);
}

function childrenOf(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => parentsOf(pid).includes(parent));
}

/** The parents of a process, up to the first. */
function parentsOf(pid) {
  const parents = [];
  for (let at = Number(pid); at > 1; ) {
    const stat = readProc(at, 'stat');
    // Behind the name, which may hold anything: the state, then the parent.
    at = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
    parents.push(at);
  }
  return parents;
}

function commandOf(pid) {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ');
}

function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended while we looked.
    return '';
  }
}

async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text;
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
