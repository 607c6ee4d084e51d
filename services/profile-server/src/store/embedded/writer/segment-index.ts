import { labelSet } from '@emberscope/labels';
import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { tenantId } from '../../ids.ts';
import { kindOfTypes } from '../../parts/profile-kind.ts';
import type { PushIds } from '../../pushes/push-ids.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { ID_BYTES } from '../codec/log-records.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import { openSegment, type SegmentFile } from '../segment/segment-file.ts';
import { keyOfOwner } from './epoch-key.ts';
import type { RowsInSegments, SegmentRows } from './epoch-rows.ts';
import type { LiveSeries } from './live-series.ts';
import { pushIdFromBytes } from './push-id-bytes.ts';
import type { StoreEvent } from './store-event.ts';

/** What the writer has to know of segments: which dictionaries they hold rows of. */
export type SegmentIndex = {
  /** Rows of all dictionaries that some segments hold. */
  rowsIn(entries: readonly SegmentEntry[]): RowsInSegments;
  /**
   * Tells of the series of a segment, and of its push ids unless they are older than `sinceMillis`.
   * Answers whether another attempt may help: the disk did not hand it out just now, and nothing of
   * it was told.
   */
  restore(entry: SegmentEntry, series: LiveSeries, pushIds: PushIds, sinceMillis: number): boolean;
  /** Forgets segments that are not in the manifest any more. */
  keep(entries: readonly SegmentEntry[]): void;
};

/** By the key of the owner. */
type Rows = ReadonlyMap<string, readonly SegmentRows[]>;

type Read<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  /** It stays so. */
  | { readonly kind: 'damaged' }
  /** The disk did not hand it out; it may the next time. */
  | { readonly kind: 'failed' };

export function createSegmentIndex(
  fs: Fs,
  dataDir: string,
  onEvent: (event: StoreEvent) => void,
): SegmentIndex {
  /** A file that is damaged stays so; one that the disk did not hand out may be read the next time. */
  const rowsOfFile = new Map<string, Rows | 'damaged'>();
  const told = new Set<string>();

  /** What cannot be read is told to the operator, once for each file. */
  function reading<Value>(
    { file }: SegmentEntry,
    read: (segment: SegmentFile) => Value,
  ): Read<Value> {
    try {
      const segment = openSegment(fs, `${dataDir}/${file}`);
      try {
        return { kind: 'read', value: read(segment) };
      } finally {
        segment.close();
      }
    } catch (error) {
      if (!(error instanceof DamagedBytes) && !(error instanceof FsError)) throw error;
      if (!told.has(file)) {
        told.add(file);
        onEvent({ level: 'error', message: `a segment cannot be read: ${error.message}` });
      }
      return { kind: error instanceof DamagedBytes ? 'damaged' : 'failed' };
    }
  }

  function rowsOf(segment: SegmentFile): Rows {
    const rows = new Map<string, SegmentRows[]>();
    for (const epoch of segment.directory.epochs) {
      const key = keyOfOwner(epoch);
      const known = rows.get(key);
      if (known === undefined) rows.set(key, [{ path: segment.path, epoch }]);
      else known.push({ path: segment.path, epoch });
    }
    return rows;
  }

  return {
    rowsIn(entries) {
      const whole = entries.flatMap((entry) => {
        const known = rowsOfFile.get(entry.file);
        if (known !== undefined) return known === 'damaged' ? [] : [known];
        const found = reading(entry, rowsOf);
        if (found.kind === 'read') rowsOfFile.set(entry.file, found.value);
        if (found.kind === 'damaged') rowsOfFile.set(entry.file, 'damaged');
        return found.kind === 'read' ? [found.value] : [];
      });
      return {
        of: (key) => whole.flatMap((rows) => rows.get(key) ?? []),
        isEmpty: whole.every((rows) => rows.size === 0),
        isWhole: whole.length === entries.length,
      };
    },
    restore(entry, series, pushIds, sinceMillis) {
      const found = reading(entry, (segment) => {
        rowsOfFile.set(entry.file, rowsOf(segment));
        const { epochs, tables, pushIds: ids } = segment.directory;
        const isKnown = ids === undefined || entry.newestPushIdMillis < sinceMillis;
        // The last that the disk is asked for: until here, nothing was told.
        const page = isKnown ? undefined : wholeOrDamage(() => segment.page(ids.page));
        for (const { epoch, sampleTypes, periodType, streams } of tables) {
          const tenant = epochs[epoch]?.tenant ?? '';
          const kind = kindOfTypes({ sampleTypes, periodType });
          for (const [stream, flat] of streams.labels.entries()) {
            const labels = labelsOfFlat(flat);
            const count = streams.profileCount[stream] ?? 0;
            if (count > 0) series.add({ tenant, labels, kind, day: entry.day }, count);
          }
        }
        if (page instanceof DamagedBytes) throw page;
        if (page !== undefined) restorePushIds(page, pushIds, sinceMillis);
      });
      if (found.kind === 'damaged' && !rowsOfFile.has(entry.file)) {
        rowsOfFile.set(entry.file, 'damaged');
      }
      return found.kind === 'failed';
    },
    keep(entries) {
      const files = new Set(entries.map(({ file }) => file));
      for (const file of rowsOfFile.keys()) if (!files.has(file)) rowsOfFile.delete(file);
      for (const file of told) if (!files.has(file)) told.delete(file);
    },
  };
}

function wholeOrDamage(read: () => Uint8Array): Uint8Array | DamagedBytes {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedBytes) return error;
    throw error;
  }
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
