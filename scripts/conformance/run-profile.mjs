import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf } from '../server-address.mjs';
import { BASE, PROFILES } from './profiles.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const main = join(root, 'services/profile-server/dist/main.js');

/** A run takes 45 s on a machine that has nothing else to do. */
const RUN_MAX_MILLIS = 900_000;

/**
 * Runs the cases of a profile, `rounds` times in a row, against a server with an empty data directory;
 * if asked, as often again against one that is started on what the first has left there.
 *
 * @param {string} runner the suite's `run.mjs`
 * @returns for each run a title and `{ id, ok, fails }` of each case
 */
export async function runProfile(runner, node, profile, { rounds, isUsedToo }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-conformance-'));
  const runs = [];
  try {
    for (const state of isUsedToo ? ['fresh', 'used'] : ['fresh']) {
      const server = spawn(
        node.path,
        [main, '--listen', '127.0.0.1:0', '--data-dir', dataDir, ...BASE, ...PROFILES[profile]],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      try {
        const url = await addressOf(server);
        for (let round = 1; round <= rounds; round++) {
          const results = await resultsOf(runner, url, profile);
          runs.push({
            title: `${profile}, ${state} directory, ${node.version}, ${round}`,
            results,
          });
        }
      } finally {
        await ended(server);
      }
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  return runs;
}

async function resultsOf(runner, url, profile) {
  const output = await collect(
    spawn(process.execPath, [runner, url, '--profile', profile, '--jobs', '4', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  // The runner's own closing line stands behind its JSON.
  return JSON.parse(output.slice(0, output.lastIndexOf('}') + 1)).results;
}

async function ended(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await exit;
}

function collect(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill(), RUN_MAX_MILLIS);
    const parts = [];
    child.stdout.on('data', (chunk) => parts.push(chunk));
    child.once('error', reject);
    child.once('close', (_code, signal) => {
      clearTimeout(timer);
      if (signal === null) resolve(Buffer.concat(parts).toString());
      else reject(new Error(`the cases were not through after ${RUN_MAX_MILLIS / 1000} s`));
    });
  });
}
