import type { Fs } from '@emberscope/node-kit/worker';
import type { SegmentEntry } from '../manifest/manifest.ts';
import { inFile } from '../segment/level-rows.ts';
import { decodePushIds, encodePushIds, type StoredPushId } from '../segment/push-ids-page.ts';
import type {
  EpochDirectory,
  SegmentDirectory,
  TableDirectory,
} from '../segment/segment-directory.ts';
import type { SegmentFile } from '../segment/segment-file.ts';
import { createSegmentWriter } from '../segment/segment-writer.ts';
import { createDeletions } from './deleted-types.ts';
import {
  type MaintenanceOptions,
  MERGE_DEFLATE_LEVEL,
  type MergeJob,
  type MergeResult,
} from './maintenance-jobs.ts';
import { gatherEpochs, writeMergedRows } from './merge-dictionaries.ts';
import { groupByKind, mergeTables } from './merge-table.ts';
import { openInput } from './open-input.ts';
import { removeWritten } from './remove-written.ts';
import { rewriteRollup, writeRollup } from './rollup-segment.ts';
import { segmentFileName } from './segment-names.ts';
import { createSegmentSummary } from './segment-summary.ts';

/**
 * Writes one segment in place of several of a day, and what outlives the day. The files count only
 * when a manifest names them; when this rejects, none is left. Rejects with an `FsError`, or with
 * DamagedBytes that names the input it cannot read: that one is to be left as it is.
 */
export async function mergeSegments(
  fs: Fs,
  job: MergeJob,
  options: MaintenanceOptions = {},
): Promise<MergeResult> {
  const { kind } = job;
  if (kind === 'rollup')
    return { segment: undefined, rollup: await rewriteRollup(fs, job, options) };
  const inputs: SegmentFile[] = [];
  try {
    for (const entry of job.inputs) inputs.push(openInput(fs, job.dataDir, entry));
    const segment = await mergeInputs(fs, { ...job, kind }, inputs, options);
    if (segment === undefined || segment.profileCount === 0 || !job.rollup) {
      return { segment, rollup: undefined };
    }
    try {
      return { segment, rollup: await writeRollup(fs, job, segment, options) };
    } catch (error) {
      await removeWritten(fs, job.dataDir, [segment]);
      throw error;
    }
  } finally {
    for (const input of inputs) input.close();
  }
}

async function mergeInputs(
  fs: Fs,
  job: MergeJob & { readonly kind: 'merged' | 'day' },
  inputs: readonly SegmentFile[],
  { deflate }: MaintenanceOptions,
): Promise<SegmentEntry | undefined> {
  const { dataDir, day, kind, sequence } = job;
  const file = segmentFileName(day, job.file);
  const deletionsOf = createDeletions(job.deletions);
  const writer = await createSegmentWriter({
    ...{ fs, dataDir, file, level: MERGE_DEFLATE_LEVEL, sharesPages: true },
    ...(deflate === undefined ? {} : { deflate }),
  });
  try {
    const summary = createSegmentSummary(day);
    const epochs: EpochDirectory[] = [];
    const tables: TableDirectory[] = [];
    for (const epoch of gatherEpochs(inputs)) {
      epochs.push(...(await writeMergedRows(writer, epoch)));
      const place = epochs.length - 1;
      for (const ofKind of groupByKind(epoch.tables)) {
        const table = await mergeTables(writer, {
          ...{ epoch, deletionsOf, summary },
          inputs: ofKind,
          hasDayLevel: kind === 'day',
        });
        if (table !== undefined) tables.push({ epoch: place, ...table });
      }
    }
    const pushIds = inputs
      .flatMap(pushIdsOf)
      .filter(({ arrivalMillis }) => arrivalMillis >= job.pushIdsSinceMillis);
    if (epochs.length === 0 && pushIds.length === 0) {
      await writer.abort();
      return undefined;
    }
    const directory: SegmentDirectory = {
      ...{ version: 1, day, isRollup: false, epochs, tables },
      pushIds:
        pushIds.length === 0
          ? undefined
          : { page: await writer.addPlainPage(encodePushIds(pushIds)), count: pushIds.length },
    };
    const written = await writer.finish(directory);
    return summary.entry({ file, kind, sequence, pushIds }, written);
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function pushIdsOf(segment: SegmentFile): readonly StoredPushId[] {
  const { pushIds } = segment.directory;
  if (pushIds === undefined) return [];
  return inFile(segment, () => decodePushIds(segment.page(pushIds.page)));
}
