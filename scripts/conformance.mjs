/**
 * Replays the recorded requests of a real Pyroscope against our server, in the three ways it can be
 * set up, and compares with what is known:
 *
 *     node scripts/conformance.mjs               the whole suite; needs ../shared/conformance
 *     node scripts/conformance.mjs --update      writes what does not pass yet down anew
 *
 * Cases that do not pass yet are listed in conformance/not-yet.json. One that fails and is not listed
 * fails this; so does one that is listed and passes, so that the list only ever gets shorter.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf } from './server-address.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runner = join(root, '../shared/conformance/run.mjs');
const listFile = join(root, 'scripts/conformance/not-yet.json');

/** What every profile of the suite needs: see its README. */
const BASE = [
  '-distributor.ingestion-rate-limit-mb=256',
  '-distributor.ingestion-burst-size-mb=256',
  '-log.level=error',
];

const PROFILES = {
  default: [],
  multitenancy: ['-auth.multitenancy-enabled=true'],
  limits: [
    '-auth.multitenancy-enabled=true',
    '-distributor.ingestion-body-limit-mb=0.25',
    '-distributor.ingestion-rate-limit-mb=0.001',
    '-distributor.ingestion-burst-size-mb=0.15',
    '-validation.max-profile-size-bytes=65536',
    '-validation.max-profile-stacktrace-samples=100',
    '-validation.max-profile-stacktrace-sample-labels=3',
    '-validation.max-profile-stacktrace-depth=8',
    '-validation.max-profile-symbol-value-length=16',
    '-validation.max-sessions-per-series=2',
    '-validation.disable-label-sanitization=false',
    '-validation.max-label-names-per-series=10',
    '-validation.max-length-label-name=40',
    '-validation.max-length-label-value=80',
    '-querier.max-flamegraph-nodes-default=6',
    '-querier.max-flamegraph-nodes-max=20',
    '-querier.max-query-length=1h',
    '-validation.reject-older-than=0',
    '-querier.max-query-lookback=0',
  ],
};

const RUN_MAX_MILLIS = 300_000;

if (!existsSync(runner)) {
  console.log('skipped: the recorded answers are not part of the project (../shared/conformance)');
  process.exit(0);
}

const notYet = new Set(JSON.parse(readFileSync(listFile, 'utf8')));
const failed = new Set();
let passedCount = 0;
for (const [profile, flags] of Object.entries(PROFILES)) {
  const { results } = await runProfile(profile, flags);
  for (const { id, ok, fails } of results) {
    if (ok) passedCount++;
    else failed.add(id);
    if (!ok && !notYet.has(id))
      console.log(`FAIL ${id}\n     ${JSON.stringify(fails).slice(0, 600)}`);
    if (ok && notYet.has(id)) console.log(`passes now, take it from the list: ${id}`);
    if (ok && notYet.delete(id)) failed.add(`${id} (listed)`);
  }
}

if (process.argv.includes('--update')) {
  const ids = [...failed].filter((id) => !id.endsWith(' (listed)')).sort();
  writeFileSync(listFile, `${JSON.stringify(ids, undefined, 2)}\n`);
  console.log(`${ids.length} cases are listed as not passing yet`);
  process.exit(0);
}
const unexpected = [...failed].filter((id) => !notYet.has(id));
console.log(`${failed.size - unexpected.length} cases do not pass yet, as listed`);
console.log(`${passedCount} passed, ${unexpected.length} failed`);
process.exit(unexpected.length === 0 ? 0 : 1);

/** Starts a server with these flags, runs the cases of the profile, and stops it. */
async function runProfile(profile, flags) {
  const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-conformance-'));
  const server = spawn(
    process.execPath,
    [
      join(root, 'services/profile-server/dist/main.js'),
      ...['--listen', '127.0.0.1:0', '--data-dir', dataDir],
      ...BASE,
      ...flags,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const url = await addressOf(server);
    const output = await collect(
      spawn(process.execPath, [runner, url, '--profile', profile, '--jobs', '4', '--json'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    // The runner's own closing line stands behind its JSON.
    return JSON.parse(output.slice(0, output.lastIndexOf('}') + 1));
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function collect(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill(), RUN_MAX_MILLIS);
    const parts = [];
    child.stdout.on('data', (chunk) => parts.push(chunk));
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(parts).toString());
    });
  });
}
