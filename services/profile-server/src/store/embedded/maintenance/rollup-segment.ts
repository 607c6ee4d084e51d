import { join } from 'node:path';
import type { Fs } from '@emberscope/node-kit/worker';
import { createDictionary } from '../../dictionary/dictionary.ts';
import { createByteWriter } from '../codec/byte-writer.ts';
import { countRows, NO_ROWS, writeDictionaryRows } from '../codec/dictionary-rows.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import type { EpochDirectory, TableDirectory } from '../segment/segment-directory.ts';
import { openSegment } from '../segment/segment-file.ts';
import { createSegmentWriter, type SegmentWriter } from '../segment/segment-writer.ts';
import { createStackFold } from './fold-stacks.ts';
import { type MaintenanceOptions, MERGE_DEFLATE_LEVEL, type MergeJob } from './maintenance-jobs.ts';
import { type EpochInputs, gatherEpochs } from './merge-dictionaries.ts';
import { groupByKind } from './merge-table.ts';
import { rollupTables } from './rollup-table.ts';
import { rollupFileName } from './segment-names.ts';
import { readWholeDictionary } from './whole-dictionary.ts';

/**
 * Writes what outlives a day: the sums of its hours and of the day, by functions alone. All
 * dictionaries that a service had that day become one, which begins at row 0.
 */
export async function writeRollup(
  fs: Fs,
  job: MergeJob,
  merged: SegmentEntry,
  { deflate }: MaintenanceOptions,
): Promise<SegmentEntry> {
  const { dataDir, day } = job;
  const file = rollupFileName(day, job.file);
  const source = openSegment(fs, join(dataDir, merged.file));
  try {
    const writer = await createSegmentWriter({
      ...{ fs, dataDir, file, level: MERGE_DEFLATE_LEVEL, sharesPages: true },
      ...(deflate === undefined ? {} : { deflate }),
    });
    try {
      const epochs: EpochDirectory[] = [];
      const tables: TableDirectory[] = [];
      for (const ofService of groupByService(gatherEpochs([source]))) {
        const rolledUp = await rollupService(writer, ofService);
        if (rolledUp === undefined) continue;
        tables.push(...rolledUp.tables.map((table) => ({ epoch: epochs.length, ...table })));
        epochs.push(rolledUp.epoch);
      }
      const isRollup = true;
      const directory = { version: 1, day, isRollup, epochs, tables, pushIds: undefined } as const;
      const written = await writer.finish(directory);
      return { ...merged, ...written, file, kind: 'rollup', newestPushIdMillis: 0 };
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
    tables.push(await rollupTables(writer, day, ofKind, foldOf));
  }
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
