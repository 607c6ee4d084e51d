import { matcher } from '@emberscope/labels';
import { type MatchedStreams, matchSeries } from '../../parts/match-series.ts';
import { type PointInTime, pointFromNanos } from '../../parts/point-in-time.ts';
import type { ProfileKind } from '../../parts/profile-kind.ts';
import type { SeriesRegistry, Stream } from '../../parts/series-registry.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { DeletionEntry } from '../manifest/manifest.ts';

/** Deletions that hide some rows of one sample type of a table. */
export type HiddenRows = {
  /** By the table's own numbers of streams: 1 where any row of a stream may be hidden. */
  readonly streams: Uint8Array;
  /** `arrival` is asked for where it matters. */
  hides(stream: number, millis: number, nanosOnTop: number, arrival: () => number): boolean;
  /** Whether any moment of a row that stands for a stretch of time is hidden. */
  hidesAny(stream: number, fromMillis: number, toMillis: number): boolean;
};

/** Rows that a deletion may be about. */
export type DeletableRows = {
  readonly tenant: string;
  readonly service: string;
  readonly kind: ProfileKind;
  readonly streams: readonly Pick<Stream, 'id' | 'series'>[];
  readonly oldestMillis: number;
  readonly newestMillis: number;
  /** Deletions up to this one have been carried out on it; none of the head. */
  readonly sequence: number;
  readonly firstArrival: number;
};

export type Deletions = {
  /** Nothing is hidden of any table. */
  readonly isEmpty: boolean;
  /** Undefined where nothing of the type is hidden: for nearly all tables, nearly always. */
  hiddenIn(rows: DeletableRows, type: number): HiddenRows | undefined;
};

type Applying = {
  readonly deletion: DeletionEntry;
  readonly start: PointInTime;
  readonly end: PointInTime;
  matched(tenant: string): MatchedStreams;
};

/** The deletions of a manifest for one query: label sets are matched once for each tenant. */
export function createDeletions(
  entries: readonly DeletionEntry[],
  registryOf: (tenant: string) => SeriesRegistry,
): Deletions {
  const all = entries.map((deletion): Applying => {
    const matchedOf = new Map<string, MatchedStreams>();
    return {
      deletion,
      start: pointFromNanos(BigInt(deletion.startNanos)),
      end: pointFromNanos(BigInt(deletion.endNanos)),
      matched(tenant) {
        const known = matchedOf.get(tenant);
        if (known !== undefined) return known;
        const matched = matchSeries(registryOf(tenant), matchersOf(deletion), undefined);
        matchedOf.set(tenant, matched);
        return matched;
      },
    };
  });

  return {
    isEmpty: all.length === 0,
    hiddenIn(rows, type) {
      if (all.length === 0) return undefined;
      const applying = all.flatMap((one) => {
        if (!mayApply(one, rows)) return [];
        const matched = one.matched(rows.tenant);
        if (!matched.hasService(rows.service)) return [];
        const streams = Uint8Array.from(rows.streams, (stream) =>
          matched.has(stream, type) ? 1 : 0,
        );
        return streams.includes(1) ? { ...one, streams } : [];
      });
      return applying.length === 0 ? undefined : hiddenBy(applying);
    },
  };
}

function mayApply({ deletion, start, end }: Applying, rows: DeletableRows): boolean {
  return (
    deletion.sequence > rows.sequence &&
    deletion.beforeArrival > rows.firstArrival &&
    deletion.tenants.includes(rows.tenant) &&
    start.millis <= rows.newestMillis &&
    end.millis >= rows.oldestMillis
  );
}

function hiddenBy(applying: readonly (Applying & { readonly streams: Uint8Array })[]): HiddenRows {
  const streams = new Uint8Array(applying[0]?.streams.length ?? 0);
  for (const one of applying) {
    for (const [place, isMatched] of one.streams.entries()) {
      if (isMatched === 1) streams[place] = 1;
    }
  }
  return {
    streams,
    hides(stream, millis, nanosOnTop, arrival) {
      if (streams[stream] !== 1) return false;
      return applying.some(
        ({ deletion, start, end, streams: matched }) =>
          matched[stream] === 1 &&
          !isBefore(millis, nanosOnTop, start) &&
          !isBefore(end.millis, end.nanosOnTop, { millis, nanosOnTop }) &&
          arrival() < deletion.beforeArrival,
      );
    },
    hidesAny(stream, fromMillis, toMillis) {
      return applying.some(
        ({ start, end, streams: matched }) =>
          matched[stream] === 1 && start.millis < toMillis && end.millis >= fromMillis,
      );
    },
  };
}

function isBefore(millis: number, nanosOnTop: number, point: PointInTime): boolean {
  return millis < point.millis || (millis === point.millis && nanosOnTop < point.nanosOnTop);
}

function matchersOf({ id, matchers }: DeletionEntry) {
  return matchers.map(({ op, name, value }) => {
    const built = matcher(op, name, value);
    if (!built.ok) throw new DamagedBytes(`deletion ${id} of the manifest: ${built.reason}`);
    return built.matcher;
  });
}
