import type { Fs } from '@emberscope/node-kit/worker';
import { MILLIS_PER_DAY } from '@emberscope/units';
import { createDictionary } from '../../dictionary/dictionary.ts';
import { createByteWriter } from '../codec/byte-writer.ts';
import { countRows, NO_ROWS, writeDictionaryRows } from '../codec/dictionary-rows.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import { inFile } from '../segment/level-rows.ts';
import type { EpochDirectory, TableDirectory } from '../segment/segment-directory.ts';
import { createSegmentWriter, type SegmentWriter } from '../segment/segment-writer.ts';
import { createDeletions, type DeletionsOfStream } from './deleted-types.ts';
import { createStackFold } from './fold-stacks.ts';
import { type MaintenanceOptions, MERGE_DEFLATE_LEVEL, type MergeJob } from './maintenance-jobs.ts';
import { type EpochInputs, gatherEpochs } from './merge-dictionaries.ts';
import { groupByKind } from './merge-table.ts';
import { openInput } from './open-input.ts';
import { rollupTables } from './rollup-table.ts';
import { rollupFileName } from './segment-names.ts';
import { labelSetOfColumn } from './table-streams.ts';
import { readWholeDictionary } from './whole-dictionary.ts';

/**
 * Writes what outlives a day: the sums of its hours and of the day, by functions alone. All
 * dictionaries that a service had that day become one, which begins at row 0.
 */
export async function writeRollup(
  fs: Fs,
  job: MergeJob,
  merged: SegmentEntry,
  options: MaintenanceOptions,
): Promise<SegmentEntry | undefined> {
  return writeSums(fs, job, merged, () => undefined, options);
}

/**
 * Writes a roll-up again without what was deleted since it was written: of an hour of which a part
 * was deleted nothing stays, since nothing in it can be told apart. Undefined when nothing is left;
 * the same file where no series of it was deleted.
 */
export async function rewriteRollup(
  fs: Fs,
  job: MergeJob,
  options: MaintenanceOptions,
): Promise<SegmentEntry | undefined> {
  const [entry, ...others] = job.inputs;
  if (entry === undefined || others.length > 0) throw new Error('one roll-up is written again');
  // Others have been carried out on its profiles, of which they may have left some of an hour.
  const since = job.deletions.filter(
    ({ sequence, beforeArrival }) =>
      sequence > entry.sequence && beforeArrival > entry.firstArrival,
  );
  const deletionsOf = createDeletions(since);
  const left = holdsDeleted(fs, job, entry, deletionsOf)
    ? await writeSums(fs, job, entry, deletionsOf, options)
    : entry;
  return left === undefined ? undefined : { ...left, sequence: job.sequence };
}

/** Whether any series of a roll-up was deleted, whole or in part. */
function holdsDeleted(
  fs: Fs,
  { dataDir, day }: MergeJob,
  entry: SegmentEntry,
  deletionsOf: DeletionsOfStream,
): boolean {
  const source = openInput(fs, dataDir, entry);
  try {
    const { epochs, tables } = source.directory;
    return tables.some(({ epoch, streams, sampleTypes, periodType }) =>
      streams.labels.some((column) => {
        const labels = inFile(source, () => labelSetOfColumn(column));
        const tenant = epochs[epoch]?.tenant ?? '';
        return deletionsOf({ tenant, labels, sampleTypes, periodType })?.ofSum(
          day * MILLIS_PER_DAY,
          (day + 1) * MILLIS_PER_DAY,
        );
      }),
    );
  } finally {
    source.close();
  }
}

async function writeSums(
  fs: Fs,
  { dataDir, day, file: number }: MergeJob,
  from: SegmentEntry,
  deletionsOf: DeletionsOfStream,
  { deflate }: MaintenanceOptions,
): Promise<SegmentEntry | undefined> {
  const file = rollupFileName(day, number);
  const source = openInput(fs, dataDir, from);
  try {
    const writer = await createSegmentWriter({
      ...{ fs, dataDir, file, level: MERGE_DEFLATE_LEVEL, sharesPages: true },
      ...(deflate === undefined ? {} : { deflate }),
    });
    try {
      const epochs: EpochDirectory[] = [];
      const tables: TableDirectory[] = [];
      for (const ofService of groupByService(gatherEpochs([source]))) {
        const rolledUp = await rollupService(writer, ofService, deletionsOf);
        if (rolledUp === undefined) continue;
        tables.push(...rolledUp.tables.map((table) => ({ epoch: epochs.length, ...table })));
        epochs.push(rolledUp.epoch);
      }
      if (epochs.length === 0) {
        await writer.abort();
        return undefined;
      }
      const isRollup = true;
      const directory = { version: 1, day, isRollup, epochs, tables, pushIds: undefined } as const;
      const written = await writer.finish(directory);
      return { ...from, ...written, file, kind: 'rollup', newestPushIdMillis: 0 };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  } finally {
    source.close();
  }
}

async function rollupService(
  writer: SegmentWriter,
  epochs: readonly EpochInputs[],
  deletionsOf: DeletionsOfStream,
): Promise<
  | { readonly epoch: EpochDirectory; readonly tables: readonly Omit<TableDirectory, 'epoch'>[] }
  | undefined
> {
  const [first] = epochs;
  const inputs = epochs.flatMap((epoch) => epoch.tables);
  if (first === undefined || inputs.length === 0) return undefined;
  const { tenant, service, day } = first;
  const dictionary = createDictionary();
  const foldOf = new Map(
    epochs.flatMap((epoch) => {
      const fold = createStackFold(readWholeDictionary(epoch.pieces), dictionary);
      return epoch.tables.map(({ table }) => [table, fold] as const);
    }),
  );
  const tables: Omit<TableDirectory, 'epoch'>[] = [];
  for (const ofKind of groupByKind(inputs)) {
    const rollup = { tenant, day, inputs: ofKind, foldOf, deletionsOf };
    const table = await rollupTables(writer, rollup);
    if (table !== undefined) tables.push(table);
  }
  if (tables.length === 0) return undefined;
  const view = dictionary.view();
  const after = countRows(view);
  const out = createByteWriter();
  writeDictionaryRows(out, view, NO_ROWS, after);
  const page = await writer.addPage(out.view());
  const rows = { before: NO_ROWS, after, page };
  return { epoch: { tenant, service, day, ordinal: 0, ...rows }, tables };
}

function groupByService(epochs: readonly EpochInputs[]): readonly (readonly EpochInputs[])[] {
  const byService = new Map<string, EpochInputs[]>();
  for (const epoch of epochs) {
    const key = JSON.stringify([epoch.tenant, epoch.service]);
    const known = byService.get(key);
    if (known === undefined) byService.set(key, [epoch]);
    else known.push(epoch);
  }
  return [...byService.values()];
}
