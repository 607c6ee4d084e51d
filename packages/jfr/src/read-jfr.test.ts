import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { locationsOfStack, sumInt64 } from '@emberscope/profile';
import {
  fuzzParser,
  fuzzRuns,
  type ParseOutcome,
  sharedFiles,
  sharedMissing,
} from '@emberscope/test-kit';
import fc from 'fast-check';
import { type JfrLimits, readJfr } from './read-jfr.ts';
import type { RecordedKind, Recording } from './recording.ts';
import {
  CLASSES,
  type DrawnChunk,
  drawChunk,
  HEADER_BYTES,
  ID,
  long,
  stack,
  text,
  withEvents,
} from './testing/draw-recording.ts';

const LIMITS: JfrLimits = { maxSamples: 16_000, maxStackDepth: 1000, maxStringBytes: 65_535 };

function recordingOf(bytes: Uint8Array, limits = LIMITS): Recording {
  const read = readJfr(bytes, limits);
  assert.ok(read.ok, read.ok ? '' : JSON.stringify(read));
  return read.recording;
}

function refused(bytes: Uint8Array, limits = LIMITS): string {
  const read = readJfr(bytes, limits);
  assert.ok(!read.ok);
  return read.kind === 'not-jfr' ? read.reason : read.kind;
}

/** Stacks as `root;leaf:line`, with context, count and amount behind them. */
function drawn(recording: Recording, kind: RecordedKind): readonly string[] {
  const { symbols, stacks } = recording;
  const events = recording.events.get(kind);
  if (events === undefined) return [];
  return Array.from({ length: events.length }, (_, row) => {
    const frames = locationsOfStack(stacks, events.stack[row]).map((location) => {
      const line = symbols.locations.lineStart[location];
      const name = symbols.functions.name[symbols.locations.lineFunction[line]];
      return `${symbols.strings[name]}:${symbols.locations.lineNumber[line]}`;
    });
    return `${frames.join(';')} ${events.context[row]} ${events.count[row]} ${events.amount[row]}`;
  });
}

const RUNNABLE = 1;
const SLEEPING = 2;
const MAIN = 1;
const WORK = 2;

const POOLS: NonNullable<DrawnChunk['pools']> = [
  [
    ID.stackTrace,
    [
      [1, stack([WORK, 7], [MAIN, 3])],
      [2, stack([MAIN, 4])],
    ],
  ],
  [
    ID.method,
    [
      [MAIN, [...long(1), ...long(2), 0]],
      [WORK, [...long(2), ...long(3), 0]],
    ],
  ],
  [
    ID.class,
    [
      [1, [...long(1), 0]],
      [2, [...long(4), 0]],
    ],
  ],
  [
    ID.symbol,
    [
      [1, text('demo/App')],
      [2, text('main')],
      [3, text('run')],
      [4, text('demo/App$$Lambda$14/0x0000000800c03000')],
    ],
  ],
  [
    ID.threadState,
    [
      [RUNNABLE, text('STATE_RUNNABLE')],
      [SLEEPING, text('STATE_SLEEPING')],
    ],
  ],
];

type Sampled = readonly [
  trace: number,
  state: number,
  contextId?: number | bigint,
  spanId?: bigint,
  spanName?: number,
];

function sample(...[trace, state, contextId = 0, spanId = 0n, spanName = 0]: Sampled) {
  const value = [0, trace, state, contextId, spanId, spanName].flatMap(long);
  return [ID.executionSample, value] as const;
}

const SAMPLES = drawChunk({
  pools: POOLS,
  events: [
    [ID.setting, [0, ...text('event'), ...text('itimer')]],
    sample(1, RUNNABLE),
    sample(1, RUNNABLE),
    sample(2, SLEEPING),
    sample(1, RUNNABLE, 5),
    [ID.inNewTlab, [0, 2, 16, ...long(2 ** 40)]],
    [ID.inNewTlab, [0, 2, 16, ...long(2 ** 40)]],
    [ID.monitorEnter, [0, ...long(12_345), 2]],
  ],
});

describe('a recording', () => {
  test('is sums by kind, stack and context; sleepers apart', () => {
    const recording = recordingOf(SAMPLES);
    assert.deepEqual(drawn(recording, 'jdk.ExecutionSample'), [
      'demo/App.main:3;demo/App$$Lambda_.run:7 0 2 0',
      'demo/App.main:3;demo/App$$Lambda_.run:7 1 1 0',
    ]);
    assert.deepEqual(drawn(recording, 'sleeping'), ['demo/App.main:4 0 1 0']);
    assert.deepEqual(drawn(recording, 'jdk.ObjectAllocationInNewTLAB'), [
      `demo/App.main:4 0 2 ${2 ** 41}`,
    ]);
    assert.deepEqual(drawn(recording, 'jdk.JavaMonitorEnter'), ['demo/App.main:4 0 1 12345']);
    assert.equal(recording.profilerEvent, 'itimer');
    assert.deepEqual(recording.contexts[1], { contextId: 5n, spanId: 0n, spanName: 0n });
  });

  test('may have several chunks: keys mean something else in each', () => {
    const other: DrawnChunk = {
      pools: [
        ...POOLS.slice(0, 3),
        [
          ID.symbol,
          [
            [1, text('Other')],
            [2, text('go')],
          ],
        ],
      ],
      events: [sample(2, RUNNABLE)],
    };
    const bytes = Uint8Array.from([...SAMPLES, ...drawChunk(other)]);
    assert.deepEqual(drawn(recordingOf(bytes), 'jdk.ExecutionSample').slice(2), [
      'Other.go:4 0 1 0',
    ]);
    assert.equal(recordingOf(bytes).profilerEvent, 'itimer');
  });

  test('without bytes is one without events', () => {
    assert.equal(recordingOf(new Uint8Array(0)).events.size, 0);
  });

  test('has ids of 64 bits, exact', () => {
    const spanId = 0xfedc_ba98_7654_3211n;
    const keys = [2n ** 62n, 2n ** 62n + 1n];
    const recording = recordingOf(
      drawChunk({
        pools: [
          ...POOLS.slice(1),
          [
            ID.stackTrace,
            [
              [keys[0], stack([MAIN, 1])],
              [keys[1], stack([MAIN, 2])],
            ],
          ],
        ],
        events: keys.map(
          (key) => [ID.executionSample, [0, key, 1, 0, spanId, 9].flatMap(long)] as const,
        ),
      }),
    );
    assert.deepEqual(drawn(recording, 'jdk.ExecutionSample'), [
      'demo/App.main:1 1 1 0',
      'demo/App.main:2 1 1 0',
    ]);
    assert.deepEqual(recording.contexts[1], { contextId: 0n, spanId, spanName: 9n });
  });

  test('has strings in six encodings', () => {
    const names: readonly (readonly [string, readonly number[]])[] = [
      ['', [0]],
      ['', [1]],
      ['pooled', [2, ...long(300)]],
      ['zwölf', text('zwölf')],
      ['aé€', [4, 3, ...'aé€'].flatMap((x) => (typeof x === 'number' ? x : long(x.charCodeAt(0))))],
      ['né', [5, 2, 0x6e, 0xe9]],
    ];
    for (const [name, encoded] of names) {
      const recording = recordingOf(
        drawChunk({
          pools: [
            ...POOLS.slice(0, 3),
            [ID.string, [[300, text('pooled')]]],
            [
              ID.symbol,
              [
                [1, text('C')],
                [2, encoded],
              ],
            ],
          ],
          events: [sample(2, RUNNABLE)],
        }),
      );
      assert.deepEqual(drawn(recording, 'jdk.ExecutionSample'), [`C.${name}:4 0 1 0`]);
    }
  });

  test('loses events without a stack, and frames without a method', () => {
    const recording = recordingOf(
      drawChunk({
        pools: [...POOLS, [ID.stackTrace, [[3, stack([77, 1], [MAIN, 5])]]]],
        events: [sample(99, RUNNABLE), sample(3, RUNNABLE)],
      }),
    );
    assert.deepEqual(drawn(recording, 'jdk.ExecutionSample'), ['demo/App.main:5 0 1 0']);
  });

  test('sums up to what int64 holds', () => {
    const max = 2n ** 63n - 1n;
    const recording = recordingOf(
      drawChunk({
        pools: POOLS,
        events: [
          [ID.inNewTlab, [0, 1, 16, ...long(2n ** 53n + 1n)]],
          [ID.inNewTlab, [0, 2, 16, ...long(max)]],
          [ID.inNewTlab, [0, 2, 16, ...long(max)]],
        ],
      }),
    );
    const { amount } = recording.events.get('jdk.ObjectAllocationInNewTLAB') ?? {};
    assert.deepEqual([...(amount ?? [])], [2n ** 53n + 1n, max]);
  });
});

describe('limits', () => {
  test('the leaf side of a deep stack, and the beginning of a long name, are cut off', () => {
    const limits = { ...LIMITS, maxStackDepth: 1, maxStringBytes: 4 };
    assert.deepEqual(drawn(recordingOf(SAMPLES, limits), 'jdk.ExecutionSample'), [
      'main:3 0 2 0',
      'main:3 1 1 0',
    ]);
  });

  test('more pairs of a stack and a context than there may be are refused', () => {
    assert.equal(refused(SAMPLES, { ...LIMITS, maxSamples: 1 }), 'too-many-samples');
    assert.ok(readJfr(SAMPLES, { ...LIMITS, maxSamples: 2 }).ok);
  });

  test('names that one long class makes of many methods are refused', { timeout: 30_000 }, () => {
    const count = 3000;
    const keys = Array.from({ length: count }, (_, i) => i + 1);
    const bytes = drawChunk({
      pools: [
        [ID.stackTrace, [[1, stack(...keys.map((key) => [key, 1] as const))]]],
        [ID.method, keys.map((key) => [key, [...long(1), ...long(key + 1), 0]] as const)],
        [ID.class, [[1, [...long(1), 0]]]],
        [
          ID.symbol,
          [
            [1, text('x'.repeat(60_000))],
            ...keys.map((key) => [key + 1, text(`m${key}`)] as const),
          ],
        ],
      ],
      events: [sample(1, RUNNABLE)],
    });
    const limits = { ...LIMITS, maxStackDepth: Number.POSITIVE_INFINITY };
    assert.match(refused(bytes, limits), /names of functions are longer than 67108864 characters/);
  });
});

function outcomeOf(bytes: Uint8Array): ParseOutcome {
  const read = readJfr(bytes, LIMITS);
  if (read.ok) return undefined;
  return read.kind === 'not-jfr' ? read.reason : `more than ${read.limit} samples`;
}

/** Makes a chunk as long as its bytes, or most damage would end at its header. */
function writeSize(bytes: Uint8Array): void {
  if (bytes.length < 16) return;
  new DataView(bytes.buffer, bytes.byteOffset).setBigInt64(8, BigInt(bytes.length));
}

describe('bytes that are no recording', () => {
  const changed = (offset: number, ...bytes: readonly number[]) => {
    const copy = Uint8Array.from(SAMPLES);
    copy.set(bytes, offset);
    return copy;
  };
  const cases: readonly [what: string, bytes: Uint8Array, reason: RegExp][] = [
    [
      'gzip',
      Uint8Array.from([0x1f, 0x8b, 8, 8, ...new Uint8Array(80)]),
      /^error reading chunk header: invalid chunk magic: 1f8b0808$/,
    ],
    ['a short text', new TextEncoder().encode('not a jfr'), /unexpected EOF: 9 bytes of 68/],
    ['something behind the last chunk', Uint8Array.from([...SAMPLES, 1]), /1 bytes of 68/],
    ['version 1', changed(4, 0, 1), /version 1\.0, not 2/],
    ['a chunk that is cut off', SAMPLES.subarray(0, SAMPLES.length - 1), /chunk size/],
    ['a chunk without a size', changed(8, 0, 0, 0, 0, 0, 0, 0, 0), /chunk size 0/],
    ['metadata past the end', changed(24, 0x7f), /metadata offset/],
    ['metadata that are no metadata', changed(24, 0, 0, 0, 0, 0, 0, 0, 68), /an event of type 106/],
    ['integers that are not compressed', changed(67, 0), /not compressed/],
    ['an event without a size', changed(68, 0x80, 0x80, 0x80, 0), /has 0 bytes/],
    ['an event past the end', changed(68, 0xff, 0xff, 0xff, 0x7f), /has 268435455 bytes/],
  ];
  for (const [what, bytes, reason] of cases) {
    test(what, () => assert.match(refused(bytes), reason));
  }

  test('a class that contains itself', () => {
    const looped = CLASSES.map((drawnClass) =>
      drawnClass.id === ID.thread ? { ...drawnClass, fields: 'self:java.lang.Thread' } : drawnClass,
    );
    const bytes = drawChunk({ classes: looped, pools: [[ID.thread, [[1, []]]]] });
    assert.match(refused(bytes), /java\.lang\.Thread are 17 levels deep/);
  });

  test('values without bytes, of which a few bytes ask for any number', () => {
    const hollow = [
      ...CLASSES.filter(({ id }) => id !== ID.thread),
      { id: 200, name: 'Hollow', fields: '' },
      { id: ID.thread, name: 'java.lang.Thread', fields: 'parts:Hollow[]' },
    ];
    const bytes = drawChunk({
      classes: hollow,
      pools: [
        [
          ID.thread,
          [
            [1, long(1)],
            [2, [0]],
          ],
        ],
      ],
    });
    assert.match(refused(bytes), /Hollow has no fields/);
  });

  test('a pool of a class that is not there', () => {
    assert.match(refused(drawChunk({ pools: [[999, []]] })), /CP: class 999 is not described/);
  });

  test('more entries of pools than memory holds, of two bytes each', () => {
    // Pools are counted before they are read: so many null strings need not be there.
    const head = [1, 0, 0, 0, 1, 1, ID.thread, ...long(2_000_001)];
    const rest = new Uint8Array(4_000_010);
    const size = head.length + rest.length + 4;
    const sizeBytes = [0, 7, 14].map((shift) => ((size >> shift) & 0x7f) | 0x80);
    const event = Uint8Array.from([...sizeBytes, size >> 21, ...head]);
    const events = new Uint8Array(event.length + rest.length);
    events.set(event);
    assert.match(
      refused(withEvents(drawChunk({}), events)),
      /CP: more than 2000000 entries of pools/,
    );
  });

  test('more chunks than a recorder begins', () => {
    const chunk = drawChunk({ classes: [] });
    const many = new Uint8Array(Buffer.alloc(1_001 * chunk.length, chunk));
    assert.match(refused(many), /^more than 500 chunks$/);
  });

  test('damage is answered with a reason, or read', () => {
    let isSized = false;
    return fuzzParser([SAMPLES], (bytes) => {
      // Else a chunk of another length than it says is all that is ever found.
      isSized = !isSized;
      if (isSized) writeSize(bytes);
      return outcomeOf(bytes);
    });
  });

  test('and so is damage of events and pools alone', () => {
    // Metadata stands last and is most of a small chunk: nearly all damage above ends there.
    const view = new DataView(SAMPLES.buffer, SAMPLES.byteOffset);
    const metadataStart = Number(view.getBigInt64(24));
    const [header, body, metadata] = [
      SAMPLES.subarray(0, HEADER_BYTES),
      SAMPLES.subarray(HEADER_BYTES, metadataStart),
      SAMPLES.subarray(metadataStart),
    ];
    return fuzzParser([body], (damaged) => {
      const whole = new Uint8Array(header.length + damaged.length + metadata.length);
      whole.set(header);
      whole.set(damaged, header.length);
      whole.set(metadata, header.length + damaged.length);
      writeSize(whole);
      new DataView(whole.buffer).setBigInt64(24, BigInt(header.length + damaged.length));
      return outcomeOf(whole);
    });
  });

  for (const { path, bytes } of sharedFiles('conformance/inputs/jfr', /\.jfr\.gz$/)) {
    test(`${path}, damaged`, () => {
      const whole = Uint8Array.from(gunzipSync(bytes));
      const sized = (damaged: Uint8Array) => {
        writeSize(damaged);
        return outcomeOf(damaged);
      };
      return fuzzParser([whole], sized, fuzzRuns(5, 2_000));
    });
  }
});

test('any stacks are read frame by frame, whatever stack came before', () => {
  const GONE = 99;
  const frame = fc.tuple(
    fc.constantFrom(MAIN, GONE, MAIN),
    fc.constantFrom(1, 2, 200, 70_000, 3_000_000),
  );
  const traces = fc.array(fc.array(frame, { minLength: 1, maxLength: 6 }), { minLength: 1 });
  fc.assert(
    fc.property(traces, fc.integer({ min: 1, max: 6 }), (drawnTraces, maxStackDepth) => {
      const recording = recordingOf(
        drawChunk({
          pools: [
            [ID.stackTrace, drawnTraces.map((frames, i) => [i, stack(...frames)] as const)],
            ...POOLS.slice(1),
          ],
          events: drawnTraces.map((_, i) => sample(i, RUNNABLE)),
        }),
        { ...LIMITS, maxStackDepth },
      );
      const counts = new Map<string, number>();
      for (const frames of drawnTraces) {
        // The leaf comes first, and is what a stack loses that is too deep.
        const known = frames.filter(([method]) => method === MAIN).reverse();
        const names = known.slice(0, maxStackDepth).map(([, line]) => `demo/App.main:${line}`);
        counts.set(names.join(';'), (counts.get(names.join(';')) ?? 0) + 1);
      }
      const expected = [...counts].map(([names, count]) => `${names} 0 ${count} 0`);
      assert.deepEqual(drawn(recording, 'jdk.ExecutionSample').toSorted(), expected.toSorted());
    }),
    fuzzRuns(100, 5_000),
  );
});

test('sums of a real recording are those a real server answered', { skip: sharedMissing }, () => {
  const [file] = sharedFiles('conformance/inputs/jfr', /lock0alloc0\.jfr\.gz$/);
  const { events } = recordingOf(Uint8Array.from(gunzipSync(file.bytes)));
  const sums = [...events].map(([kind, { count, amount }]) => [
    kind,
    sumInt64(count),
    sumInt64(amount),
  ]);
  assert.deepEqual(sums.sort(), [
    ['jdk.ExecutionSample', 582n, 0n],
    ['jdk.JavaMonitorEnter', 1773n, 3908034578n],
    ['jdk.ObjectAllocationInNewTLAB', 7972n, 1598335640n],
    ['jdk.ObjectAllocationOutsideTLAB', 2238n, 43715768n],
    ['jdk.ThreadPark', 435n, 100900692n],
  ]);
});
