import { Deserializer, Serializer } from 'node:v8';
import type { Symbols } from '@emberscope/profile';
import type { PushedProfile } from '../ingest/pushed-profile.ts';
import type { Refusal } from '../ingest/refusal.ts';
import { decodeTexts, type EncodedTexts, encodeTexts } from '../store/dictionary/encoded-texts.ts';
import type { PushProfile, PushSeries } from '../store/push.ts';

/**
 * A profile on its way from the thread that read it to the one that stores it. Its series are one
 * run of bytes, which changes hands: as objects they would be read and written again on the main
 * thread between the two, and a profile of 4 MiB can be 700,000 strings or 16,000 series.
 */
export type PackedProfile = {
  /** The profile inflated and the labels: what a tenant's rate is counted in. */
  readonly sizeBytes: number;
  readonly outcome:
    | {
        readonly kind: 'ready';
        readonly seriesCount: number;
        readonly series: Uint8Array<ArrayBuffer>;
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
 * Tables that series share are written once, and shared again after {@link unpackSeries}. So are
 * buffers: the columns of a profile lie in one or two, and this serializer writes those whole with
 * the places of the columns in them. The one behind `v8.serialize` calls back for each column, which
 * took longer than copying it.
 */
export function packProfile({ sizeBytes, outcome }: PushedProfile): PackedProfile {
  if (outcome.kind === 'refused') return { sizeBytes, outcome };
  const serializer = new Serializer();
  serializer.writeHeader();
  serializer.writeValue(withoutStrings(outcome.series));
  const written = serializer.releaseBuffer();
  // The serializer's buffer may be longer than what it wrote, and is its own in any case.
  const series = new Uint8Array(written.buffer as ArrayBuffer, written.byteOffset, written.length);
  return { sizeBytes, outcome: { kind: 'ready', seriesCount: outcome.series.length, series } };
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

/** The reverse of {@link packProfile}: columns are copies, so the packed bytes may go. */
export function unpackSeries(packed: Uint8Array): readonly PushSeries[] {
  // The door: what `packProfile` wrote on another thread.
  const { texts, series } = readValue(packed) as PackedSeries;
  const stringsOf = texts.map(onceDecoded);
  return series.map(({ labels, profiles }) => ({
    labels,
    profiles: profiles.map(({ textsAt, profile, ...rest }) => {
      const encoded = texts[textsAt];
      if (encoded === undefined) throw new Error(`packed texts ${textsAt} of ${texts.length}`);
      const symbols = withLazyStrings(profile.symbols, stringsOf[textsAt] ?? (() => []));
      return { ...rest, texts: encoded, profile: { ...profile, symbols } };
    }),
  }));
}

function readValue(packed: Uint8Array): unknown {
  const deserializer = new Deserializer(packed);
  deserializer.readHeader();
  return deserializer.readValue();
}

function onceDecoded(texts: EncodedTexts): () => readonly string[] {
  let strings: readonly string[] | undefined;
  return () => {
    strings ??= decodeTexts(texts);
    return strings;
  };
}

/** Few ask for the strings themselves: those that look for spans among the labels of samples. */
function withLazyStrings(tables: Symbols, strings: () => readonly string[]): Symbols {
  return Object.defineProperty({ ...tables }, 'strings', { get: strings, enumerable: true });
}

/** What changes hands with packed profiles. */
export function buffersOf(profiles: readonly PackedProfile[]): readonly ArrayBuffer[] {
  return profiles.flatMap(({ outcome }) =>
    outcome.kind === 'ready' ? [outcome.series.buffer] : [],
  );
}
