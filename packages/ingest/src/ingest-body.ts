import { type ReadProfile, readGroups, readLines, readTree, readTrie } from '@emberscope/formats';
import { countedSeries } from './counted-series.ts';
import type { IngestFormat } from './ingest-format.ts';
import type { IngestParams } from './ingest-params.ts';
import type { Ingested } from './ingested-series.ts';
import { speedscopeSeries } from './speedscope-series.ts';

/** The formats whose body is one run of bytes and no pprof. */
export type PlainFormat = Exclude<IngestFormat, 'pprof' | 'pprof-multipart' | 'jfr'>;

/** Makes series of a body that is text, a trie, a tree or a speedscope file. */
export function plainSeries(params: IngestParams, format: PlainFormat, body: Uint8Array): Ingested {
  switch (format) {
    case 'groups':
      return counted(params, readGroups(body));
    case 'lines':
      return counted(params, readLines(body));
    case 'trie':
      return counted(params, readTrie(body));
    case 'tree':
      return counted(params, readTree(body));
    case 'speedscope':
      return speedscopeSeries(params, body);
    default:
      return format satisfies never;
  }
}

function counted(params: IngestParams, read: ReadProfile): Ingested {
  if (!read.ok) return { ok: false, kind: 'malformed-body', reason: read.reason };
  return countedSeries(params, read.profile);
}
