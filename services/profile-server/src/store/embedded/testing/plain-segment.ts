import { createByteReader } from '../codec/byte-reader.ts';
import type { DictionaryView } from '../codec/dictionary-rows.ts';
import { readTracing } from '../codec/sample-sections.ts';
import { createSampleDecoder } from '../maintenance/decode-samples.ts';
import { type EpochInputs, gatherEpochs } from '../maintenance/merge-dictionaries.ts';
import { readWholeDictionary } from '../maintenance/whole-dictionary.ts';
import { openLevel } from '../segment/level-rows.ts';
import type { LevelName } from '../segment/segment-directory.ts';
import type { SegmentFile } from '../segment/segment-file.ts';

/** A row of a level as values to compare: dictionaries resolved, samples as text. */
export type PlainRow = {
  readonly level: LevelName;
  readonly tenant: string;
  /** Ordinal of the dictionary, names and values, sample types and period type. */
  readonly stream: string;
  readonly timeMillis: number;
  readonly timeNanosOnTop: number;
  readonly profileCount: number;
  readonly totals: readonly bigint[];
  readonly largest: readonly bigint[];
  readonly durationNanos: bigint;
  readonly period: bigint;
  readonly remarks: string;
  readonly id: string;
  readonly arrival: number;
  /** `main;f@a.ts:3:9 1 20 span/trace`, sorted. */
  readonly samples: readonly string[];
};

/** All rows of some segments, which together have all rows of their dictionaries. */
export function plainRows(segments: readonly SegmentFile[]): readonly PlainRow[] {
  return gatherEpochs(segments).flatMap((epoch) => {
    const frames = createFramesOf(readWholeDictionary(epoch.pieces));
    return epoch.tables.flatMap((_, i) => rowsOfTable(epoch, i, frames));
  });
}

function rowsOfTable(epoch: EpochInputs, i: number, framesOf: FramesOf): readonly PlainRow[] {
  const input = epoch.tables[i];
  if (input === undefined) return [];
  const { segment, table } = input;
  const decoder = createSampleDecoder(table.sampleTypes.length);
  const kind = JSON.stringify([table.sampleTypes, table.periodType ?? null]);
  return table.levels.flatMap(({ level }) => {
    const rows = openLevel(segment, table, level);
    if (rows === undefined) return [];
    return Array.from({ length: rows.rowCount }, (_, at): PlainRow => {
      const row = rows.row(at);
      const encoded = rows.samplesOf(at);
      const decoded = decoder.decode(encoded, epoch.stackCount);
      const tracing =
        encoded.tracing === undefined
          ? undefined
          : readTracing(createByteReader(encoded.tracing), decoded.length);
      const samples = Array.from({ length: decoded.length }, (_, sample) => {
        const values = decoded.values.map((column) => String(column[sample]));
        const of = tracing?.rows[tracing.rowOf[sample] ?? -1];
        const stack = framesOf(decoded.stack[sample] ?? -1);
        return [stack, ...values, ...(of === undefined ? [] : [`${of.span}/${of.trace}`])].join(
          ' ',
        );
      });
      return {
        ...{ level, tenant: epoch.tenant, samples: samples.sort() },
        stream: `${epoch.ordinal} ${table.streams.labels[row.stream]?.join(',')} ${kind}`,
        ...{ timeMillis: row.timeMillis, timeNanosOnTop: row.timeNanosOnTop },
        ...{ profileCount: row.profileCount, arrival: row.arrival },
        totals: row.totals.map(BigInt),
        largest: row.largest.map(BigInt),
        durationNanos: BigInt(row.durationNanos),
        period: BigInt(row.period),
        remarks: JSON.stringify(table.remarks[row.remarks]),
        id: Buffer.from(row.id).toString('hex'),
      };
    });
  });
}

type FramesOf = (stack: number) => string;

/** Stacks as text, root first; of locations what lies in a file, and addresses where nothing does. */
function createFramesOf({ symbols, stacks }: DictionaryView): FramesOf {
  const { strings, functions, locations } = symbols;
  const textOfLocation = (location: number): string => {
    const first = locations.lineStart[location] ?? 0;
    const end = locations.lineStart[location + 1] ?? 0;
    if (first === end) return `0x${(locations.address[location] ?? 0n).toString(16)}`;
    const lines: string[] = [];
    for (let line = end - 1; line >= first; line--) {
      const row = locations.lineFunction[line] ?? 0;
      const name = strings[functions.name[row] ?? 0];
      const file = strings[functions.fileName[row] ?? 0];
      lines.push(`${name}@${file}:${functions.startLine[row]}:${locations.lineNumber[line]}`);
    }
    return lines.join('|');
  };
  return (stack) => {
    const frames: string[] = [];
    for (let row = stack; row !== -1; row = stacks.parent[row] ?? -1) {
      frames.unshift(textOfLocation(stacks.location[row] ?? 0));
    }
    return frames.join(';');
  };
}
