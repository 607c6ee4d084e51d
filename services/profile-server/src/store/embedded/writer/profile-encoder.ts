import {
  type Int64Column,
  isWide,
  NO_STACK,
  type Profile,
  type StackTable,
  type Symbols,
} from '@emberscope/profile';
import type { Dictionary } from '../../dictionary/dictionary.ts';
import type { EncodedTexts } from '../../dictionary/encoded-texts.ts';
import { type Translation, translateStacks } from '../../dictionary/translate-stacks.ts';
import { type ByteWriter, createByteWriter } from '../codec/byte-writer.ts';
import type { EncodedSamples } from '../codec/log-records.ts';
import { writeStackIds, writeTracing, writeValueColumn } from '../codec/sample-sections.ts';
import { tracingOfProfile } from './profile-tracing.ts';
import { createSampleOrder, type SampleOrder } from './sample-order.ts';

/** The samples of a profile as a record holds them; windows, good until the next profile. */
export type EncodedProfile = {
  readonly samples: EncodedSamples;
  /** One for each sample type. */
  readonly totals: readonly (number | bigint)[];
};

export type ProfileEncoder = {
  /**
   * Takes the stacks of a profile into a dictionary, and its samples as bytes: by ascending stack,
   * those of equal stack, span and trace added up, those without a value left out.
   */
  encode(profile: Profile, dictionary: Dictionary, texts?: EncodedTexts): EncodedProfile;
};

/** The largest value there is: sums stop there instead of turning negative. */
const INT64_MAX = 2n ** 63n - 1n;

export function createProfileEncoder(): ProfileEncoder {
  const order = createSampleOrder();
  const ids = createByteWriter();
  const tracingBytes = createByteWriter();
  const columnBytes: ByteWriter[] = [];
  /** The places of {@link SampleOrder} that a row of the record begins with. */
  let rowStart = new Int32Array(1024);
  let rowStack = new Int32Array(1024);
  let rowTracing = new Int32Array(1024);

  /** Runs of equal stack and tracing become one row; answers how many there are. */
  function groupRows(): number {
    const length = order.length();
    const { stack, tracing } = order.columns();
    if (rowStart.length < length + 1) {
      rowStart = new Int32Array(2 * length + 1);
      rowStack = new Int32Array(2 * length + 1);
      rowTracing = new Int32Array(2 * length + 1);
    }
    let rows = 0;
    for (let i = 0; i < length; i++) {
      if (i > 0 && stack[i] === stack[i - 1] && tracing[i] === tracing[i - 1]) continue;
      rowStart[rows] = i;
      rowStack[rows] = stack[i] ?? NO_STACK;
      rowTracing[rows] = tracing[i] ?? -1;
      rows++;
    }
    rowStart[rows] = length;
    return rows;
  }

  return {
    encode(profile, dictionary, texts) {
      const { samples } = profile;
      const known = knownTranslation(profile, dictionary, texts);
      const translation = known ?? newTranslation(profile, dictionary, texts);
      const tracing = tracingOfProfile(profile);
      // Of what series share most is there by now.
      if (known === undefined) translation.moveMarked(stacksWithValue(profile));
      order.begin(samples.length);
      for (let i = 0; i < samples.length; i++) {
        if (!hasValue(samples.values, i)) continue;
        const row = tracing === undefined ? -1 : (tracing.rowOfSet[samples.labels[i] ?? 0] ?? -1);
        order.add(i, translation.stackOf(samples.stack[i] ?? NO_STACK), row);
      }
      order.sort();
      const rows = groupRows();

      ids.clear();
      writeStackIds(ids, rowStack, rows);
      const columns: Uint8Array[] = [];
      const totals: (number | bigint)[] = [];
      let previous: Int64Column | undefined;
      for (const [type, values] of samples.values.entries()) {
        const sums = sumRows(values, order, rowStart, rows);
        columnBytes[type] ??= createByteWriter();
        const out = columnBytes[type];
        out.clear();
        writeValueColumn(out, sums, rows, previous);
        columns.push(out.view());
        totals.push(totalOf(sums, rows));
        previous = sums;
      }
      tracingBytes.clear();
      if (tracing !== undefined) writeTracing(tracingBytes, tracing.rows, rowTracing, rows);
      return {
        samples: {
          ids: ids.view(),
          columns,
          tracing: tracing === undefined ? undefined : tracingBytes.view(),
        },
        totals,
      };
    },
  };
}

type Translated = {
  readonly dictionary: Dictionary;
  readonly texts: EncodedTexts;
  readonly symbols: Pick<Symbols, 'functions' | 'locations' | 'mappings'>;
  readonly translation: Translation;
};

/** By the stacks of a profile: it is forgotten with them. */
const translated = new WeakMap<StackTable, Translated>();

/**
 * A profile whose samples have labels is as many series, which share its tables: what one of them has
 * moved the next finds. 16,000 series that each looked for all of a profile's strings took 18 s.
 */
function knownTranslation(
  { symbols, stacks }: Profile,
  dictionary: Dictionary,
  texts: EncodedTexts | undefined,
): Translation | undefined {
  const known = translated.get(stacks);
  const isOfThese =
    known !== undefined &&
    known.dictionary === dictionary &&
    known.texts === texts &&
    known.symbols.functions === symbols.functions &&
    known.symbols.locations === symbols.locations &&
    known.symbols.mappings === symbols.mappings;
  return isOfThese ? known.translation : undefined;
}

function newTranslation(
  profile: Profile,
  dictionary: Dictionary,
  texts: EncodedTexts | undefined,
): Translation {
  const translation = translateStacks(profile, dictionary, texts);
  if (texts !== undefined) {
    const { symbols, stacks } = profile;
    translated.set(stacks, { dictionary, texts, symbols, translation });
  }
  return translation;
}

/** A mark for each stack that a sample with a value has. */
function stacksWithValue({ samples, stacks }: Profile): Uint8Array {
  const marks = new Uint8Array(stacks.length);
  for (let i = 0; i < samples.length; i++) {
    const stack = samples.stack[i] ?? NO_STACK;
    if (stack !== NO_STACK && hasValue(samples.values, i)) marks[stack] = 1;
  }
  return marks;
}

function hasValue(columns: readonly Int64Column[], sample: number): boolean {
  // Compared loosely with a number, a bigint counts for what it is.
  for (let type = 0; type < columns.length; type++) {
    if ((columns[type]?.[sample] ?? 0) > 0) return true;
  }
  return false;
}

function sumRows(
  values: Int64Column,
  order: SampleOrder,
  rowStart: Int32Array,
  rows: number,
): Int64Column {
  if (isWide(values)) return sumWide(values, order, rowStart, rows);
  const { sample } = order.columns();
  const sums = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const end = rowStart[row + 1] ?? 0;
    let sum = 0;
    for (let i = rowStart[row] ?? 0; i < end; i++) sum += values[sample[i] ?? 0] ?? 0;
    if (sum > Number.MAX_SAFE_INTEGER) return sumWide(values, order, rowStart, rows);
    sums[row] = sum;
  }
  return sums;
}

function sumWide(
  values: Int64Column,
  order: SampleOrder,
  rowStart: Int32Array,
  rows: number,
): BigInt64Array {
  const { sample } = order.columns();
  const sums = new BigInt64Array(rows);
  for (let row = 0; row < rows; row++) {
    const end = rowStart[row + 1] ?? 0;
    let sum = 0n;
    for (let i = rowStart[row] ?? 0; i < end; i++) sum += BigInt(values[sample[i] ?? 0] ?? 0);
    sums[row] = sum > INT64_MAX ? INT64_MAX : sum;
  }
  return sums;
}

function totalOf(values: Int64Column, length: number): number | bigint {
  if (!isWide(values)) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += values[i] ?? 0;
    if (Number.isSafeInteger(sum)) return sum;
  }
  let sum = 0n;
  for (let i = 0; i < length; i++) sum += BigInt(values[i] ?? 0);
  return sum > INT64_MAX ? INT64_MAX : sum;
}
