import type { SelectedPart } from './selected-parts.ts';
import type { Series, StreamRows } from './series-registry.ts';

/**
 * Series by numbers from 0 on, in the order in which they are met, so that what is counted of them
 * lies in columns. A row costs two reads: series are looked up once for each stream and type.
 */
export type SeriesNumbers = {
  /** The number of the series that a row of a part belongs to. */
  inPart(part: SeriesPart): (row: number) => number;
  /** Series that were met, by number. */
  met(): readonly Series[];
};

type SeriesPart = Pick<SelectedPart, 'table' | 'type'>;

const NOT_MET = -1;

export function createSeriesNumbers(): SeriesNumbers {
  const met: Series[] = [];
  const numberOfSeries = new Map<Series, number>();
  /** For each type of the streams of a tenant, the numbers of their series. */
  const numbersByType = new Map<StreamRows, Int32Array[]>();

  function numberOf(series: Series): number {
    let number = numberOfSeries.get(series);
    if (number === undefined) {
      number = met.length;
      met.push(series);
      numberOfSeries.set(series, number);
    }
    return number;
  }

  function numbersOf({ table: { registry }, type }: SeriesPart): Int32Array {
    const byType = numbersByType.get(registry) ?? [];
    numbersByType.set(registry, byType);
    const numbers = byType[type] ?? new Int32Array(registry.streams.length).fill(NOT_MET);
    byType[type] = numbers;
    return numbers;
  }

  return {
    inPart(part) {
      const { table, type } = part;
      const { streams } = table.registry;
      const streamOf = table.columns.stream;
      const numbers = numbersOf(part);
      return (row) => {
        const stream = streamOf[row] ?? 0;
        const known = numbers[stream] ?? NOT_MET;
        if (known !== NOT_MET) return known;
        const series = streams[stream]?.series[type];
        if (series === undefined) throw new Error(`no series of type ${type} for stream ${stream}`);
        const number = numberOf(series);
        numbers[stream] = number;
        return number;
      };
    },
    met: () => met,
  };
}

/** All series of some parts. */
export function numberSeries(parts: readonly SelectedPart[]): SeriesNumbers {
  const numbers = createSeriesNumbers();
  for (const part of parts) {
    const numberOfRow = numbers.inPart(part);
    for (const row of part.rows) numberOfRow(row);
  }
  return numbers;
}
