import { createGrowableInt32 } from './growable.ts';
import { createInt64ColumnBuilder, type Int64Column } from './int64-column.ts';
import type { StringIndex } from './strings.ts';

/** Row of a {@link LabelSetTable}. Row 0 is the empty set. */
export type LabelSetIndex = number;

/** The label set of a sample without labels. */
export const NO_LABELS: LabelSetIndex = 0;

/**
 * The distinct sets of labels that samples carry (a route, a span id, a thread). Most profiles
 * have none, a labelled Node profile has as many as there were requests, so samples hold the row
 * of a set and the sets are stored once:
 *
 *     set        0   1            2
 *     start      0   0            1                  3      (length + 1 cells)
 *     key            route        route   bytes
 *     text           /reports     /hits   ''
 *     number         0            0       512               only where text is ''
 *     numberUnit     ''           ''      bytes
 */
export type LabelSetTable = {
  readonly length: number;
  readonly start: Int32Array;
  readonly key: Int32Array;
  readonly text: Int32Array;
  readonly number: Int64Column;
  readonly numberUnit: Int32Array;
};

export type SampleLabel =
  | { readonly kind: 'text'; readonly key: StringIndex; readonly text: StringIndex }
  | {
      readonly kind: 'number';
      readonly key: StringIndex;
      readonly number: bigint;
      readonly unit: StringIndex;
    };

export type LabelSetInterner = {
  /** The order of the labels is kept and counts: two orders are two sets. */
  intern(labels: readonly SampleLabel[]): LabelSetIndex;
  finish(): LabelSetTable;
};

export function createLabelSetInterner(): LabelSetInterner {
  const start = createGrowableInt32();
  const key = createGrowableInt32();
  const text = createGrowableInt32();
  const number = createInt64ColumnBuilder();
  const numberUnit = createGrowableInt32();
  const setByKey = new Map<string, LabelSetIndex>([['', NO_LABELS]]);
  start.push(0);
  start.push(0);

  return {
    intern(labels) {
      const setKey = labels.map(keyOfLabel).join(' ');
      const known = setByKey.get(setKey);
      if (known !== undefined) return known;
      for (const label of labels) {
        key.push(label.key);
        text.push(label.kind === 'text' ? label.text : 0);
        number.push(label.kind === 'number' ? label.number : 0);
        numberUnit.push(label.kind === 'number' ? label.unit : 0);
      }
      const set = start.length() - 1;
      start.push(key.length());
      setByKey.set(setKey, set);
      return set;
    },
    finish: () => ({
      length: start.length() - 1,
      start: start.finish(),
      key: key.finish(),
      text: text.finish(),
      number: number.finish(),
      numberUnit: numberUnit.finish(),
    }),
  };
}

/** The labels of one set, as rows. A label with a text of '' and a number is a number. */
export function labelsOfSet(sets: LabelSetTable, set: LabelSetIndex): SampleLabel[] {
  const labels: SampleLabel[] = [];
  for (let row = sets.start[set]; row < sets.start[set + 1]; row++) {
    const number = BigInt(sets.number[row]);
    const unit = sets.numberUnit[row];
    if (sets.text[row] === 0 && (number !== 0n || unit !== 0)) {
      labels.push({ kind: 'number', key: sets.key[row], number, unit });
    } else {
      labels.push({ kind: 'text', key: sets.key[row], text: sets.text[row] });
    }
  }
  return labels;
}

function keyOfLabel(label: SampleLabel): string {
  return label.kind === 'text'
    ? `${label.key}=${label.text}`
    : `${label.key}:${label.number}:${label.unit}`;
}
