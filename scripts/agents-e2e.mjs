/**
 * Real agents, each with a busy function, push to a server of ours. The function is asked for, and
 * looked up in the page where there is Chromium:
 *
 *     npm run test:agents               all that this machine can run; about three minutes
 *     npm run test:agents -- Go Java    those whose name holds one of the words
 *
 * Agents come from their registries, into a scratch folder that is removed at the end. One that cannot
 * be had here (no toolchain, no registry) is skipped, with the reason; that one of them pushed in vain
 * is a failure. EMBERSCOPE_SCREENSHOTS names a folder for pictures of the page.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agents } from './agents-e2e/agents.mjs';
import { openPage } from './agents-e2e/page.mjs';
import { flameGraphOf, startServer } from './agents-e2e/server.mjs';
import { createTally, until } from './docker-e2e/tally.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'services/profile-server/dist/main.js');
const programs = join(root, 'scripts/agents-e2e');

/** Several uploads of every agent. */
const BUSY_SECONDS = 10;
const INSTALL_MAX_SECONDS = 240;
const RUN_MAX_SECONDS = 120;
const FOUND_MAX_SECONDS = 20;
const SAID_MAX_CHARS = 4_000;

const words = process.argv.slice(2);
const wanted = agents.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
const scratch = mkdtempSync(join(tmpdir(), 'emberscope-agents-'));
const { check, summary, hasFailed } = createTally();
const skipped = [];
const server = await startServer(main);
const page = await openPage(server.url, process.env.EMBERSCOPE_SCREENSHOTS);
if (page.missing !== undefined) skipped.push({ name: 'the page', reason: page.missing });
try {
  for (const [i, agent] of wanted.entries()) await tryAgent(agent, `agent-${i}`);
} finally {
  await page.close();
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
for (const { name, reason } of skipped) console.log(`skipped ${name}: ${reason}`);
console.log(`${summary()}, ${skipped.length} skipped`);
process.exit(hasFailed() ? 1 : 0);

async function tryAgent(agent, service) {
  const { name, program, environment = {}, types } = agent;
  const folder = join(scratch, service);
  const reason = await whyNot(agent, folder);
  if (reason !== undefined) {
    skipped.push({ name, reason });
    return;
  }
  const isFound = await check(`${name}: its function is found`, async () => {
    const [command, args] = agent.run(folder);
    const pushed = await run(command, args, folder, RUN_MAX_SECONDS, {
      ...environment,
      BUSY_SECONDS: `${BUSY_SECONDS}`,
      PYROSCOPE_APPLICATION_NAME: service,
      PYROSCOPE_SERVER_ADDRESS: server.url,
    });
    if (pushed.reason !== undefined) throw new Error(`${program}: ${pushed.reason}`);
    const shares = [];
    for (const type of types) {
      const found = await until(FOUND_MAX_SECONDS, async () => {
        const { names, total } = await flameGraphOf(server.url, service, type);
        const known = names.find((each) => agent.function.test(each));
        if (known !== undefined) return { known, total };
        throw new Error(`${type} has ${names.length} names, none is ${agent.function}`);
      });
      shares.push(`${type.split(':')[1]} ${(found.total / 1e9).toFixed(1)} s`);
    }
    return shares.join(', ');
  });
  if (!isFound || page.missing !== undefined) return;
  await check(`${name}: the page shows it`, () => page.search(service, agent));
}

/** Installs the agent; says why that cannot be. */
async function whyNot({ needs, program, install }, folder) {
  for (const tool of needs) {
    const { reason } = await run('which', [tool], scratch, 10);
    if (reason !== undefined) return `there is no ${tool} here`;
  }
  mkdirSync(folder);
  copyFileSync(join(programs, program), join(folder, program));
  for (const [command, args] of install(folder)) {
    const { reason } = await run(command, args, folder, INSTALL_MAX_SECONDS);
    if (reason !== undefined) return `${command} ${args.join(' ')}: ${reason}`;
  }
  return undefined;
}

/** Runs a command to its end; the last lines of what it said are the reason when it went wrong. */
function run(command, args, cwd, limitSeconds, environment = {}) {
  return new Promise((resolve) => {
    let said = '';
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitSeconds * 1000);
    const end = (reason) => {
      clearTimeout(timer);
      resolve({ reason });
    };
    const hear = (chunk) => {
      said = `${said}${chunk}`.slice(-SAID_MAX_CHARS);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => {
      if (code === 0) end(undefined);
      else if (signal === 'SIGKILL') end(`not done within ${limitSeconds} s`);
      else end(`ended with ${code ?? signal}: ${said.trim().split('\n').slice(-3).join(' | ')}`);
    });
  });
}
