import type { UnixNanos } from '@emberscope/units';
import { type IngestFormat, ingestFormat } from './ingest-format.ts';
import { type IngestName, parseIngestName } from './ingest-name.ts';
import { parseIngestTime } from './ingest-time.ts';

/** What the query string of `/ingest` says. */
export type IngestParams = {
  readonly name: IngestName;
  readonly format: IngestFormat;
  readonly from: UnixNanos;
  readonly until: UnixNanos;
  /** Samples a second; 0 when they are none. */
  readonly sampleRateHertz: number;
  /** Who profiled: `nodespy`, `gospy` …; '' when the agent says so. */
  readonly spyName: string;
};

export type ParsedIngestParams =
  | { readonly ok: true; readonly params: IngestParams }
  | { readonly ok: false; readonly reason: string };

/** The parameters of a request: `URLSearchParams` is one. Of several values the first counts. */
export type QueryParams = { get(name: string): string | null };

export const DEFAULT_SAMPLE_RATE_HERTZ = 100;
const DEFAULT_SPY_NAME = 'unknown';
const MAX_SAMPLE_RATE_HERTZ = 2 ** 32 - 1;

/** Reads the parameters of `/ingest`. Only a bad name is an error; the rest has defaults. */
export function parseIngestParams(
  query: QueryParams,
  contentType: string,
  now: UnixNanos,
): ParsedIngestParams {
  const name = parseIngestName(query.get('name') ?? '');
  if (!name.ok) return name;
  return {
    ok: true,
    params: {
      name: name.name,
      format: ingestFormat(query.get('format') ?? '', contentType),
      from: parseIngestTime(query.get('from') ?? '', now),
      until: parseIngestTime(query.get('until') ?? '', now),
      sampleRateHertz: parseSampleRate(query.get('sampleRate') ?? ''),
      spyName: query.get('spyName') ?? DEFAULT_SPY_NAME,
    },
  };
}

function parseSampleRate(text: string): number {
  const rate = /^\d{1,10}$/.test(text) ? Number(text) : DEFAULT_SAMPLE_RATE_HERTZ;
  return rate <= MAX_SAMPLE_RATE_HERTZ ? rate : DEFAULT_SAMPLE_RATE_HERTZ;
}
