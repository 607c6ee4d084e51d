import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createLogger,
  formatListenAddress,
  nodeFs,
  openLogFile,
  readSettings,
  systemClock,
} from '@emberscope/node-kit';
import { checkHealth } from './health-check.ts';
import { PYROSCOPE_FILE_KEYS } from './pyroscope-file-keys.ts';
import { startServer } from './server.ts';
import { settingsShape } from './settings.ts';

/* profile-server: the one place that reads the environment and ends the process. */

/** By then a long log is being read, and who waits may want to know by which settings. */
const SLOW_START_MILLIS = 2_000;

const here = dirname(fileURLToPath(import.meta.url));
const version = versionOf(resolve(here, '../package.json'));
const argv = process.argv.slice(2);

if (argv[0] === 'healthcheck') {
  const { isHealthy, text } = await checkHealth(argv[1] ?? 'http://127.0.0.1:4040/ready');
  (isHealthy ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(isHealthy ? 0 : 1);
}

const read = await readSettings({
  program: {
    name: 'profile-server',
    description: 'Takes profiles in, keeps them, answers queries.',
  },
  version,
  shape: settingsShape,
  argv,
  environment: process.env,
  fs: nodeFs,
  acceptUnknownDotted: true,
  ownSections: ['store'],
  fileKeys: PYROSCOPE_FILE_KEYS,
});
switch (read.kind) {
  case 'shown':
    process.stdout.write(read.text);
    process.exit(0);
    break;
  case 'refused':
    process.stderr.write(`${read.reasons.join('\n')}\n`);
    process.exit(2);
    break;
  case 'settings':
    break;
  default:
    read satisfies never;
}

const { settings, rows, warnings } = read;
const output = openLogFile(2);
const log = createLogger({ service: 'profile-server', level: settings.logLevel, output });
// A start may be ended at any moment, as by a kill: the next one finds what there is to mend.
let stop = async () => log.info('stopped before it was ready');
let isStopping = false;
// Before the start, which may read a long log: the first process of a container gets no signal that
// it does not ask for.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    void stop().then(() => {
      output.flushSync();
      process.exit(0);
    });
  });
}
for (const warning of warnings) log.warn(warning);
const dataDir = resolve(settings.dataDir);

const tellSettings = (what: 'starting' | 'started') =>
  log.info({ settings: Object.fromEntries(rows.map(({ name, text }) => [name, text])) }, what);
// A sentence that says why there is no start stands alone: mostly that is known at once.
const isSlow = setTimeout(tellSettings, SLOW_START_MILLIS, 'starting');
const started = await startServer({
  settings,
  dataDir,
  pageDir: resolve(settings.pageDir ?? resolve(here, '../../web/dist')),
  build: { version, revision: '' },
  config: rows,
  log,
  clock: systemClock,
  fs: nodeFs,
});
if (!started.ok) {
  process.stderr.write(`${started.reason}\n`);
  process.exit(1);
}
({ stop } = started);
clearTimeout(isSlow);
tellSettings('started');
process.stdout.write(
  `profile-server ${version} ready on ${formatListenAddress(started.address)}, profiles in ${dataDir}\n`,
);

function versionOf(manifest: string): string {
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  const isManifest = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return isManifest ? String(parsed.version) : '';
}
