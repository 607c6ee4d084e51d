import type { Int64Column } from '@emberscope/profile';
import type { PartTable, SampleRun } from '../../parts/part-table.ts';
import type { SampleTracing } from '../../parts/tracing-rows.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import {
  createSampleScratch,
  readStackIds,
  readTracing,
  readValueColumn,
  type SampleScratch,
} from '../codec/sample-sections.ts';
import type { HeadTable } from './head-index.ts';
import { tracingOfRows, WITHOUT_TRACING } from './run-tracing.ts';
import { isIdWantedAt, profileIdAt } from './uuid-bytes.ts';

/** A table of the head as answers see it: samples are decoded out of the records, row by row. */
export function headPartOf(table: HeadTable): PartTable {
  const { rows, chunks, dictionary } = table;
  const columns = rows.columns();
  let decoded: DecodedRun | undefined;
  /** Of the dictionary as this query sees it. */
  let stackCount = -1;

  const chunkOf = (row: number): Uint8Array => {
    const bytes = chunks[columns.chunk[row] ?? 0];
    if (bytes === undefined) throw new Error(`no chunk for row ${row}`);
    return bytes;
  };

  return {
    kind: table.kind,
    dictionary,
    registry: table.registry,
    columns,
    idAt: (row) => profileIdAt(chunkOf(row), columns.idAt[row] ?? 0),
    isIdWanted: (row, wanted) => isIdWantedAt(chunkOf(row), columns.idAt[row] ?? 0, wanted),
    remarksAt: rows.remarksAt,
    samplesOf(row, type) {
      const bytes = chunkOf(row);
      const sections = sectionsAt(bytes, columns.samplesAt[row] ?? 0);
      if (stackCount === -1) stackCount = dictionary.view().stacks.length;
      decoded ??= createDecodedRun();
      const run = decoded;
      const { scratch } = run;
      readStackIds(bytes, sections.at, sections.end, scratch, stackCount);
      sections.next();
      const readColumn = (wanted: number, at: number, end: number): void => {
        readValueColumn(bytes, at, end, scratch, () => {
          const before = sectionsAt(bytes, columns.samplesAt[row] ?? 0);
          for (let i = 0; i < wanted; i++) before.next();
          readColumn(wanted - 1, before.at, before.end);
        });
      };
      for (let i = 0; i < type; i++) sections.next();
      readColumn(type, sections.at, sections.end);
      if (columns.hasTracing[row] !== 1) return run.whole();
      return run.traced(() => {
        for (let i = type; i < table.kind.sampleTypes.length; i++) sections.next();
        return readTracing(createByteReader(bytes, sections.at, sections.end), scratch.length);
      });
    },
    done() {
      decoded = undefined;
    },
  };
}

/** Sections that stand one behind another, each behind its length. */
type Sections = { at: number; end: number; next(): void };

function sectionsAt(bytes: Uint8Array, first: number): Sections {
  const sections: Sections = {
    at: 0,
    end: first,
    next() {
      let at = sections.end;
      let length = 0;
      for (let factor = 1; ; factor *= 128) {
        const byte = bytes[at++] ?? 0;
        length += (byte & 127) * factor;
        if (byte < 128) break;
      }
      sections.at = at;
      sections.end = at + length;
    },
  };
  sections.next();
  return sections;
}

/**
 * The samples of the row that was decoded last. Tracing is decoded when somebody looks at it: most
 * answers do not.
 */
export type DecodedRun = {
  readonly scratch: SampleScratch;
  /** Of what the scratch holds, without tracing. */
  whole(): SampleRun;
  traced(read: () => ReturnType<typeof readTracing>): SampleRun;
};

export function createDecodedRun(): DecodedRun {
  const scratch = createSampleScratch();
  let read: (() => ReturnType<typeof readTracing>) | undefined;
  let tracing: { readonly rows: SampleTracing; readonly rowOf: Int32Array } | undefined;

  function tracingOfRun() {
    if (tracing === undefined && read !== undefined) {
      const { rows, rowOf } = read();
      tracing = { rows: tracingOfRows(rows), rowOf };
    }
    return tracing;
  }

  const run: SampleRun = {
    get stack(): Int32Array {
      return scratch.stack;
    },
    get values(): Int64Column {
      return scratch.values;
    },
    get tracing() {
      return tracingOfRun()?.rowOf;
    },
    get tracingRows() {
      return tracingOfRun()?.rows ?? WITHOUT_TRACING;
    },
    start: 0,
    get end() {
      return scratch.length;
    },
  };

  return {
    scratch,
    whole() {
      read = undefined;
      tracing = undefined;
      return run;
    },
    traced(readRun) {
      read = readRun;
      tracing = undefined;
      return run;
    },
  };
}
