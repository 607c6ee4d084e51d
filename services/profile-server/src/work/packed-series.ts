import { LABEL, labelValue } from '@emberscope/labels';
import type { Symbols } from '@emberscope/profile';
import type { PushedProfile } from '../ingest/pushed-profile.ts';
import type { Refusal } from '../ingest/refusal.ts';
import { decodeTexts, type EncodedTexts, encodeTexts } from '../store/dictionary/encoded-texts.ts';
import type { PushProfile, PushSeries } from '../store/push.ts';
import { deserializeColumns, serializeColumns } from './column-serializer.ts';
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

/** Strings lie beside the profiles, encoded: the store nearly always knows them by their bytes. */
type PackedSeries = {
  readonly texts: readonly EncodedTexts[];
  readonly series: readonly (Omit<PushSeries, 'profiles'> & {
    readonly profiles: readonly (PushProfile & { readonly textsAt: number })[];
  })[];
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
  const series = serializeColumns(
    withoutStrings(outcome.series),
    (size) => ring?.claim(size) ?? new Uint8Array(size),
  );
  const [first] = outcome.series;
  const service = first === undefined ? '' : labelValue(first.labels, LABEL.serviceName);
  const seriesCount = outcome.series.length;
  return { sizeBytes, outcome: { kind: 'ready', seriesCount, service, series } };
}

function withoutStrings(series: readonly PushSeries[]): PackedSeries {
  const texts: EncodedTexts[] = [];
  const placeOf = new Map<readonly string[], number>();
  return {
    texts,
    series: series.map(({ labels, profiles }) => ({
      labels,
      profiles: profiles.map(({ profile, texts: given, ...rest }) => {
        const { strings, ...tables } = profile.symbols;
        const textsAt = placeOf.get(strings) ?? texts.length;
        if (textsAt === texts.length) {
          placeOf.set(strings, textsAt);
          texts.push(given ?? encodeTexts(strings));
        }
        return { ...rest, textsAt, profile: { ...profile, symbols: { ...tables, strings: [] } } };
      }),
    })),
  };
}

/** The reverse of {@link packProfile}: columns are windows, which hold as long as the packed bytes. */
export function unpackSeries(packed: Uint8Array): readonly PushSeries[] {
  // The door: what `packProfile` wrote on another thread.
  const { texts, series } = deserializeColumns(packed) as PackedSeries;
  const decodedTexts = texts.map((each) => new DecodedTexts(each));
  return series.map(({ labels, profiles }) => ({
    labels,
    profiles: profiles.map(({ textsAt, profile, ...rest }) => {
      const decoded = decodedTexts[textsAt];
      if (decoded === undefined) throw new Error(`packed texts ${textsAt} of ${texts.length}`);
      const symbols = new LazySymbols(profile.symbols, decoded);
      return { ...rest, texts: decoded.texts, profile: { ...profile, symbols } };
    }),
  }));
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

  constructor({ functions, mappings, locations }: Symbols, decoded: DecodedTexts) {
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
