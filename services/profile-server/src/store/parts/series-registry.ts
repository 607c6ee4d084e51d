import { LABEL, type LabelSet, labelValue } from '@emberscope/labels';
import {
  labelSetBytes,
  MAP_ENTRY_BYTES,
  OBJECT_BYTES,
  POINTER_BYTES,
} from '../dictionary/heap-sizes.ts';
import { labelsOfSeries, type ProfileKind } from './profile-kind.ts';

/** Dense while it lives; given to another stream afterwards. */
export type StreamId = number;

/** What queries see: one sample type of one label set. */
export type Series = {
  /** The labels that were pushed and those that the store derives. */
  readonly labels: LabelSet;
  /** `name:sample type:sample unit:period type:period unit` */
  readonly profileType: string;
};

/** Profiles of one pushed label set and one kind: what rows of tables refer to. */
export type Stream = {
  readonly id: StreamId;
  readonly labels: LabelSet;
  readonly kind: ProfileKind;
  /** One for each sample type of the kind. Streams of several kinds may share a series. */
  readonly series: readonly Series[];
};

/** Streams by id, with gaps: what rows of tables are read with. */
export type StreamRows = { readonly streams: readonly (Pick<Stream, 'series'> | undefined)[] };

/** The label sets of one tenant, as long as they have a profile. */
export type SeriesRegistry = {
  /** The stream of a label set and a kind, new or known. */
  intern(labels: LabelSet, kind: ProfileKind): Stream;
  hasLabels(labels: LabelSet): boolean;
  /** How many label sets were pushed that have a profile still. */
  readonly seriesCount: () => number;
  /** Streams by id, with gaps. */
  readonly streams: readonly (Stream | undefined)[];
  addProfile(stream: StreamId): void;
  /** A stream without profiles is forgotten. */
  removeProfile(stream: StreamId): void;
  readonly bytes: () => number;
};

/** Rows that refer to a stream, and how often a value is referred to. */
type Counted<Value> = { readonly value: Value; count: number };

export function createSeriesRegistry(): SeriesRegistry {
  const streams: (Stream | undefined)[] = [];
  const freeIds: StreamId[] = [];
  const profileCounts: number[] = [];
  const streamByKey = new Map<string, Stream>();
  const seriesByKey = new Map<string, Counted<Series>>();
  const streamCountByLabels = new Map<string, number>();
  let bytes = 0;

  function internSeries(labels: LabelSet): Series {
    let counted = seriesByKey.get(labels.key);
    if (counted === undefined) {
      const profileType = labelValue(labels, LABEL.profileType);
      counted = { value: { labels, profileType }, count: 0 };
      seriesByKey.set(labels.key, counted);
      bytes += bytesOfSeries(counted.value);
    }
    counted.count++;
    return counted.value;
  }

  function releaseSeries(series: Series): void {
    const counted = seriesByKey.get(series.labels.key);
    if (counted === undefined || --counted.count > 0) return;
    seriesByKey.delete(series.labels.key);
    bytes -= bytesOfSeries(series);
  }

  function forget(stream: Stream): void {
    streams[stream.id] = undefined;
    freeIds.push(stream.id);
    streamByKey.delete(keyOfStream(stream.labels, stream.kind));
    const left = (streamCountByLabels.get(stream.labels.key) ?? 0) - 1;
    if (left > 0) streamCountByLabels.set(stream.labels.key, left);
    else streamCountByLabels.delete(stream.labels.key);
    for (const series of stream.series) releaseSeries(series);
    bytes -= bytesOfStream(stream);
  }

  return {
    intern(labels, kind) {
      const key = keyOfStream(labels, kind);
      const known = streamByKey.get(key);
      if (known !== undefined) return known;
      const stream = {
        id: freeIds.pop() ?? streams.length,
        labels,
        kind,
        series: kind.sampleTypes.map((_, type) => internSeries(labelsOfSeries(labels, kind, type))),
      };
      streams[stream.id] = stream;
      profileCounts[stream.id] = 0;
      streamByKey.set(key, stream);
      streamCountByLabels.set(labels.key, (streamCountByLabels.get(labels.key) ?? 0) + 1);
      bytes += bytesOfStream(stream);
      return stream;
    },
    hasLabels: (labels) => streamCountByLabels.has(labels.key),
    seriesCount: () => streamCountByLabels.size,
    streams,
    addProfile(id) {
      profileCounts[id] = (profileCounts[id] ?? 0) + 1;
    },
    removeProfile(id) {
      const left = (profileCounts[id] ?? 0) - 1;
      profileCounts[id] = left;
      const stream = streams[id];
      if (left === 0 && stream !== undefined) forget(stream);
    },
    bytes: () => bytes,
  };
}

function keyOfStream(labels: LabelSet, kind: ProfileKind): string {
  return `${kind.key} ${labels.key}`;
}

function bytesOfStream({ labels, kind, series }: Stream): number {
  const keyBytes = kind.key.length + labels.key.length;
  const entries = 2 * MAP_ENTRY_BYTES + (3 + series.length) * POINTER_BYTES;
  return OBJECT_BYTES + labelSetBytes(labels) + keyBytes + entries;
}

function bytesOfSeries({ labels }: Series): number {
  return 2 * OBJECT_BYTES + MAP_ENTRY_BYTES + labelSetBytes(labels);
}
