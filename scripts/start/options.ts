import { join, resolve } from 'node:path';
import { FAULTS } from '../../demo-app/src/config.ts';
import { didYouMean } from '../../packages/node-kit/src/config/near-miss.ts';
import { DEFAULT_PORTS, PAGE_PORT_MAX } from './ports.ts';

/** What a person asked of `npm start`. */
export type StartOptions = {
  /** The port of the page; undefined for the usual ports of all. */
  readonly pagePort: number | undefined;
  readonly dataDir: string;
  readonly hasLoad: boolean;
  /** What is wrong with demo-worker, if anything. */
  readonly fault: string | undefined;
};

export type OptionsRead =
  | { readonly kind: 'start'; readonly options: StartOptions }
  | { readonly kind: 'help' }
  /** One sentence. */
  | { readonly kind: 'refused'; readonly reason: string };

export const HELP = `npm start -- [options]

Starts the profile server with its page, the collector, the demo app and a gentle load,
and runs until Ctrl-C. Builds what is missing first.

  --port N         the page, at ${DEFAULT_PORTS.page} unless said; with it the collector is at N+1, demo-api at N+2,
                   demo-worker at N+3 (else ${DEFAULT_PORTS.collector}, ${DEFAULT_PORTS.demoApi}, ${DEFAULT_PORTS.demoWorker})
  --data-dir DIR   where data and logs go (data)
  --fault NAME     makes demo-worker sick: ${FAULTS.join(', ')}
  --no-load        no load: send your own, see npm run load -- --help
  --help           this`;

/** In the project, where git does not look. */
const DEFAULT_DATA_DIR = 'data';

const FLAGS = ['no-load', 'help'] as const;
const VALUES = ['port', 'data-dir', 'fault'] as const;
type Flag = (typeof FLAGS)[number];
type ValueName = (typeof VALUES)[number];

/**
 * `args` as after `npm start --`. `environment` shows where the person stands, and what npm kept for
 * itself: without the `--`, npm takes `--port` as a setting of its own and says so in a warning only.
 */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  projectDir: string,
): OptionsRead {
  const kept = keptByNpm(environment);
  if (kept !== undefined) {
    return refused(`npm kept ${kept} for itself: put \`--\` before options, npm start -- ${kept}.`);
  }
  const given = new Map<ValueName, string>();
  const flags = new Set<Flag>();
  for (let i = 0; i < args.length; i++) {
    const [name = '', inlineValue] = splitOption(args[i] ?? '');
    const flag = FLAGS.find(
      (known) => name === `--${known}` || (name === '-h' && known === 'help'),
    );
    const option = VALUES.find((known) => name === `--${known}`);
    if (flag !== undefined) {
      if (inlineValue !== undefined) return refused(`${name} takes no value.`);
      flags.add(flag);
    } else if (option !== undefined) {
      const value = inlineValue ?? args[++i];
      if (value === undefined || value === '' || value.startsWith('--')) {
        return refused(`${name} needs a value, as in ${name} ${EXAMPLES[option]}.`);
      }
      given.set(option, value);
    } else return refused(unknownOption(name));
  }
  if (flags.has('help')) return { kind: 'help' };
  // npm changes to the project's root, and tells where it was called.
  const dataDir = resolve(environment.INIT_CWD ?? projectDir, given.get('data-dir') ?? '');
  return checkOptions(
    given,
    flags,
    given.has('data-dir') ? dataDir : join(projectDir, DEFAULT_DATA_DIR),
  );
}

const EXAMPLES: Readonly<Record<ValueName, string>> = {
  port: '5000',
  'data-dir': 'data',
  fault: FAULTS[0],
};

function keptByNpm(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  // `--no-load` arrives as an empty `load`; in a setting file nobody has any of these.
  if (environment.npm_config_load !== undefined) return '--no-load';
  const name = VALUES.find(
    (known) => environment[`npm_config_${known.replaceAll('-', '_')}`] !== undefined,
  );
  return name === undefined ? undefined : `--${name} ${EXAMPLES[name]}`;
}

function splitOption(arg: string): readonly [string, string | undefined] {
  const at = arg.indexOf('=');
  return at === -1 || !arg.startsWith('--')
    ? [arg, undefined]
    : [arg.slice(0, at), arg.slice(at + 1)];
}

function unknownOption(name: string): string {
  const known = [...FLAGS, ...VALUES];
  const hint = didYouMean(name.replace(/^-+/, ''), known, '--');
  return `${name} is no option of npm start${hint || `; there are ${known.map((one) => `--${one}`).join(', ')}.`}`;
}

function checkOptions(
  given: ReadonlyMap<ValueName, string>,
  flags: ReadonlySet<Flag>,
  dataDir: string,
): OptionsRead {
  const portText = given.get('port');
  const pagePort = portText === undefined ? undefined : Number(portText);
  if (pagePort !== undefined && !(/^\d+$/.test(portText ?? '') && isPagePort(pagePort))) {
    return refused(`--port is "${portText}" but must be a port from 1 to ${PAGE_PORT_MAX}.`);
  }
  const fault = given.get('fault');
  if (fault !== undefined && !FAULTS.some((known) => known === fault)) {
    const hint = didYouMean(fault, FAULTS);
    return refused(`--fault is "${fault}" but must be one of ${FAULTS.join(', ')}${hint || '.'}`);
  }
  return {
    kind: 'start',
    options: {
      pagePort,
      dataDir,
      hasLoad: !flags.has('no-load'),
      fault,
    },
  };
}

function isPagePort(port: number): boolean {
  return port >= 1 && port <= PAGE_PORT_MAX;
}

function refused(reason: string): OptionsRead {
  return { kind: 'refused', reason };
}
