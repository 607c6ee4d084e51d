import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  int64At,
  labelsOfSet,
  locationsOfStack,
  type Profile,
  profileFromText,
} from '@emberscope/profile';
import { cpuMillisOf } from '@emberscope/test-kit';
import fc from 'fast-check';
import { createByteStringRows } from '../../dictionary/byte-string-rows.ts';
import { createDictionary, type Dictionary } from '../../dictionary/dictionary.ts';
import { encodeTexts } from '../../dictionary/encoded-texts.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import {
  createSampleScratch,
  readStackIds,
  readTracing,
  readValueColumn,
} from '../codec/sample-sections.ts';
import { createProfileEncoder } from './profile-encoder.ts';

const encoder = createProfileEncoder();

/** Of a profile's samples: stack, span and trace, with the values. */
type Sums = Map<string, readonly bigint[]>;

describe('samples of a profile', () => {
  test('are added up where stack, span and trace are the same, and left out where they are 0', () => {
    const span = '{span_id="00000000000000aa"}';
    const profile = profileFromText(
      [
        `main;b 1 10`,
        `main;a 2 20`,
        `main;a 3 30 ${span}`,
        `main;b 4 40`,
        `main;c 0 0`,
        `main;a 5 50 ${span}`,
        `main;a 0 7 {other="x"}`,
      ].join('\n'),
      { sampleTypes: TWO },
    );
    const { sums, rows } = decoded(profile);
    assert.deepEqual(sums, sumsOf(profile));
    assert.equal(rows, 3);
    assert.deepEqual(encoder.encode(profile, createDictionary()).totals, [15, 157]);
  });

  test('are the same after any encoding', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), (lines) => {
        const profile = profileFromText(lines.join('\n'), { sampleTypes: TWO });
        assert.deepEqual(decoded(profile).sums, sumsOf(profile));
      }),
    );
  });

  test('of series that share tables are those of each series alone', () => {
    const texts = Array.from({ length: 3_000 }, (_, i) => `main;f${i % 7};g${i} ${i + 1} 1`);
    const whole = profileFromText(texts.join('\n'), { sampleTypes: TWO });
    const encoded = encodeTexts(whole.symbols.strings);
    const shared = createDictionary(createByteStringRows());
    const alone = createDictionary(createByteStringRows());
    const cpuMillis = cpuMillisOf(() => {
      for (let row = 0; row < whole.samples.length; row++) {
        const { stack, labels, values } = whole.samples;
        const samples = {
          length: 1,
          stack: stack.slice(row, row + 1),
          labels: labels.slice(row, row + 1),
          values: values.map((column) => column.slice(row, row + 1)),
        };
        const one = encoder.encode({ ...whole, samples }, shared, encoded).samples;
        if (row % 100 !== 0) continue;
        const ids = Uint8Array.from(one.ids);
        // Into another dictionary, where they have other rows.
        const bare = encoder.encode({ ...whole, samples }, alone, encoded);
        assert.equal(firstStack(shared, ids), firstStack(alone, bare.samples.ids));
      }
    });
    assert.ok(cpuMillis < 2_000, `${cpuMillis} ms`);
  });

  test('stop at the largest 64-bit number', () => {
    const most = 2n ** 63n - 1n;
    const profile = profileFromText(`main ${most} 1\nmain 5 2\nother 1 1`, { sampleTypes: TWO });
    const { totals } = encoder.encode(profile, createDictionary());
    assert.deepEqual(totals, [most, 4]);
  });
});

const TWO = [
  { type: 'samples', unit: 'count' },
  { type: 'cpu', unit: 'nanoseconds' },
];

const value = fc.oneof(
  fc.constantFrom('0', '1'),
  fc.nat(1000).map(String),
  fc.constantFrom('9007199254740991', '9007199254740993', '1000000000000000000'),
);
const line = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
    value,
    value,
    fc.constantFrom(
      '',
      ' {span_id="00000000000000aa"}',
      ' {span_id="00000000000000bb"}',
      ' {trace_id="000000000000000000000000000000cc"}',
      ' {span_id="00000000000000aa", trace_id="000000000000000000000000000000cc"}',
      ' {span_id="no hex"}',
    ),
  )
  .map(([stack, a, b, labels]) => `${stack.join(';')} ${a} ${b}${labels}`);

function add(sums: Sums, key: string, values: readonly bigint[]): void {
  if (values.every((of) => of === 0n)) return;
  const known = sums.get(key);
  sums.set(key, known === undefined ? values : known.map((of, i) => of + (values[i] ?? 0n)));
}

function sumsOf(profile: Profile): Sums {
  const { samples, stacks, symbols } = profile;
  const sums: Sums = new Map();
  for (let i = 0; i < samples.length; i++) {
    const names = namesOf(profile, locationsOfStack(stacks, samples.stack[i] ?? -1));
    const texts = new Map<string, string>();
    for (const label of labelsOfSet(profile.labelSets, samples.labels[i] ?? 0)) {
      if (label.kind !== 'text') continue;
      texts.set(symbols.strings[label.key] ?? '', symbols.strings[label.text] ?? '');
    }
    const hexOf = (name: string): string => {
      const text = texts.get(name) ?? '';
      return /^([0-9a-f]{16}){1,2}$/.test(text) ? text : '';
    };
    add(
      sums,
      `${names} ${hexOf('span_id')} ${hexOf('trace_id')}`,
      samples.values.map((column) => int64At(column, i)),
    );
  }
  return new Map([...sums].sort());
}

function firstStack(dictionary: Dictionary, ids: Uint8Array): string {
  const { symbols, stacks } = dictionary.view();
  const scratch = createSampleScratch();
  readStackIds(ids, 0, ids.length, scratch, stacks.length);
  return namesOf({ symbols }, locationsOfStack(stacks, scratch.stack[0] ?? -1));
}

function decoded(profile: Profile): { readonly sums: Sums; readonly rows: number } {
  const dictionary = createDictionary();
  const { samples } = encoder.encode(profile, dictionary);
  const { symbols, stacks } = dictionary.view();
  const scratch = createSampleScratch();
  readStackIds(samples.ids, 0, samples.ids.length, scratch, stacks.length);
  const stack = scratch.stack.slice(0, scratch.length);
  const columns = samples.columns.map((_, type) => {
    const read = (of: number): void => {
      const bytes = samples.columns[of] ?? new Uint8Array(0);
      assert.equal(
        readValueColumn(bytes, 0, bytes.length, scratch, () => read(of - 1)),
        bytes.length,
      );
    };
    read(type);
    return Array.from(scratch.values.subarray(0, stack.length), BigInt);
  });
  const tracing =
    samples.tracing === undefined
      ? undefined
      : readTracing(createByteReader(samples.tracing), stack.length);
  const sums: Sums = new Map();
  let before = '';
  for (let i = 0; i < stack.length; i++) {
    const place = `${String((stack[i] ?? 0) + 1).padStart(9)} ${String((tracing?.rowOf[i] ?? -1) + 1).padStart(9)}`;
    assert.ok(place > before || i === 0, 'in order, none twice');
    before = place;
    const row = tracing?.rows[tracing.rowOf[i] ?? -1];
    const names = namesOf({ symbols }, locationsOfStack(stacks, stack[i] ?? -1));
    add(
      sums,
      `${names} ${row?.span ?? ''} ${row?.trace ?? ''}`,
      columns.map((column) => column[i] ?? 0n),
    );
  }
  return { sums: new Map([...sums].sort()), rows: stack.length };
}

function namesOf({ symbols }: Pick<Profile, 'symbols'>, locations: readonly number[]): string {
  const { locations: table, functions, strings } = symbols;
  return locations
    .map((location) => {
      const line = table.lineFunction[table.lineStart[location] ?? 0] ?? 0;
      return strings[functions.name[line] ?? 0];
    })
    .join(';');
}
