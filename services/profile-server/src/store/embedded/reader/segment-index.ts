import { join } from 'node:path';
import { type LabelSet, labelSet } from '@emberscope/labels';
import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { kindOfTypes, type ProfileKind } from '../../parts/profile-kind.ts';
import type { SeriesRegistry, Stream, StreamRows } from '../../parts/series-registry.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { Manifest, SegmentEntry } from '../manifest/manifest.ts';
import { EMPTY_MANIFEST } from '../manifest/manifest-bytes.ts';
import type {
  EpochDirectory,
  PageRef,
  SegmentDirectory,
  StreamColumns,
  TableDirectory,
} from '../segment/segment-directory.ts';
import { openSegment, openSegmentPages, type SegmentFile } from '../segment/segment-file.ts';
import type { EpochDictionaries, EpochDictionary, RowPage } from './epoch-dictionaries.ts';
import { holdStream } from './head-index.ts';
import { createServiceTables, type ServiceTables } from './service-tables.ts';
import { createTableDirectories, type TablePages } from './table-directories.ts';

/** A table of a segment, with what its directory says of it. */
export type SegmentTable = {
  readonly segment: OpenedSegment;
  /** Its place in the segment's directory. */
  readonly place: number;
  readonly pages: () => TablePages;
  /** By the places of streams. */
  readonly facts: Omit<StreamColumns, 'labels'>;
  readonly tenant: string;
  readonly kind: ProfileKind;
  readonly dictionary: EpochDictionary;
  /** By their places in the table. */
  readonly streams: readonly Stream[];
  readonly registry: StreamRows;
  /** No profile lies outside of these two, in ms since the epoch. */
  readonly oldestMillis: number;
  readonly newestMillis: number;
};

export type OpenedSegment = {
  readonly entry: SegmentEntry;
  readonly tables: ServiceTables<SegmentTable>;
  /** The inflated bytes of a page. Throws `DamagedBytes` or an `FsError`. */
  page(ref: PageRef): Uint8Array;
};

export type SegmentIndex = {
  /**
   * `daysTouched`: of rows that are about to go from elsewhere. What has come in their place is
   * opened before they go, so that dictionaries in memory live on.
   */
  setManifest(manifest: Manifest, daysTouched: Iterable<number>): void;
  readonly manifest: () => Manifest;
  /**
   * Segments whose days' profiles may lie within a range, opened. What cannot be opened is reported
   * to `onDamage`, which may throw.
   */
  segmentsIn(range: MillisRange, onDamage: (reason: string) => void): readonly OpenedSegment[];
  rollupsIn(range: MillisRange, onDamage: (reason: string) => void): readonly OpenedSegment[];
  /** Opens all of a day: rows of its dictionaries may stand in any. */
  openDay(day: number): void;
  /** Those of a day that are open. */
  openedOn(day: number): readonly OpenedSegment[];
  /** What cannot be opened of a day, for messages. */
  damageOn(day: number): string | undefined;
  readonly openFileCount: () => number;
  readonly damagedCount: () => number;
  /** Tables of large segments whose pages were looked for, since the start. */
  readonly tablesRead: () => number;
  close(): void;
};

export type MillisRange = { readonly startMillis: number; readonly endMillis: number };

export type SegmentIndexOptions = {
  readonly fs: Fs;
  readonly dataDir: string;
  readonly maxOpenFiles: number;
  readonly registryOf: (tenant: string) => SeriesRegistry;
  readonly dictionaries: EpochDictionaries;
};

type OpenFile = Pick<SegmentFile, 'page' | 'close'>;

type Known = {
  readonly entry: SegmentEntry;
  opened: OpenedSegment | undefined;
  /** Why it cannot be opened. Bytes that are bad stay bad; a file system may come back. */
  damage: string | undefined;
  /** Lets go of what the opened segment holds. */
  release: () => void;
};

/** A fleet has a few dozen; who makes up types all the time is not to fill the memory with them. */
const MAX_SHARED_KINDS = 1_000;

/**
 * The segments that a manifest names. A file is opened when a query first needs it; its directory
 * stays in memory as long as the manifest names it, its descriptor as long as there is room.
 */
export function createSegmentIndex(options: SegmentIndexOptions): SegmentIndex {
  const { fs, dataDir, registryOf, dictionaries } = options;
  let manifest = EMPTY_MANIFEST;
  let known = new Map<string, Known>();
  /** The one used longest ago first. */
  const openFiles = new Map<string, OpenFile>();
  const directories = createTableDirectories();
  /** By their keys: tables of one kind share it, at most {@link MAX_SHARED_KINDS} of them. */
  const kinds = new Map<string, ProfileKind>();

  function fileOf(file: string): OpenFile {
    const open = openFiles.get(file);
    if (open !== undefined) {
      openFiles.delete(file);
      openFiles.set(file, open);
      return open;
    }
    return keepOpen(file, openSegmentPages(fs, join(dataDir, file)));
  }

  /** Without its directory, which would live for as long as the descriptor. */
  function keepOpen(file: string, { page, close }: OpenFile): OpenFile {
    const opened = { page, close };
    openFiles.set(file, opened);
    for (const [oldest, other] of openFiles) {
      if (openFiles.size <= options.maxOpenFiles) break;
      other.close();
      openFiles.delete(oldest);
    }
    return opened;
  }

  function sharedKind(of: TableDirectory): ProfileKind {
    const kind = kindOfTypes(of);
    const known = kinds.get(kind.key);
    if (known !== undefined) return known;
    // Tables that are open keep theirs; only later ones do not share it.
    if (kinds.size >= MAX_SHARED_KINDS) kinds.clear();
    kinds.set(kind.key, kind);
    return kind;
  }

  function closeFile(file: string): void {
    openFiles.get(file)?.close();
    openFiles.delete(file);
  }

  function open(one: Known): OpenedSegment {
    const { entry } = one;
    closeFile(entry.file);
    const file = openSegment(fs, join(dataDir, entry.file));
    keepOpen(entry.file, file);
    if (file.directoryCrc !== entry.directoryCrc) {
      throw new DamagedBytes(
        `segment ${entry.file}: its directory has the checksum ${file.directoryCrc}, and the manifest names ${entry.directoryCrc}`,
      );
    }
    const releases: (() => void)[] = [];
    one.release = () => {
      for (const release of releases) release();
    };
    const { directory } = file;
    const tables = createServiceTables<SegmentTable>();
    const opened: OpenedSegment = {
      entry,
      tables,
      page: (ref) => fileOf(entry.file).page(ref),
    };
    const epochs = directory.epochs.map((epoch) => {
      const dictionary = dictionaries.of(
        epoch,
        entry.kind === 'rollup' ? nameOf(entry) : undefined,
      );
      const page = pageOfRows(epoch, opened);
      dictionary.addPage(page);
      releases.push(() => dictionary.removePage(page));
      return dictionary;
    });
    const pages = directories.keep(directory.tables);
    for (const [place, table] of directory.tables.entries()) {
      const pagesOf = pages[place] ?? (() => table);
      const dictionary = epochs[table.epoch];
      tables.add(
        tableOf({ opened, directory, table, place, pages: pagesOf, dictionary, releases }),
      );
    }
    return opened;
  }

  function tableOf(of: {
    readonly opened: OpenedSegment;
    readonly directory: SegmentDirectory;
    readonly table: TableDirectory;
    readonly place: number;
    readonly pages: () => TablePages;
    readonly dictionary: EpochDictionary | undefined;
    readonly releases: (() => void)[];
  }): SegmentTable {
    const { opened: segment, directory, table, place, pages, dictionary, releases } = of;
    const { file } = segment.entry;
    const epoch = directory.epochs[table.epoch];
    if (epoch === undefined || dictionary === undefined) {
      throw new DamagedBytes(`segment ${file}: table ${place} has epoch ${table.epoch}`);
    }
    const kind = sharedKind(table);
    const registry = registryOf(epoch.tenant);
    const streams = table.streams.labels.map((labels) => {
      const stream = holdStream(registry, labelSetOf(labels, file), kind);
      releases.push(() => registry.removeProfile(stream.id));
      return stream;
    });
    const { profileCount, typeBits, oldestMillis, newestMillis } = table.streams;
    return {
      ...{ segment, place, pages, kind, dictionary, streams, registry: { streams } },
      facts: { profileCount, typeBits, oldestMillis, newestMillis },
      tenant: epoch.tenant,
      oldestMillis: oldestMillis.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      newestMillis: newestMillis.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    };
  }

  function openOrReport(one: Known, onDamage: (reason: string) => void): OpenedSegment[] {
    if (one.opened !== undefined) return [one.opened];
    try {
      one.opened = open(one);
      one.damage = undefined;
      return [one.opened];
    } catch (error) {
      one.release();
      one.release = () => {};
      closeFile(one.entry.file);
      if (!(error instanceof DamagedBytes || error instanceof FsError)) throw error;
      one.damage = error.message;
      onDamage(error.message);
      return [];
    }
  }

  function openDay(day: number): void {
    for (const entry of manifest.segments) {
      const one = entry.day === day ? known.get(entry.file) : undefined;
      if (one !== undefined) openOrReport(one, () => {});
    }
  }

  function forget(one: Known): void {
    one.release();
    closeFile(one.entry.file);
  }

  function openedOf(
    entries: readonly SegmentEntry[],
    { startMillis, endMillis }: MillisRange,
    onDamage: (reason: string) => void,
  ): OpenedSegment[] {
    const inRange = entries.filter(
      ({ oldestMillis, newestMillis }) => oldestMillis <= endMillis && newestMillis >= startMillis,
    );
    return inRange.flatMap((entry) => {
      const one = known.get(entry.file);
      return one === undefined ? [] : openOrReport(one, onDamage);
    });
  }

  return {
    setManifest(next, daysTouched) {
      if (next === manifest) return;
      const days = new Set(daysTouched);
      const kept = new Map<string, Known>();
      for (const entry of [...next.segments, ...next.rollups]) {
        const before = known.get(entry.file);
        // A roll-up is written again under its name: it is another file then.
        if (before !== undefined && before.entry.directoryCrc === entry.directoryCrc) {
          kept.set(entry.file, before);
        } else {
          kept.set(entry.file, { entry, opened: undefined, damage: undefined, release: () => {} });
        }
      }
      const gone = [...known].flatMap(([file, one]) => (kept.get(file) === one ? [] : one));
      known = kept;
      manifest = next;
      for (const { entry, opened } of gone) if (opened !== undefined) days.add(entry.day);
      for (const day of days) openDay(day);
      for (const one of gone) forget(one);
    },
    manifest: () => manifest,
    segmentsIn: (range, onDamage) => openedOf(manifest.segments, range, onDamage),
    openDay,
    openedOn: (day) =>
      manifest.segments.flatMap((entry) =>
        entry.day === day ? (known.get(entry.file)?.opened ?? []) : [],
      ),
    rollupsIn: (range, onDamage) => openedOf(manifest.rollups, range, onDamage),
    damageOn(day) {
      const reasons = [...known.values()].flatMap(({ entry, damage }) =>
        entry.day === day && damage !== undefined ? [damage] : [],
      );
      return reasons.length === 0 ? undefined : reasons.join('; ');
    },
    openFileCount: () => openFiles.size,
    tablesRead: directories.readCount,
    damagedCount: () => [...known.values()].filter(({ damage }) => damage !== undefined).length,
    close() {
      for (const one of known.values()) forget(one);
      known = new Map();
      manifest = EMPTY_MANIFEST;
    },
  };
}

/** A roll-up may be written again under its name. */
function nameOf({ file, directoryCrc }: SegmentEntry): string {
  return `${file} ${directoryCrc}`;
}

function pageOfRows({ before, after, page }: EpochDirectory, segment: OpenedSegment): RowPage {
  return { before, after, read: () => segment.page(page) };
}

function labelSetOf(namesAndValues: readonly string[], file: string): LabelSet {
  const labels = [];
  for (let i = 0; i + 1 < namesAndValues.length; i += 2) {
    labels.push({ name: namesAndValues[i] ?? '', value: namesAndValues[i + 1] ?? '' });
  }
  const built = labelSet(labels);
  if (!built.ok) throw new DamagedBytes(`segment ${file}: labels of a stream: ${built.reason}`);
  return built.labelSet;
}
