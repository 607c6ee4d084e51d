import { type Fs, readWholeFile } from '@emberscope/node-kit';
import { MILLIS_PER_DAY } from '@emberscope/units';
import {
  RECORD_KIND,
  readEpochRecord,
  readProfileRecord,
  readStreamRecord,
} from '../store/embedded/codec/log-records.ts';
import { generationOfLog } from '../store/embedded/log/log-format.ts';
import { MARK_KIND, readMark } from '../store/embedded/log/log-mark.ts';
import { readLogFile } from '../store/embedded/log/read-log-file.ts';
import { ROWS_CHECK_KIND, readRowsCheck } from '../store/embedded/log/rows-check.ts';
import { DataDirError } from '../store/embedded/manifest/data-dir-error.ts';
import type { Manifest, SegmentEntry } from '../store/embedded/manifest/manifest.ts';
import { decodeManifest } from '../store/embedded/manifest/manifest-bytes.ts';
import type {
  LevelDirectory,
  PageRef,
  TableDirectory,
} from '../store/embedded/segment/segment-directory.ts';
import { openSegment } from '../store/embedded/segment/segment-file.ts';
import { textOfCounts } from './row-counts.ts';
import { inspectTenantFiles } from './tenant-files.ts';
import { whyNoStore } from './why-no-store.ts';

/** As `manifest-file` takes it. */
const MANIFEST_MAX_BYTES = 64 * 1024 * 1024;
const FORMAT_MAX_BYTES = 1024;

/**
 * What is in a store, or in one of its files, as lines for a person. A segment is known by `.seg`, a
 * log by `.log`, a manifest by its name. Rejects with an FsError, DataDirError or DamagedBytes.
 */
export async function inspect(fs: Fs, path: string): Promise<string[]> {
  const { kind } = await fs.stat(path);
  if (kind === 'directory') return inspectStore(fs, path);
  if (path.endsWith('.seg')) return inspectSegment(fs, path);
  if (generationOfLog(path.slice(path.lastIndexOf('/') + 1)) !== undefined) {
    return inspectLog(fs, path, true);
  }
  if (/MANIFEST[^/]*$/.test(path)) return inspectManifest(await manifestAt(fs, path));
  return [`${path} is no directory, segment, log or manifest of a store`];
}

async function manifestAt(fs: Fs, path: string): Promise<Manifest> {
  return decodeManifest(await readWholeFile(fs, path, MANIFEST_MAX_BYTES));
}

async function inspectStore(fs: Fs, dataDir: string): Promise<string[]> {
  const why = await whyNoStore(fs, dataDir);
  if (why !== undefined) throw new DataDirError(why);
  const format = await readWholeFile(fs, `${dataDir}/FORMAT`, FORMAT_MAX_BYTES);
  const names = (await fs.readdir(dataDir)).map(({ name }) => name);
  const lines = [`format      ${new TextDecoder().decode(format).trim()}`];
  if (names.includes('LOCK')) {
    const lock = await readWholeFile(fs, `${dataDir}/LOCK`, MANIFEST_MAX_BYTES);
    lines.push(`in use by   ${new TextDecoder().decode(lock).trim()}`);
  }
  if (names.includes('ballast')) {
    lines.push(`ballast     ${(await fs.stat(`${dataDir}/ballast`)).sizeBytes} bytes`);
  }
  if (names.includes('MANIFEST')) {
    lines.push(...inspectManifest(await manifestAt(fs, `${dataDir}/MANIFEST`)));
  } else lines.push('no manifest: nothing was flushed yet');
  if (names.includes('log')) {
    for (const { name } of await fs.readdir(`${dataDir}/log`)) {
      if (generationOfLog(name) === undefined) continue;
      lines.push(
        `log ${name}`,
        ...(await inspectLog(fs, `${dataDir}/log/${name}`, false)).map(indent),
      );
    }
  }
  lines.push(...(await inspectTenantFiles(fs, dataDir)));
  return lines;
}

function inspectManifest(manifest: Manifest): string[] {
  const { sequence, logFloor, nextFile, nextArrival, segments, rollups, deletions } = manifest;
  return [
    `manifest    ${sequence}: log from ${logFloor} on, next file ${nextFile}, next arrival ${nextArrival}`,
    ...[...segments, ...rollups].map(lineOfEntry),
    ...deletions.map(
      ({ id, sequence: since, beforeArrival, tenants, matchers, startNanos, endNanos }) =>
        `deletion    ${id} of manifest ${since}, before arrival ${beforeArrival}: ${tenants.join(', ')} {${matchers
          .map(({ name, op, value }) => `${name}${op}${JSON.stringify(value)}`)
          .join(', ')}} ${startNanos}–${endNanos} ns`,
    ),
  ];
}

function lineOfEntry(entry: SegmentEntry): string {
  const { file, kind, sizeBytes, profileCount, oldestMillis, newestMillis, sequence } = entry;
  return `${kind.padEnd(11)} ${file}: ${profileCount} profiles in ${sizeBytes} bytes, ${timeText(oldestMillis)} – ${timeText(newestMillis)}, arrivals ${entry.firstArrival}–${entry.lastArrival}, manifest ${sequence}`;
}

function inspectSegment(fs: Fs, path: string): string[] {
  const segment = openSegment(fs, path);
  try {
    const { directory, sizeBytes } = segment;
    const lines = [
      `${directory.isRollup ? 'roll-up' : 'segment'} of ${dayText(directory.day)}, ${sizeBytes} bytes, directory ${segment.directoryCrc.toString(16)}`,
    ];
    for (const [place, epoch] of directory.epochs.entries()) {
      lines.push(
        `epoch ${place}: ${epoch.tenant}, ${epoch.service}, number ${epoch.ordinal}, page ${pageText(epoch.page)}`,
        `  before ${textOfCounts(epoch.before)}`,
        `  after  ${textOfCounts(epoch.after)}`,
      );
    }
    for (const [place, table] of directory.tables.entries()) {
      lines.push(`table ${place} of epoch ${table.epoch}:`, ...linesOfTable(table).map(indent));
    }
    if (directory.pushIds !== undefined) {
      lines.push(`${directory.pushIds.count} push ids, ${pageText(directory.pushIds.page)}`);
    }
    return lines;
  } finally {
    segment.close();
  }
}

function linesOfTable({ sampleTypes, periodType, streams, remarks, levels }: TableDirectory) {
  const types = sampleTypes.map(({ type, unit }) => `${type} (${unit})`).join(', ');
  return [
    `types ${types}; period ${periodType === undefined ? 'none' : `${periodType.type} (${periodType.unit})`}; ${remarks.length} remarks`,
    ...streams.labels.map(
      (labels, stream) =>
        `stream ${stream} ${labelsText(labels)}: ${streams.profileCount[stream]} profiles, ${timeText(streams.oldestMillis[stream] ?? 0)} – ${timeText(streams.newestMillis[stream] ?? 0)}`,
    ),
    ...levels.map(lineOfLevel),
  ];
}

function lineOfLevel({ level, rowCount, blocks, ...columns }: LevelDirectory): string {
  const bytes = (refs: readonly (PageRef | null | undefined)[]) =>
    refs.reduce((sum, ref) => sum + (ref?.[1] ?? 0), 0);
  const { keys, totals, largest, durations, periods, remarks, ids, arrivals } = columns;
  const about = bytes([keys, ...totals, ...largest, durations, periods, remarks, ids, arrivals]);
  return `level ${level}: ${rowCount} rows, ${about} bytes about them; ${blocks.firstRow.length} blocks, bytes of ids ${bytes(blocks.ids)}, values ${blocks.columns.map(bytes).join(' + ')}, tracing ${bytes(blocks.tracing)}`;
}

async function inspectLog(fs: Fs, path: string, hasRecords: boolean): Promise<string[]> {
  const lines: string[] = [];
  const counts = { stream: 0, epoch: 0, profile: 0, mark: 0, check: 0, other: 0 };
  const { header, endOffset, damages, tail } = await readLogFile(
    fs,
    path,
    Number.POSITIVE_INFINITY,
    ({ kind, payload }) => {
      const [name, text] = recordText(kind, payload);
      counts[name]++;
      if (hasRecords) lines.push(text);
    },
  );
  const first =
    header === undefined
      ? 'no header'
      : `generation ${header.generation}, first arrival ${header.firstArrival}`;
  return [
    `${first}, good to ${endOffset}: ${counts.profile} profiles, ${counts.stream} streams, ${counts.epoch} epochs, ${counts.mark} marks, ${counts.other} others`,
    ...lines,
    ...damages.map((damage) => `damage: ${damage}`),
    ...(tail === undefined ? [] : [`torn from ${tail.offset} on: ${tail.reason}`]),
  ];
}

function recordText(
  kind: number,
  payload: Uint8Array,
): readonly ['stream' | 'epoch' | 'profile' | 'mark' | 'check' | 'other', string] {
  switch (kind) {
    case RECORD_KIND.stream: {
      const { number, tenant, labels, sampleTypes } = readStreamRecord(payload);
      const types = sampleTypes.map(({ type }) => type).join(', ');
      const text = labelsText(labels.labels.flatMap(({ name, value }) => [name, value]));
      return ['stream', `stream ${number}: ${tenant} ${text} ${types}`];
    }
    case RECORD_KIND.epoch: {
      const { number, tenant, service, day, ordinal, before } = readEpochRecord(payload);
      return [
        'epoch',
        `epoch ${number}: ${tenant}, ${service}, ${dayText(day)}, number ${ordinal}, behind ${textOfCounts(before)}`,
      ];
    }
    case RECORD_KIND.profile: {
      const { stream, epoch, arrival, timeNanos, totals, rowsAt, rowsEnd, pushId } =
        readProfileRecord(payload, 0, payload.length);
      return [
        'profile',
        `profile ${arrival}: stream ${stream}, epoch ${epoch}, ${timeText(Number(timeNanos / 1_000_000n))}, totals ${totals.join(', ')}, ${payload.length} bytes (${rowsEnd - rowsAt} dictionary)${pushId === undefined ? '' : ', push id'}`,
      ];
    }
    case MARK_KIND: {
      const tails = readMark(payload).map(
        ({ generation, goodBytes }) => `${generation} to ${goodBytes}`,
      );
      return ['mark', `mark: earlier files are good up to: ${tails.join(', ')}`];
    }
    case ROWS_CHECK_KIND: {
      const { epoch, rowsBefore } = readRowsCheck(payload);
      return ['check', `check: epoch ${epoch} has ${rowsBefore} rows`];
    }
    default:
      return ['other', `record of kind ${kind}, ${payload.length} bytes`];
  }
}

function labelsText(namesAndValues: readonly string[]): string {
  const pairs: string[] = [];
  for (let i = 0; i < namesAndValues.length; i += 2) {
    pairs.push(`${namesAndValues[i]}=${JSON.stringify(namesAndValues[i + 1] ?? '')}`);
  }
  return `{${pairs.join(', ')}}`;
}

function pageText([offset, storedBytes, rawBytes]: PageRef): string {
  return `${storedBytes} bytes at ${offset} (${rawBytes} inflated)`;
}

function timeText(millis: number): string {
  return new Date(millis).toISOString();
}

function dayText(day: number): string {
  return timeText(day * MILLIS_PER_DAY).slice(0, 10);
}

function indent(line: string): string {
  return `  ${line}`;
}
