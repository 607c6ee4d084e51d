import { createByteWriter } from '../codec/byte-writer.ts';
import type { EncodedSamples } from '../codec/log-records.ts';
import { createArrivalsWriter, createKeysWriter, writeTotal } from './level-columns.ts';
import type { LevelDirectory, LevelName, PageRef } from './segment-directory.ts';
import type { SegmentWriter } from './segment-writer.ts';
import { columnToStacks } from './stack-columns.ts';
import { createStackOrderer, type StackOrderer } from './stack-order.ts';

/** A row of a level but its samples: one profile, or the sum of several. */
export type LevelRow = {
  /** Place in the table's streams. */
  readonly stream: number;
  readonly timeMillis: number;
  readonly timeNanosOnTop: number;
  readonly profileCount: number;
  /** One for each sample type. */
  readonly totals: readonly (number | bigint)[];
  /** The same of the profile that has most; not looked at in level `profile`. */
  readonly largest: readonly (number | bigint)[];
  readonly durationNanos: number | bigint;
  readonly period: number | bigint;
  /** Place in the table's remarks. */
  readonly remarks: number;
  /** Of a profile; not looked at in other levels. */
  readonly id: Uint8Array;
  readonly arrival: number;
};

/** How many samples share pages: what a query of one row has to inflate at most. */
export type BlockLimits = {
  readonly maxRows: number;
  readonly maxRawBytes: number;
  /** Whether pages are put into the order of stacks (`stack-order`), where that makes them smaller. */
  readonly byStack: boolean;
};

/** Writes the rows of one level in their order; blocks go to the file as they become full. */
export type LevelWriter = {
  readonly rowCount: () => number;
  /** Copies what it is given. */
  add(row: LevelRow, samples: EncodedSamples): Promise<void>;
  /** Writes what is left and the columns of all rows; what comes next begins another level. */
  finish(): Promise<LevelDirectory>;
};

export function createLevelWriter(
  writer: SegmentWriter,
  level: LevelName,
  day: number,
  typeCount: number,
  limits: BlockLimits,
): LevelWriter {
  const perType = () => Array.from({ length: typeCount }, () => createByteWriter());
  const isOfProfiles = level === 'profile';
  const keys = createKeysWriter(day);
  const totals = perType();
  const largest = isOfProfiles ? [] : perType();
  const durations = createByteWriter();
  const periods = createByteWriter();
  const remarks = createByteWriter();
  const ids = createByteWriter();
  const arrivals = createArrivalsWriter();
  const orderer = limits.byStack ? createStackOrderer() : undefined;
  let rowCount = 0;

  const block = {
    firstRow: 0,
    rawBytes: 0,
    hasTracing: false,
    ids: createByteWriter(),
    columns: perType(),
    tracing: createByteWriter(),
  };
  let blocks = noBlocks(typeCount);

  async function writeBlock(): Promise<void> {
    if (block.firstRow === rowCount) return;
    const pages = [block.ids, ...block.columns].map((page) => page.view());
    const rows = rowCount - block.firstRow;
    const byStack =
      orderer === undefined || rows < 2 ? undefined : pagesByStack(pages, rows, orderer);
    const [idsRef, ...others] = await writer.addPages(byStack ?? pages, byStack !== undefined);
    const tracingRef = block.hasTracing ? await writer.addPage(block.tracing.view()) : null;
    if (idsRef === undefined) throw new Error('a page was written and has no place');
    blocks.firstRow.push(block.firstRow);
    blocks.ids.push(idsRef);
    for (const [type, column] of blocks.columns.entries()) {
      const ref = others[type];
      if (ref !== undefined) column.push(ref);
    }
    blocks.tracing.push(tracingRef);
    for (const page of [block.ids, ...block.columns, block.tracing]) page.clear();
    block.firstRow = rowCount;
    block.rawBytes = 0;
    block.hasTracing = false;
  }

  return {
    rowCount: () => rowCount,
    async add(row, samples) {
      let rawBytes = samples.ids.length;
      for (const column of samples.columns) rawBytes += column.length;
      const rows = rowCount - block.firstRow;
      if (rows > 0 && (rows >= limits.maxRows || block.rawBytes + rawBytes > limits.maxRawBytes)) {
        await writeBlock();
      }
      keys.add(row.stream, row.timeMillis, row.timeNanosOnTop, row.profileCount);
      for (const [type, out] of totals.entries()) writeTotal(out, row.totals[type] ?? 0);
      for (const [type, out] of largest.entries()) writeTotal(out, row.largest[type] ?? 0);
      durations.svarint(row.durationNanos);
      periods.svarint(row.period);
      remarks.uvarint(row.remarks);
      if (isOfProfiles) {
        ids.bytes(row.id);
        arrivals.add(row.arrival);
      }
      block.ids.bytes(samples.ids);
      for (const [type, out] of block.columns.entries()) {
        const column = samples.columns[type];
        if (column !== undefined) out.bytes(column);
      }
      if (samples.tracing === undefined) block.tracing.uint8(0);
      else {
        block.tracing.bytes(samples.tracing);
        block.hasTracing = true;
      }
      block.rawBytes += rawBytes;
      rowCount++;
    },
    async finish() {
      await writeBlock();
      const addAll = (pages: readonly { view(): Uint8Array }[]) =>
        writer.addPages(pages.map((page) => page.view()));
      const directory: LevelDirectory = {
        level,
        rowCount,
        keys: await writer.addPage(keys.finish()),
        totals: await addAll(totals),
        largest: await addAll(largest),
        durations: await writer.addPage(durations.view()),
        periods: await writer.addPage(periods.view()),
        remarks: await writer.addPage(remarks.view()),
        ids: isOfProfiles ? await writer.addPlainPage(ids.view()) : undefined,
        arrivals: isOfProfiles ? await writer.addPage(arrivals.finish()) : undefined,
        blocks,
      };
      for (const page of [...totals, ...largest, durations, periods, remarks, ids]) page.clear();
      blocks = noBlocks(typeCount);
      rowCount = 0;
      block.firstRow = 0;
      return directory;
    },
  };
}

function noBlocks(typeCount: number) {
  return {
    firstRow: [] as number[],
    ids: [] as PageRef[],
    columns: Array.from({ length: typeCount }, (): PageRef[] => []),
    tracing: [] as (PageRef | null)[],
  };
}

/** The pages of a block in the order of stacks; undefined where its rows share too few. */
function pagesByStack(
  [ids, ...columns]: readonly Uint8Array[],
  rowCount: number,
  orderIds: StackOrderer,
): readonly Uint8Array[] | undefined {
  const ordered = ids === undefined ? undefined : orderIds(ids, rowCount);
  if (ordered === undefined) return undefined;
  return [ordered.page, ...columns.map((column) => columnToStacks(column, ordered.order))];
}
