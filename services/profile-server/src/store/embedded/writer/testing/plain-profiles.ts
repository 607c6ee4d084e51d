import { labelSet, matcher, matchesAll } from '@emberscope/labels';
import type { ValueType } from '@emberscope/profile';
import { createByteReader } from '../../codec/byte-reader.ts';
import type { RowCounts } from '../../codec/dictionary-rows.ts';
import { readDictionaryRows } from '../../codec/dictionary-rows.ts';
import {
  RECORD_KIND,
  readEpochRecord,
  readProfileRecord,
  readStreamRecord,
  type StreamRecord,
} from '../../codec/log-records.ts';
import { createSampleScratch, readStackIds } from '../../codec/sample-sections.ts';
import type { GenerationView } from '../../log/log-chunk.ts';
import { forEachPublished } from '../../log/testing/for-each-published.ts';
import type { DeletionEntry, Manifest } from '../../manifest/manifest.ts';
import { sharedManifest } from '../../manifest/manifest-bytes.ts';
import type { StoreView } from '../../store-view.ts';
import { collectRows } from './collected-rows.ts';
import type { PlainMaintenance } from './plain-maintenance.ts';

/** Who a stored profile is. */
export type PlainProfile = {
  readonly id: string;
  readonly arrival: number;
  readonly timeNanos: string;
  readonly tenant: string;
  /** Names and values in turn. */
  readonly labels: readonly string[];
  readonly sampleTypes: readonly ValueType[];
  readonly epoch: { readonly tenant: string; readonly service: string; readonly ordinal: number };
};

/** All of one generation; throws when a record refers to anything that is not before it. */
export function profilesOfGeneration({ chunks }: GenerationView) {
  const streams = new Map<number, StreamRecord>();
  const epochs: {
    tenant: string;
    service: string;
    day: number;
    ordinal: number;
    before: RowCounts;
    after: RowCounts;
    rows: ReturnType<typeof collectRows>;
  }[] = [];
  const profiles: PlainProfile[] = [];
  const scratch = createSampleScratch();
  forEachPublished(chunks, (kind, bytes, start, end) => {
    if (kind === RECORD_KIND.stream) {
      const stream = readStreamRecord(bytes.slice(start, end));
      if (stream.number !== streams.size)
        throw new Error(`stream ${stream.number} of ${streams.size}`);
      streams.set(stream.number, stream);
    } else if (kind === RECORD_KIND.epoch) {
      const { number, ...epoch } = readEpochRecord(bytes.slice(start, end));
      if (number !== epochs.length) throw new Error(`epoch ${number} of ${epochs.length}`);
      epochs.push({ ...epoch, after: epoch.before, rows: collectRows(epoch.before) });
    } else {
      const copy = bytes.slice(start, end);
      const record = readProfileRecord(copy, 0, copy.length);
      const epoch = epochs[record.epoch];
      const stream = streams.get(record.stream);
      if (epoch === undefined || stream === undefined) throw new Error('not declared');
      if (record.rowsEnd > record.rowsAt) {
        const from = createByteReader(copy, record.rowsAt, record.rowsEnd);
        epoch.rows.append(readDictionaryRows(from, epoch.after));
        epoch.after = epoch.rows.counts();
      }
      readStackIds(copy, record.ids.at, record.ids.end, scratch, epoch.after.stacks);
      profiles.push({
        id: Buffer.from(record.id).toString('hex'),
        arrival: record.arrival,
        timeNanos: String(record.timeNanos),
        tenant: stream.tenant,
        labels: stream.labels.labels.flatMap(({ name, value }) => [name, value]),
        sampleTypes: stream.sampleTypes,
        epoch: { tenant: epoch.tenant, service: epoch.service, ordinal: epoch.ordinal },
      });
    }
  });
  return { epochs, profiles };
}

export function isHidden(profile: PlainProfile, deletion: DeletionEntry): boolean {
  if (profile.arrival >= deletion.beforeArrival || !deletion.tenants.includes(profile.tenant))
    return false;
  const time = BigInt(profile.timeNanos);
  if (time < BigInt(deletion.startNanos) || time > BigInt(deletion.endNanos)) return false;
  const labels: { name: string; value: string }[] = [];
  for (let i = 0; i < profile.labels.length; i += 2) {
    labels.push({ name: profile.labels[i] ?? '', value: profile.labels[i + 1] ?? '' });
  }
  const set = labelSet(labels);
  if (!set.ok) throw new Error(set.reason);
  return matchesAll(
    deletion.matchers.map(({ op, name, value }) => {
      const built = matcher(op, name, value);
      if (!built.ok) throw new Error(built.reason);
      return built.matcher;
    }),
    set.labelSet,
  );
}

/** What a reader sees in a view, by id. */
export function visibleIds(view: StoreView, maintenance: PlainMaintenance): string[] {
  const manifest: Manifest = sharedManifest(view.manifest);
  const ids: string[] = [];
  const addAll = (profiles: readonly PlainProfile[], sequence: number): void => {
    for (const profile of profiles) {
      const deletions = manifest.deletions.filter((deletion) => deletion.sequence > sequence);
      if (!deletions.some((deletion) => isHidden(profile, deletion))) ids.push(profile.id);
    }
  };
  for (const entry of manifest.segments) addAll(maintenance.profilesOf(entry), entry.sequence);
  for (const generation of view.generations) addAll(profilesOfGeneration(generation).profiles, -1);
  return ids.sort();
}
