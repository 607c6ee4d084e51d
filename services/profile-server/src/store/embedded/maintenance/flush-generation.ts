import type { Fs } from '@emberscope/node-kit/worker';
import { createByteWriter } from '../codec/byte-writer.ts';
import { hasRowsBetween } from '../codec/dictionary-rows.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import type { Deflate } from '../segment/deflate-page.ts';
import { encodePushIds } from '../segment/push-ids-page.ts';
import type {
  EpochDirectory,
  SegmentDirectory,
  TableDirectory,
} from '../segment/segment-directory.ts';
import { createSegmentWriter, type SegmentWriter } from '../segment/segment-writer.ts';
import { createDeletions, type DeletionsOfStream } from './deleted-types.ts';
import { createFlushTools, flushTable } from './flush-table.ts';
import { type GenerationEpoch, readGeneration } from './generation-content.ts';
import {
  FLUSH_DEFLATE_LEVEL,
  type FlushJob,
  type FlushResult,
  type MaintenanceOptions,
} from './maintenance-jobs.ts';
import { removeWritten } from './remove-written.ts';
import { segmentFileName } from './segment-names.ts';
import { createSegmentSummary } from './segment-summary.ts';

/**
 * Writes a whole generation of the log as segments, one for each day that it has profiles of. The
 * files count only when a manifest names them; when this rejects, none is left.
 */
export async function flushGeneration(
  fs: Fs,
  job: FlushJob,
  options: MaintenanceOptions = {},
): Promise<FlushResult> {
  const content = readGeneration(job.generation, job.nowMillis);
  const deletionsOf = createDeletions(job.deletions);
  const byDay = groupByDay(content.epochs);
  if (byDay.length > job.files.length) {
    throw new Error(`${byDay.length} days in a generation, and ${job.files.length} file numbers`);
  }
  const segments: SegmentEntry[] = [];
  let { damagedProfiles } = content;
  try {
    for (const [i, [day, epochs]] of byDay.entries()) {
      const file = segmentFileName(day, job.files[i] ?? 0);
      const flushed = await flushDay(fs, job, { day, file, epochs, deletionsOf, ...options });
      damagedProfiles += flushed.damagedProfiles;
      if (flushed.segment !== undefined) segments.push(flushed.segment);
    }
  } catch (error) {
    await removeWritten(fs, job.dataDir, segments);
    throw error;
  }
  return { segments, damagedProfiles, damagedRecords: content.damagedRecords };
}

type Day = {
  readonly day: number;
  readonly file: string;
  readonly epochs: readonly GenerationEpoch[];
  readonly deletionsOf: DeletionsOfStream;
  readonly deflate?: Deflate;
};

async function flushDay(
  fs: Fs,
  job: FlushJob,
  day: Day,
): Promise<{ readonly segment: SegmentEntry | undefined; readonly damagedProfiles: number }> {
  const { dataDir, generation } = job;
  const { file, deflate } = day;
  const writer = await createSegmentWriter({
    ...{ fs, dataDir, file, level: FLUSH_DEFLATE_LEVEL },
    ...(deflate === undefined ? {} : { deflate }),
  });
  try {
    const summary = createSegmentSummary(day.day);
    const epochs: EpochDirectory[] = [];
    const tables: TableDirectory[] = [];
    const tools = createFlushTools(writer, day.day);
    let damagedProfiles = 0;
    for (const epoch of day.epochs) {
      const place = epochs.length;
      let isNeeded = hasRowsBetween(epoch.record.before, epoch.rows.counts());
      for (const table of epoch.tables) {
        const deletionsOf = day.deletionsOf;
        const flushed = await flushTable({
          generation,
          epoch,
          table,
          deletionsOf,
          summary,
          tools: tools(table.sampleTypes.length),
        });
        damagedProfiles += flushed.damagedProfiles;
        if (flushed.table === undefined) continue;
        tables.push({ epoch: place, ...flushed.table });
        isNeeded = true;
      }
      if (isNeeded) epochs.push(await writeEpoch(writer, epoch));
    }
    const pushIds = day.epochs.flatMap((epoch) => epoch.pushIds);
    if (epochs.length === 0 && pushIds.length === 0) {
      await writer.abort();
      return { segment: undefined, damagedProfiles };
    }
    const directory: SegmentDirectory = {
      ...{ version: 1, day: day.day, isRollup: false, epochs, tables },
      pushIds:
        pushIds.length === 0
          ? undefined
          : { page: await writer.addPlainPage(encodePushIds(pushIds)), count: pushIds.length },
    };
    const written = await writer.finish(directory);
    const entry = { file, kind: 'flush' as const, sequence: job.sequence, pushIds };
    return { segment: summary.entry(entry, written), damagedProfiles };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function writeEpoch(
  writer: SegmentWriter,
  { record, rows }: GenerationEpoch,
): Promise<EpochDirectory> {
  const { tenant, service, day, ordinal, before } = record;
  const out = createByteWriter();
  rows.write(out);
  const page = await writer.addPage(out.view());
  return { tenant, service, day, ordinal, before, after: rows.counts(), page };
}

/** Days ascending; epochs in the order in which the log names them. */
function groupByDay(
  epochs: readonly GenerationEpoch[],
): readonly (readonly [number, readonly GenerationEpoch[]])[] {
  const byDay = new Map<number, GenerationEpoch[]>();
  for (const epoch of epochs) {
    const { day } = epoch.record;
    const known = byDay.get(day);
    if (known === undefined) byDay.set(day, [epoch]);
    else known.push(epoch);
  }
  return [...byDay].sort(([a], [b]) => a - b);
}
