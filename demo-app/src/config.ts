import { hostname } from 'node:os';
import { z } from 'zod';

/** What can be made wrong with the app on purpose. */
export const FAULTS = ['el-data-converter'] as const;
export type Fault = (typeof FAULTS)[number];

/** What both processes are told by their environment. */
export type ProcessConfig = {
  readonly host: string;
  readonly port: number;
  /** The tag that tells two copies of a process apart. */
  readonly instance: string;
  readonly logLevel: string;
  /** Where profiles go; undefined switches profiling off. */
  readonly profileServerUrl: string | undefined;
};

export type ApiConfig = ProcessConfig & {
  readonly dataDir: string;
  readonly workerUrl: string;
  readonly maxStoredElements: number;
};

export type WorkerConfig = ProcessConfig & {
  readonly apiUrl: string;
  readonly fault: Fault | undefined;
};

export type ConfigRead<C> =
  | { readonly ok: true; readonly config: C }
  /** One sentence: the variable, its value, and what it may be. */
  | { readonly ok: false; readonly reason: string };

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
const SWITCH = ['on', 'off'] as const;

const port = z.coerce.number().int().min(0).max(65_535);
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

const processShape = {
  HOST: z.string().default('127.0.0.1'),
  // `{ } , =` are the agent's own punctuation: it refuses them in a tag.
  DEMO_INSTANCE: z
    .string()
    .regex(/^[^{},=]+$/)
    .default(hostname()),
  DEMO_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  DEMO_PROFILING: z.enum(SWITCH).default('on'),
  PYROSCOPE_SERVER_ADDRESS: httpUrl.default('http://127.0.0.1:4040'),
  // Both processes know it, so that one environment can serve both; only the worker heeds it.
  DEMO_FAULT: z.enum(FAULTS).optional(),
};

const apiSchema = z.object({
  ...processShape,
  PORT: port.default(8080),
  DEMO_DATA_DIR: z.string().default('data/demo-api'),
  DEMO_WORKER_URL: httpUrl.default('http://127.0.0.1:8081'),
  DEMO_MAX_STORED_ELEMENTS: z.coerce.number().int().min(1).default(500_000),
});

const workerSchema = z.object({
  ...processShape,
  PORT: port.default(8081),
  DEMO_API_URL: httpUrl.default('http://127.0.0.1:8080'),
});

/** What each variable may be, for the sentence about one that is something else. */
const ALLOWED: Readonly<Record<string, string>> = {
  PORT: 'a port from 0 to 65535',
  DEMO_INSTANCE: 'a name without { } , or =',
  DEMO_LOG_LEVEL: `one of ${LOG_LEVELS.join(', ')}`,
  DEMO_PROFILING: SWITCH.join(' or '),
  DEMO_FAULT: `unset or a known fault (${FAULTS.join(', ')})`,
  PYROSCOPE_SERVER_ADDRESS: 'an http:// or https:// URL',
  DEMO_WORKER_URL: 'an http:// or https:// URL',
  DEMO_API_URL: 'an http:// or https:// URL',
  DEMO_MAX_STORED_ELEMENTS: 'a whole number from 1 on',
};

export function readApiConfig(environment: Environment): ConfigRead<ApiConfig> {
  const read = parse(apiSchema, environment);
  if (!read.ok) return read;
  return {
    ok: true,
    config: {
      ...processConfig(read.config),
      dataDir: read.config.DEMO_DATA_DIR,
      workerUrl: read.config.DEMO_WORKER_URL,
      maxStoredElements: read.config.DEMO_MAX_STORED_ELEMENTS,
    },
  };
}

export function readWorkerConfig(environment: Environment): ConfigRead<WorkerConfig> {
  const read = parse(workerSchema, environment);
  if (!read.ok) return read;
  return {
    ok: true,
    config: {
      ...processConfig(read.config),
      apiUrl: read.config.DEMO_API_URL,
      fault: read.config.DEMO_FAULT,
    },
  };
}

function parse<S extends z.ZodType>(schema: S, environment: Environment): ConfigRead<z.infer<S>> {
  // Compose files say `${NAME:-}` for "not set", which arrives as the empty string.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return { ok: true, config: result.data };
  const name = String(result.error.issues[0]?.path[0]);
  const allowed = ALLOWED[name] ?? 'something else';
  return { ok: false, reason: `${name} is "${given[name]}" but must be ${allowed}.` };
}

type ProcessVariables = z.infer<z.ZodObject<typeof processShape & { PORT: typeof port }>>;

function processConfig(variables: ProcessVariables): ProcessConfig {
  return {
    host: variables.HOST,
    port: variables.PORT,
    instance: variables.DEMO_INSTANCE,
    logLevel: variables.DEMO_LOG_LEVEL,
    profileServerUrl:
      variables.DEMO_PROFILING === 'on' ? variables.PYROSCOPE_SERVER_ADDRESS : undefined,
  };
}
