import { join } from 'node:path';
import { FAULTS } from '../../demo-app/src/config.ts';
import { NODE_FLAGS } from '../../demo-app/src/runtime/node-flags.ts';
import type { StartOptions } from './options.ts';
import type { Part } from './part.ts';
import type { Steps } from './pipeline.ts';
import { HOST, type Ports } from './ports.ts';

/** What the parts are made from. */
export type PartsInput = {
  readonly projectDir: string;
  readonly options: StartOptions;
  readonly ports: Ports;
};

/** Gentle: a tenth of a core, and a report every second to look at. */
const LOAD_REPORTS_PER_SECOND = 1;
const LOAD_ELEMENTS = 2_000;

/** Two busy cores warm a demo process up in six seconds; nobody waits longer than this for a first sign. */
const READY_MAX_MILLIS = 60_000;

/** The services deliver and write what they hold within this; the demo gives itself 4.5 s. */
const SERVICE_STOP_SECONDS = 8;
const STOP_MAX_MILLIS = (SERVICE_STOP_SECONDS + 2) * 1_000;

/** What is as usual, for each part to overrule. */
const USUAL = {
  environment: {},
  readyMaxMillis: READY_MAX_MILLIS,
  stopMaxMillis: STOP_MAX_MILLIS,
} satisfies Partial<Part>;

/** What runs, in the order it is started. They stop in the opposite order. */
export function pipelineSteps(input: PartsInput): Steps {
  const steps = [
    [profileServer(input), collector(input)],
    [demoWorker(input, input.options.fault), demoApi(input)],
  ];
  return input.options.hasLoad ? [...steps, [load(input)]] : steps;
}

function profileServer({ projectDir, options, ports }: PartsInput): Part {
  return {
    ...USUAL,
    name: 'profile-server',
    does: 'keeps profiles, answers queries, serves the page',
    port: ports.page,
    // As its image has them.
    environment: { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' },
    nodeArgs: [
      ...['--max-semi-space-size=4', join(projectDir, 'services/profile-server/dist/main.js')],
      ...['--listen', `${HOST}:${ports.page}`],
      ...['--data-dir', join(options.dataDir, 'profile-server')],
      // Taken as old as they may be kept.
      '-validation.reject-older-than=7d',
      // The whole retention in one query: this is one person's machine.
      '-querier.max-query-length=0',
      '-querier.max-query-lookback=0',
    ],
    workingDir: projectDir,
    readiness: readyAt(ports.page),
  };
}

function collector({ projectDir, ports }: PartsInput): Part {
  return {
    ...USUAL,
    name: 'collector',
    does: 'takes profiles in, labels and delivers them',
    port: ports.collector,
    nodeArgs: [
      join(projectDir, 'services/collector/dist/main.js'),
      ...['--config', join(projectDir, 'services/collector/collector.yaml')],
      ...['--listen', `${HOST}:${ports.collector}`, '--endpoints', httpUrl(ports.page)],
      `--stop-timeout=${SERVICE_STOP_SECONDS}s`,
    ],
    workingDir: projectDir,
    readiness: readyAt(ports.collector),
  };
}

/** Frames are named from the working folder: `./src/database/el-data-converter.ts`. */
function demoPart({ projectDir, ports }: PartsInput, port: number) {
  return {
    ...USUAL,
    workingDir: join(projectDir, 'demo-app'),
    readiness: readyAt(port),
    port,
    environment: {
      HOST,
      PORT: String(port),
      DEMO_API_URL: httpUrl(ports.demoApi),
      DEMO_WORKER_URL: httpUrl(ports.demoWorker),
      // Empty is not set, whatever the person's own environment says.
      DEMO_FAULT: '',
      DEMO_PROFILING: 'on',
      PYROSCOPE_SERVER_ADDRESS: httpUrl(ports.collector),
    },
  };
}

function demoApi(input: PartsInput): Part {
  const usual = demoPart(input, input.ports.demoApi);
  return {
    ...usual,
    name: 'demo-api',
    does: 'demo app: takes reports in, stores them',
    nodeArgs: [...NODE_FLAGS, 'dist/api.js'],
    environment: {
      ...usual.environment,
      DEMO_INSTANCE: 'demo-api-1',
      DEMO_DATA_DIR: join(input.options.dataDir, 'demo-api'),
    },
  };
}

/** Also what replaces the one that runs, when the fault comes or goes. */
export function demoWorker(input: PartsInput, fault: string | undefined): Part {
  const usual = demoPart(input, input.ports.demoWorker);
  return {
    ...usual,
    name: 'demo-worker',
    does: 'demo app: converts them, in elDataConverter',
    nodeArgs: [...NODE_FLAGS, 'dist/worker.js'],
    environment: {
      ...usual.environment,
      DEMO_INSTANCE: 'demo-worker-1',
      DEMO_FAULT: fault ?? '',
    },
  };
}

/** What comes and goes at the press of a key. */
export const USUAL_FAULT: string = FAULTS[0];

function load({ projectDir, ports }: PartsInput): Part {
  return {
    ...USUAL,
    name: 'load',
    does: `sends ${LOAD_REPORTS_PER_SECOND} report of ${LOAD_ELEMENTS.toLocaleString('en')} elements a second`,
    port: undefined,
    nodeArgs: [
      ...['--import', 'tsx', join(projectDir, 'scripts/load.ts')],
      ...['--url', httpUrl(ports.demoApi), '--seconds', '0'],
      ...['--rate', String(LOAD_REPORTS_PER_SECOND), '--elements', String(LOAD_ELEMENTS)],
    ],
    workingDir: projectDir,
    readiness: { kind: 'first-line' },
  };
}

function readyAt(port: number): Part['readiness'] {
  return { kind: 'http', url: `${httpUrl(port)}/ready` };
}

export function httpUrl(port: number): string {
  return `http://${HOST}:${port}`;
}
