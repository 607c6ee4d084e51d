import { join } from 'node:path';
import type { StartOptions } from './options.ts';
import type { Part } from './part.ts';
import { USUAL_FAULT } from './parts.ts';
import type { Steps } from './pipeline.ts';
import { HOST, type Ports } from './ports.ts';
import { NAME_COLUMN, type Style, shownPath } from './terminal.ts';

export type ScreenInput = {
  readonly options: StartOptions;
  readonly ports: Ports;
  readonly steps: Steps;
  /** What makes demo-worker sick or well: `press f and Enter`. */
  readonly faultSwitch: string;
};

/** What the Node agent calls the CPU's time. */
const CPU_TYPE = 'wall:cpu:nanoseconds:wall:nanoseconds';

/** The page at the CPU of demo-worker: an address as services/web/src/page-state.ts reads it. */
export function demoWorkerAddress(ports: Ports): string {
  return `${pageAddress(ports)}#/explore?service=demo-worker&type=${CPU_TYPE}`;
}

/** All that a person needs to know when everything runs. */
export function screenLines(input: ScreenInput, style: Style): readonly string[] {
  const { options, ports, steps, faultSwitch } = input;
  return [
    '',
    style.good('Emberscope is running.'),
    ...section(style, 'Open', [
      `${style.strong(pageAddress(ports))}  all services; profiles arrive every 10 s`,
      style.strong(demoWorkerAddress(ports)),
      ...(options.hasLoad ? ['  the CPU of demo-worker, with elDataConverter'] : []),
    ]),
    ...section(style, 'Runs', steps.flat().map(partLine)),
    ...section(style, 'Make it sick', [
      options.fault === undefined
        ? `${faultSwitch}: demo-worker gets the fault ${USUAL_FAULT}; again: it is well`
        : `demo-worker has the fault ${options.fault}; ${faultSwitch}: it is well`,
      `or from the start: npm start -- --fault ${options.fault ?? USUAL_FAULT}`,
    ]),
    ...(options.hasLoad ? [] : section(style, 'Load', ['none: npm run load -- --help'])),
    ...section(style, 'Logs', [join(shownPath(options.dataDir), 'logs', '*.log')]),
    ...section(style, 'Stop', ['Ctrl-C']),
    '',
  ];
}

function pageAddress(ports: Ports): string {
  return `http://${HOST}:${ports.page}/`;
}

function section(style: Style, title: string, lines: readonly string[]): readonly string[] {
  return ['', style.faint(title), ...lines.map((line) => `  ${line}`)];
}

/** Wide enough for `127.0.0.1:65535` and some air. */
const ADDRESS_COLUMN = 17;

function partLine({ name, port, does }: Part): string {
  const address = port === undefined ? '' : `${HOST}:${port}`;
  return `${name.padEnd(NAME_COLUMN)}${address.padEnd(ADDRESS_COLUMN)}${does}`;
}
