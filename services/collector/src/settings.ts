import {
  compileRelabelRule,
  isUtf8LabelName,
  type Label,
  type RelabelConfig,
} from '@emberscope/labels';
import {
  bytesSetting,
  choiceSetting,
  durationSetting,
  integerSetting,
  LOG_LEVELS,
  listenAddressSetting,
  listSetting,
  structureSetting,
} from '@emberscope/node-kit';
import * as z from 'zod';

/** A rule in the file, in Prometheus's words. */
const relabelRule = z
  .strictObject({
    action: z.string().optional(),
    source_labels: z.array(z.string()).optional(),
    separator: z.string().optional(),
    regex: z.string().optional(),
    target_label: z.string().optional(),
    replacement: z.string().optional(),
    modulus: z.union([z.number(), z.bigint()]).optional(),
  })
  .transform((rule, context): RelabelConfig => {
    const { source_labels, target_label, ...others } = rule;
    const config = { ...others, sourceLabels: source_labels, targetLabel: target_label };
    const compiled = compileRelabelRule(config, 'utf8');
    if (!compiled.ok) {
      const field = compiled.field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      context.addIssue({ code: 'custom', path: [field], message: compiled.reason });
    }
    return config;
  });

/** Every rule is run for every series; Prometheus's own largest published lists have some fifty. */
const MAX_RELABEL_RULES = 200;

/** The settings of the collector: flags, environment, file and `--help` all come from here. */
export const collectorSettings = {
  listen: listenAddressSetting({
    name: 'listen',
    help: 'where agents send to',
    default: '127.0.0.1:4100',
  }),
  endpoints: listSetting({
    name: 'endpoints',
    help: 'address of the profile server to deliver to; one so far',
    default: 'http://127.0.0.1:4040',
  }),
  externalLabels: listSetting({
    name: 'external-labels',
    help: 'labels for everything that passes: cluster=eu-west,region=eu',
    default: '',
  }),
  conflictWinner: choiceSetting({
    name: 'external-labels-conflict',
    help: 'whose value stays where an agent sends a label of the same name',
    choices: ['external', 'agent'],
    default: 'external',
  }),
  relabelRules: structureSetting({
    name: 'relabel-rules',
    help: 'rules over labels, in the words of Prometheus',
    type: z.array(relabelRule).max(MAX_RELABEL_RULES).default([]),
    expected: 'a list of relabel rules',
  }),
  bodyMaxBytes: bytesSetting({
    name: 'receive.max-body',
    help: 'a larger request is refused',
    default: '256MiB',
    minBytes: 1024,
    // Buffers of two gigabytes and more are where Node and V8 begin to differ.
    maxBytes: 1 << 30,
    group: 'Limits',
  }),
  bodyTimeoutMillis: durationSetting({
    name: 'receive.body-timeout',
    help: 'the whole body must come within this',
    default: '60s',
    minMillis: 100,
    maxMillis: 3_600_000,
    group: 'Limits',
  }),
  maxRequests: integerSetting({
    name: 'receive.max-requests',
    help: 'requests under way at a time; more are answered with 503',
    default: '256',
    min: 1,
    max: 100_000,
    group: 'Limits',
  }),
  inFlightMaxBytes: bytesSetting({
    name: 'receive.max-bytes-in-flight',
    help: 'bodies held at a time, together; more are answered with 503, a larger one waits to be alone',
    default: '64MiB',
    minBytes: 1024,
    group: 'Limits',
  }),
  threads: integerSetting({
    name: 'receive.threads',
    help: 'threads that read bodies',
    default: '2',
    min: 1,
    max: 64,
    group: 'Limits',
  }),
  deliverTimeoutMillis: durationSetting({
    name: 'deliver.timeout',
    help: 'the server must have answered within this',
    default: '10s',
    minMillis: 10,
    maxMillis: 3_600_000,
    group: 'Limits',
  }),
  deliverConnections: integerSetting({
    name: 'deliver.connections',
    help: 'connections to the server at a time; further deliveries wait for one',
    default: '32',
    min: 1,
    max: 1000,
    group: 'Limits',
  }),
  stopTimeoutMillis: durationSetting({
    name: 'stop-timeout',
    help: 'what is under way may end within this when the collector is told to stop',
    default: '15s',
    group: 'Limits',
  }),
  logLevel: choiceSetting({
    name: 'log-level',
    help: 'how much is logged',
    choices: LOG_LEVELS,
    default: 'info',
  }),
};

export type RawCollectorSettings = z.output<z.ZodObject<typeof collectorSettings>>;

/** Settings that make sense together. */
export type CollectorSettings = Omit<RawCollectorSettings, 'endpoints' | 'externalLabels'> & {
  readonly endpointUrl: string;
  readonly externalLabels: readonly Label[];
};

export type CheckedSettings =
  | { readonly ok: true; readonly settings: CollectorSettings }
  | { readonly ok: false; readonly reasons: readonly string[] };

/** Checks what no single setting can: lists of things that have a form. One sentence for each fault. */
export function checkSettings(raw: RawCollectorSettings): CheckedSettings {
  const reasons: string[] = [];
  const { endpoints, externalLabels, ...others } = raw;

  const [endpoint = ''] = endpoints;
  if (endpoints.length === 0) reasons.push('endpoints is empty: name one profile server');
  if (endpoints.length > 1) {
    reasons.push(
      `endpoints names ${endpoints.length} servers: delivery to more than one is not there yet`,
    );
  }
  for (const text of endpoints) {
    const fault = endpointFault(text);
    if (fault !== undefined) reasons.push(`endpoints holds "${text}": ${fault}`);
  }

  const labels: Label[] = [];
  for (const text of externalLabels) {
    const label = readLabel(text);
    if (typeof label === 'string') reasons.push(`external-labels holds "${text}": ${label}`);
    else if (labels.some(({ name }) => name === label.name)) {
      reasons.push(`external-labels names ${label.name} twice`);
    } else labels.push(label);
  }
  if (reasons.length > 0) return { ok: false, reasons };
  const endpointUrl = new URL(endpoint).href.replace(/\/+$/, '');
  return { ok: true, settings: { ...others, endpointUrl, externalLabels: labels } };
}

function endpointFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return 'an endpoint is an address such as https://profiles.example:4041';
  }
  if (url.search !== '' || url.hash !== '') return 'an endpoint has no query and no fragment';
  if (url.username !== '' || url.password !== '') return 'an endpoint holds no password';
  return undefined;
}

/** The label, or why it is none. What passes can also be written in a name at `/ingest`. */
function readLabel(text: string): Label | string {
  const equals = text.indexOf('=');
  if (equals === -1) return 'a label is written name=value';
  const name = text.slice(0, equals).trim();
  const value = text.slice(equals + 1).trim();
  if (!/^[A-Za-z0-9_.]+$/.test(name) || !isUtf8LabelName(name)) {
    return 'a name has letters, digits, dots and underscores';
  }
  if (name.startsWith('__')) return 'names that begin with two underscores are the servers’ own';
  if (value === '') return 'its value is empty';
  if (value.includes('}')) return 'its value has a brace, which names at /ingest cannot carry';
  return { name, value };
}
