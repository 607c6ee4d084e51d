import { type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export type LoggerOptions = {
  /** In every line. */
  readonly service: string;
  readonly level: LogLevel;
  readonly output: LogOutput;
};

export type LogOutput = {
  /** One line with its line feed. */
  write(line: string): void;
};

/**
 * One JSON object a line: `level` as a word, `time` as ISO 8601 in UTC, `service`, `msg` and the
 * fields given; an error under `err` with its stack. Fields whose name says that they hold a secret
 * are replaced, one level down too.
 */
export function createLogger({ service, level, output }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`]),
        censor: '(secret)',
      },
    },
    output,
  );
}

const SECRET_FIELDS = [
  'token',
  'authToken',
  'authorization',
  'Authorization',
  'password',
  'secret',
  'keyPem',
  'cookie',
  'basicAuthPassword',
];
