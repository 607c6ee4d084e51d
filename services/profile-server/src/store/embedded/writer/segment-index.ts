import { labelSet } from '@emberscope/labels';
import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { tenantId } from '../../ids.ts';
import { kindOfTypes } from '../../parts/profile-kind.ts';
import type { PushIds } from '../../pushes/push-ids.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { ID_BYTES } from '../codec/log-records.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import type { EpochDirectory } from '../segment/segment-directory.ts';
import { openSegment, type SegmentFile } from '../segment/segment-file.ts';
import { keyOfOwner } from './epoch-key.ts';
import type { RowsInSegments } from './epoch-rows.ts';
import type { LiveSeries } from './live-series.ts';
import { pushIdFromBytes } from './push-id-bytes.ts';
import type { StoreEvent } from './store-event.ts';

/** What the writer has to know of segments: which dictionaries they hold rows of. */
export type SegmentIndex = {
  /** Rows of all dictionaries that some segments hold. */
  rowsIn(entries: readonly SegmentEntry[]): RowsInSegments;
  /**
   * Tells of the series of a segment, and of its push ids unless they are older than `sinceMillis`.
   * Answers false when it cannot be read.
   */
  restore(entry: SegmentEntry, series: LiveSeries, pushIds: PushIds, sinceMillis: number): boolean;
  /** Forgets segments that are not in the manifest any more. */
  keep(entries: readonly SegmentEntry[]): void;
};

type Rows = RowsInSegments['rows'];

export function createSegmentIndex(
  fs: Fs,
  dataDir: string,
  onEvent: (event: StoreEvent) => void,
): SegmentIndex {
  /** A file that is damaged stays so; one that the disk did not hand out may be read the next time. */
  const rowsOfFile = new Map<string, Rows | 'damaged'>();
  const told = new Set<string>();

  /** Undefined, with a line for the operator, when the file cannot be read. */
  function reading<Value>(
    { file }: SegmentEntry,
    read: (segment: SegmentFile) => Value,
  ): Value | undefined {
    try {
      const segment = openSegment(fs, `${dataDir}/${file}`);
      try {
        return read(segment);
      } finally {
        segment.close();
      }
    } catch (error) {
      if (!(error instanceof DamagedBytes) && !(error instanceof FsError)) throw error;
      if (error instanceof DamagedBytes && !rowsOfFile.has(file)) rowsOfFile.set(file, 'damaged');
      if (!told.has(file)) {
        told.add(file);
        onEvent({ level: 'error', message: `a segment cannot be read: ${error.message}` });
      }
      return undefined;
    }
  }

  function rowsOf(segment: SegmentFile): Rows {
    return segment.directory.epochs.map((epoch: EpochDirectory) => ({
      key: keyOfOwner(epoch),
      path: segment.path,
      epoch,
    }));
  }

  return {
    rowsIn(entries) {
      const found = entries.map((entry): Rows | 'damaged' | undefined => {
        const known = rowsOfFile.get(entry.file);
        if (known !== undefined) return known;
        const rows = reading(entry, rowsOf);
        if (rows !== undefined) rowsOfFile.set(entry.file, rows);
        return rows;
      });
      const whole = found.filter((rows) => rows !== undefined && rows !== 'damaged');
      return { rows: whole.flat(), isWhole: whole.length === entries.length };
    },
    restore(entry, series, pushIds, sinceMillis) {
      const isRead = reading(entry, (segment) => {
        rowsOfFile.set(entry.file, rowsOf(segment));
        const { epochs, tables, pushIds: ids } = segment.directory;
        for (const { epoch, sampleTypes, periodType, streams } of tables) {
          const tenant = epochs[epoch]?.tenant ?? '';
          const kind = kindOfTypes({ sampleTypes, periodType });
          for (const [stream, flat] of streams.labels.entries()) {
            const labels = labelsOfFlat(flat);
            const count = streams.profileCount[stream] ?? 0;
            if (count > 0) series.add({ tenant, labels, kind, day: entry.day }, count);
          }
        }
        if (ids !== undefined && entry.newestPushIdMillis >= sinceMillis) {
          restorePushIds(segment.page(ids.page), pushIds, sinceMillis);
        }
        return true;
      });
      return isRead === true;
    },
    keep(entries) {
      const files = new Set(entries.map(({ file }) => file));
      for (const file of rowsOfFile.keys()) if (!files.has(file)) rowsOfFile.delete(file);
      for (const file of told) if (!files.has(file)) told.delete(file);
    },
  };
}

/** Names and values in turn, as directories hold labels. */
function labelsOfFlat(flat: readonly string[]) {
  const labels: { name: string; value: string }[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    labels.push({ name: flat[i] ?? '', value: flat[i + 1] ?? '' });
  }
  const built = labelSet(labels);
  if (!built.ok) throw new DamagedBytes(built.reason);
  return built.labelSet;
}

/** The page: number of tenants v, then for each its name t, number of ids v, ids 16, arrivals v. */
function restorePushIds(page: Uint8Array, pushIds: PushIds, sinceMillis: number): void {
  const from = createByteReader(page);
  for (let tenants = from.count(1); tenants > 0; tenants--) {
    const tenant = tenantId(from.text());
    const ids = Array.from({ length: from.count(ID_BYTES + 1) }, () => from.bytes(ID_BYTES));
    for (const bytes of ids) {
      const id = pushIdFromBytes(bytes);
      const atMillis = from.uvarint();
      if (atMillis >= sinceMillis && !pushIds.has(tenant, id)) pushIds.add(tenant, id, atMillis);
    }
  }
}
