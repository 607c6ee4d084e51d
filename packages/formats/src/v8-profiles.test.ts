import assert from 'node:assert/strict';
import { Session } from 'node:inspector/promises';
import { describe, test } from 'node:test';
import { profileFromText, sumInt64, textFromProfile } from '@emberscope/profile';
import { fuzzParser, fuzzRuns, reasonOf } from '@emberscope/test-kit';
import fc from 'fast-check';
import { readCpuProfile } from './read-cpuprofile.ts';
import { readHeapProfile } from './read-heapprofile.ts';
import { bytesOf, drawRead, refusal } from './testing/draw-profile.ts';
import { writeCpuProfile } from './write-cpuprofile.ts';
import { writeHeapProfile } from './write-heapprofile.ts';

const frame = (functionName: string, lineNumber = -1, url = '') => ({
  functionName,
  scriptId: '0',
  url,
  lineNumber,
  columnNumber: 0,
});

const CPU = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), hitCount: 0, children: [2, 4] },
    { id: 2, callFrame: frame('main', 0, 'a.js'), hitCount: 1, children: [3] },
    {
      id: 3,
      callFrame: frame('', 9, 'a.js'),
      hitCount: 3,
      positionTicks: [
        { line: 11, ticks: 1 },
        { line: 12, ticks: 2 },
      ],
    },
    { id: 4, callFrame: frame('(idle)'), hitCount: 1 },
  ],
  startTime: 1000,
  endTime: 1100,
  samples: [2, 3, 3, 3, 4],
  timeDeltas: [10, 10, 20, 30, 10],
};
const json = (value: object) => bytesOf(JSON.stringify(value));

describe('a .cpuprofile', () => {
  test('a sample lasts until the next, a node’s cost lies on its running lines', () => {
    // main 10 us; the anonymous function 20 + 30 + 10; idle from 1080 to the end.
    assert.deepEqual(drawRead(readCpuProfile(json(CPU))), [
      '(idle) 1 20000',
      'main@a.js:1:0 1 10000',
      'main@a.js:1:0;(anonymous)@a.js:10:11 1 20000',
      'main@a.js:1:0;(anonymous)@a.js:10:12 2 40000',
    ]);
  });

  test('without samples, hits share the time', () => {
    const { samples: _, timeDeltas: __, ...rest } = CPU;
    assert.deepEqual(drawRead(readCpuProfile(json(rest))).slice(0, 2), [
      '(idle) 1 20000',
      'main@a.js:1:0 1 20000',
    ]);
  });

  test('hits that the file does not say are its samples', () => {
    const nodes = CPU.nodes.map(({ hitCount: _, ...node }) => node);
    assert.deepEqual(
      drawRead(readCpuProfile(json({ ...CPU, nodes }))),
      drawRead(readCpuProfile(json(CPU))),
    );
  });

  test('a clock that stands back makes no negative time', () => {
    const read = readCpuProfile(json({ ...CPU, timeDeltas: [10, 50, -40, 30, 10] }));
    assert.ok(read.ok);
    for (const value of read.profile.samples.values[1]) assert.ok(value >= 0);
  });

  test('what this process records of itself has its functions and lines', async () => {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
    burnForTest(60);
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();

    const read = readCpuProfile(json(profile));
    assert.ok(read.ok);
    const burning = textFromProfile(read.profile).filter((line) => line.includes('burnForTest'));
    assert.ok(burning.length > 0);
    assert.match(burning.join('\n'), /burnForTest@file:.*v8-profiles\.test\.js:\d+:[1-9]\d*/);
    const [hits, nanos] = read.profile.samples.values.map((column) => Number(sumInt64(column)));
    const counted = profile.nodes.reduce((sum, { hitCount = 0 }) => sum + hitCount, 0);
    assert.equal(hits, counted);
    // Everything from the first sample on; before it V8 was still making ready.
    const micros = profile.endTime - profile.startTime - (profile.timeDeltas?.[0] ?? 0);
    assert.ok(Math.abs(nanos / 1000 - micros) < micros / 20, `${nanos} ns of ${micros} us`);
  });

  const bad: readonly [shows: string, file: object, reason: RegExp][] = [
    ['no nodes', { startTime: 0, endTime: 1 }, /nodes is not a list/],
    ['no times', { nodes: [] }, /startTime is not a number/],
    [
      'a time that is a list',
      { nodes: [], startTime: [[1]], endTime: 1 },
      /startTime is not a number: \[…\]/,
    ],
    [
      'an end past all times',
      { ...CPU, endTime: 1e308 },
      /endTime is past 2\^53 microseconds: 1e\+308/,
    ],
    [
      'a delta past all times',
      { ...CPU, timeDeltas: [-1e300] },
      /timeDeltas\[0\] is past 2\^53 microseconds: -1e\+300/,
    ],
    [
      'an end before its start',
      { nodes: [], startTime: 2, endTime: 1 },
      /endTime 1 is before startTime 2/,
    ],
    [
      'two nodes of one id',
      { ...CPU, nodes: [CPU.nodes[0], CPU.nodes[0]] },
      /nodes\[1\] has the id 1 of another node/,
    ],
    [
      'a child before its parent',
      { ...CPU, nodes: [...CPU.nodes].reverse() },
      /comes before its parent/,
    ],
    ['a sample of no node', { ...CPU, samples: [77] }, /samples\[0\] names no node: 77/],
    [
      'a node without a call frame',
      { ...CPU, nodes: [{ id: 1 }] },
      /nodes\[0\]\.callFrame is not an object/,
    ],
  ];
  for (const [shows, file, reason] of bad) {
    test(`${shows} is refused`, () => assert.match(refusal(readCpuProfile(json(file))), reason));
  }
});

describe('what is nested deeper than calls can be is no reason to throw', () => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const callFrame = `{"functionName":"f","scriptId":${deep},"lineNumber":${deep}}`;

  test('where nobody looks', () => {
    const nodes = `[{"id":1,"callFrame":${callFrame},"hitCount":1}]`;
    const read = readCpuProfile(bytesOf(`{"nodes":${nodes},"startTime":0,"endTime":1}`));
    assert.deepEqual(drawRead(read), ['f 1 1000']);
  });

  test('in the place of a number', () => {
    const read = readCpuProfile(bytesOf(`{"nodes":[],"startTime":${deep}}`));
    assert.match(refusal(read), /startTime is not a number/);
  });
});

test('what a .cpuprofile has where text belongs need not have a text', () => {
  const scriptId = { toString: 1, valueOf: 1 };
  const nodes = [{ id: 1, callFrame: { ...frame('f'), scriptId }, hitCount: 1 }];
  assert.deepEqual(drawRead(readCpuProfile(json({ nodes, startTime: 0, endTime: 1 }))), [
    'f 1 1000',
  ]);
});

/** Something with lines of its own to find again, for so much time of the processor. */
function burnForTest(millis: number): number {
  const start = process.cpuUsage();
  let sum = 0;
  while (process.cpuUsage(start).user < 1000 * millis) {
    for (let i = 0; i < 1000; i++) sum += Math.sqrt(i);
  }
  return sum;
}

const HEAP = {
  head: {
    callFrame: frame('(root)'),
    selfSize: 0,
    id: 1,
    children: [
      {
        callFrame: frame('main', 0, 'a.js'),
        selfSize: 10,
        id: 2,
        children: [{ callFrame: frame('f', 4, 'a.js'), selfSize: 5, id: 3, children: [] }],
      },
      { callFrame: frame('(external)'), selfSize: 7, id: 4, children: [] },
    ],
  },
};

describe('a .heapprofile', () => {
  test('bytes by the stack that allocated them', () => {
    assert.deepEqual(drawRead(readHeapProfile(json(HEAP))), [
      '(external) 7',
      'main@a.js:1:0 10',
      'main@a.js:1:0;f@a.js:5:0 5',
    ]);
  });

  test('what this process records of itself has its functions', async () => {
    const session = new Session();
    session.connect();
    await session.post('HeapProfiler.startSampling', { samplingInterval: 1024 });
    const held = holdForTest(2000);
    const { profile } = await session.post('HeapProfiler.stopSampling');
    session.disconnect();
    assert.equal(held.length, 2000);
    const read = readHeapProfile(json(profile));
    assert.ok(read.ok);
    assert.match(textFromProfile(read.profile).join('\n'), /holdForTest@file:/);
  });

  for (const [shows, file, reason] of [
    ['no head', {}, /head is not an object/],
    ['a negative size', { head: { ...HEAP.head, selfSize: -1 } }, /selfSize is negative: -1/],
    [
      'children that are no list',
      { head: { ...HEAP.head, children: 3 } },
      /children is not a list/,
    ],
  ] as const) {
    test(`${shows} is refused`, () => assert.match(refusal(readHeapProfile(json(file))), reason));
  }

  test('a file nested deeper than calls can be', () => {
    const depth = 20_000;
    const open = '{"callFrame":{"functionName":"f"},"selfSize":1,"children":['.repeat(depth);
    const read = readHeapProfile(bytesOf(`{"head":${open}${']}'.repeat(depth)}}`));
    assert.ok(read.ok);
    assert.equal(read.profile.stacks.length, depth);
    const written = readHeapProfile(writeHeapProfile(read.profile));
    assert.ok(written.ok);
    assert.equal(written.profile.stacks.length, depth);
  });
});

function holdForTest(count: number): number[][] {
  return Array.from({ length: count }, (_, i) => Array.from({ length: 100 }, (__, j) => i * j));
}

describe('written and read back', () => {
  const types = [
    { type: 'samples', unit: 'count' },
    { type: 'wall', unit: 'nanoseconds' },
  ];
  test('a .cpuprofile keeps functions, running lines, hits and microseconds', () => {
    const lines = [
      'main@a.js:1:2 1 5000',
      'main@a.js:1:2;f@b.js:7:9 2 6000',
      'main@a.js:1:2;f@b.js:7:10 4 7000',
    ];
    const profile = profileFromText(lines.join('\n'), { sampleTypes: types });
    assert.deepEqual(
      drawRead(readCpuProfile(writeCpuProfile(profile)))
        .map((line) => line.replaceAll(':1:0;', ':1:2;'))
        .sort(),
      // Callers of a node have no running line in V8's files; time is split by hits.
      [
        'main@a.js:1:2 1 5000',
        'main@a.js:1:2;f@b.js:7:10 4 8667',
        'main@a.js:1:2;f@b.js:7:9 2 4333',
      ],
    );
  });

  test('a unit that every object has a property of is no time', () => {
    const sampleTypes = [{ type: 'x', unit: 'constructor' }];
    const read = readCpuProfile(writeCpuProfile(profileFromText('main 3', { sampleTypes })));
    assert.deepEqual(drawRead(read), ['main 1 1000000']);
  });

  test('a .heapprofile keeps functions and bytes', () => {
    const profile = profileFromText('main@a.js:1:2 5\nmain@a.js:1:2;f 2', {
      sampleTypes: [{ type: 'inuse_space', unit: 'bytes' }],
    });
    assert.deepEqual(drawRead(readHeapProfile(writeHeapProfile(profile))), [
      'main@a.js:1:0 5',
      'main@a.js:1:0;f 2',
    ]);
  });

  test('any stacks and values, in sum and by function', () => {
    const stack = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 });
    const samples = fc.uniqueArray(fc.tuple(stack, fc.integer({ min: 1, max: 2 ** 31 })), {
      selector: ([names]) => names.join(';'),
    });
    fc.assert(
      fc.property(samples, (rows) => {
        const bytes = rows.map(([names, value]) => `${names.join(';')} ${value}`);
        const heap = profileFromText(bytes.join('\n'), {
          sampleTypes: [{ type: 'space', unit: 'bytes' }],
        });
        assert.deepEqual(drawRead(readHeapProfile(writeHeapProfile(heap))), bytes.sort());
        const both = rows.map(([names, value]) => `${names.join(';')} 1 ${value}000`);
        const cpu = profileFromText(both.join('\n'), { sampleTypes: types });
        assert.deepEqual(drawRead(readCpuProfile(writeCpuProfile(cpu))), both.sort());
      }),
      fuzzRuns(100, 5000),
    );
  });
});

describe('damaged files are read or refused', () => {
  for (const [kind, file, read] of [
    ['cpuprofile', CPU, readCpuProfile],
    ['heapprofile', HEAP, readHeapProfile],
  ] as const) {
    test(kind, () => fuzzParser([json(file)], (bytes) => reasonOf(read(bytes))));
  }
});
