import { LABEL, labelValue } from '@emberscope/labels';
import type { Profile, Symbols } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import type { PushedProfile } from '../ingest/pushed-profile.ts';
import type { Refusal } from '../ingest/refusal.ts';
import { decodeTexts, type EncodedTexts, encodeTexts } from '../store/dictionary/encoded-texts.ts';
import type { PushId } from '../store/ids.ts';
import type { PushProfile, PushSeries } from '../store/push.ts';
import { ColumnRunReader, ColumnRunWriter } from './column-run.ts';
import {
  readFunctions,
  readLabelSets,
  readLocations,
  readMappings,
  readSamples,
  readStacks,
  readTexts,
  writeFunctions,
  writeLabelSets,
  writeLocations,
  writeMappings,
  writeSamples,
  writeStacks,
  writeTexts,
} from './packed-tables.ts';
import { giveBack, type SharedRing } from './shared-ring.ts';

/**
 * A profile on its way from the thread that read it to the one that stores it. Its series are one
 * run of bytes: as objects they would be read and written again on the main thread between the two,
 * and a profile of 4 MiB can be 700,000 strings or 16,000 series. The bytes lie in the ring of the
 * thread that read them, or change hands where it had no room.
 */
export type PackedProfile = {
  /** The profile inflated and the labels: what a tenant's rate is counted in. */
  readonly sizeBytes: number;
  readonly outcome:
    | {
        readonly kind: 'ready';
        readonly seriesCount: number;
        /** Of the first series; '' when there is none. */
        readonly service: string;
        readonly series: Uint8Array<ArrayBuffer | SharedArrayBuffer>;
      }
    | { readonly kind: 'refused'; readonly refusal: Refusal };
};

/**
 * What is not a column, as JSON. Strings are columns, too, encoded: the store nearly always knows them
 * by their bytes.
 */
type SeriesFacts = Omit<PushSeries, 'profiles'> & { readonly profiles: readonly ProfileFacts[] };

/** 64-bit integers are texts there, since JSON has none. */
type ProfileFacts = Pick<
  Profile,
  'sampleTypes' | 'defaultSampleType' | 'periodType' | 'comments' | 'dropFrames' | 'keepFrames'
> & {
  readonly period: string;
  readonly timeNanos: string;
  readonly durationNanos: string;
  readonly pushId?: PushId | undefined;
};

/**
 * Tables that series share are written once, and shared again after {@link unpackSeries}. Whoever has
 * the packed profile gives its room back by {@link giveBackProfiles}.
 */
export function packProfile(
  { sizeBytes, outcome }: PushedProfile,
  ring?: SharedRing,
): PackedProfile {
  if (outcome.kind === 'refused') return { sizeBytes, outcome };
  const [first] = outcome.series;
  const service = first === undefined ? '' : labelValue(first.labels, LABEL.serviceName);
  const seriesCount = outcome.series.length;
  const to = new ColumnRunWriter();
  const tables = new PackedTables(to);
  const facts = outcome.series.map(({ labels, profiles }) => ({
    labels,
    profiles: profiles.map((pushed) => tables.write(pushed)),
  }));
  const series = to.finish(
    JSON.stringify(facts satisfies readonly SeriesFacts[]),
    (size) => ring?.claim(size) ?? new Uint8Array(size),
  );
  return { sizeBytes, outcome: { kind: 'ready', seriesCount, service, series } };
}

/** Writes the tables of profiles, each once: a table that is there is its number. */
class PackedTables {
  private readonly to: ColumnRunWriter;
  private readonly numbers = new Map<object, number>();

  constructor(to: ColumnRunWriter) {
    this.to = to;
  }

  write({ profile, texts, pushId }: PushProfile): ProfileFacts {
    const { symbols, stacks, labelSets } = profile;
    const { strings } = symbols;
    this.once(strings, (to) => writeTexts(to, texts ?? encodeTexts(strings)));
    this.once(symbols.functions, (to) => writeFunctions(to, symbols.functions));
    this.once(symbols.mappings, (to) => writeMappings(to, symbols.mappings));
    this.once(symbols.locations, (to) => writeLocations(to, symbols.locations));
    this.once(stacks, (to) => writeStacks(to, stacks));
    this.once(labelSets, (to) => writeLabelSets(to, labelSets));
    writeSamples(this.to, profile.samples);
    const { sampleTypes, defaultSampleType, periodType, comments } = profile;
    const { period, timeNanos, durationNanos, dropFrames, keepFrames } = profile;
    return {
      ...{ sampleTypes, defaultSampleType, periodType, comments, dropFrames, keepFrames, pushId },
      period: String(period),
      timeNanos: String(timeNanos),
      durationNanos: String(durationNanos),
    };
  }

  private once(table: object, write: (to: ColumnRunWriter) => void): void {
    const known = this.numbers.get(table);
    this.to.count(known ?? this.numbers.size);
    if (known !== undefined) return;
    this.numbers.set(table, this.numbers.size);
    write(this.to);
  }
}

/** The reverse of {@link packProfile}: columns are windows, which hold as long as the packed bytes. */
export function unpackSeries(packed: Uint8Array): readonly PushSeries[] {
  const from = new ColumnRunReader(packed);
  // The door: what `packProfile` wrote on another thread.
  const facts = JSON.parse(from.text()) as readonly SeriesFacts[];
  const tables = new UnpackedTables(from);
  return facts.map(({ labels, profiles }) => ({
    labels,
    profiles: profiles.map((each) => tables.read(each)),
  }));
}

class UnpackedTables {
  private readonly from: ColumnRunReader;
  private readonly tables: unknown[] = [];

  constructor(from: ColumnRunReader) {
    this.from = from;
  }

  read(facts: ProfileFacts): PushProfile {
    const { from } = this;
    const decoded = this.once((run) => new DecodedTexts(readTexts(run)));
    const functions = this.once(readFunctions);
    const mappings = this.once(readMappings);
    const locations = this.once(readLocations);
    const stacks = this.once(readStacks);
    const labelSets = this.once(readLabelSets);
    const { sampleTypes, defaultSampleType, periodType, comments } = facts;
    const { dropFrames, keepFrames, pushId } = facts;
    const profile: Profile = {
      ...{ sampleTypes, defaultSampleType, periodType, comments, dropFrames, keepFrames },
      period: BigInt(facts.period),
      timeNanos: unixNanos(BigInt(facts.timeNanos)),
      durationNanos: BigInt(facts.durationNanos),
      symbols: new LazySymbols(functions, mappings, locations, decoded),
      stacks,
      labelSets,
      samples: readSamples(from),
    };
    const { texts } = decoded;
    return pushId === undefined ? { profile, texts } : { profile, texts, pushId };
  }

  private once<Table>(read: (from: ColumnRunReader) => Table): Table {
    const number = this.from.count();
    if (number === this.tables.length) this.tables.push(read(this.from));
    // Whoever wrote it saw to it that a number is that of a table of this kind.
    return this.tables[number] as Table;
  }
}

/**
 * Few ask for the strings themselves: those that look for spans among the labels of samples. A class
 * since a getter that is put on an object gives each of them a hidden class of its own, and code that
 * meets a new one with each profile is compiled again and again. Spread, it would lose its strings.
 */
class LazySymbols implements Symbols {
  readonly functions: Symbols['functions'];
  readonly mappings: Symbols['mappings'];
  readonly locations: Symbols['locations'];
  private readonly decoded: DecodedTexts;

  constructor(
    functions: Symbols['functions'],
    mappings: Symbols['mappings'],
    locations: Symbols['locations'],
    decoded: DecodedTexts,
  ) {
    this.functions = functions;
    this.mappings = mappings;
    this.locations = locations;
    this.decoded = decoded;
  }

  get strings(): readonly string[] {
    return this.decoded.strings();
  }
}

/** Texts as strings, for all profiles that share them. */
class DecodedTexts {
  readonly texts: EncodedTexts;
  private decoded: readonly string[] | undefined;

  constructor(texts: EncodedTexts) {
    this.texts = texts;
  }

  strings(): readonly string[] {
    this.decoded ??= decodeTexts(this.texts);
    return this.decoded;
  }
}

/** What changes hands with packed profiles: those that do not lie in shared memory. */
export function buffersOf(profiles: readonly PackedProfile[]): readonly ArrayBuffer[] {
  return profiles.flatMap(({ outcome }) =>
    outcome.kind === 'ready' && outcome.series.buffer instanceof ArrayBuffer
      ? [outcome.series.buffer]
      : [],
  );
}

/** Nobody will read them again. Once, and no less: a ring has room for some dozens. */
export function giveBackProfiles(profiles: readonly PackedProfile[]): void {
  for (const { outcome } of profiles) if (outcome.kind === 'ready') giveBack(outcome.series);
}
