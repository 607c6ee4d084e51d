import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_NODE } from '@emberscope/profile';
import type { Coverage } from '../api/coverage.ts';
import type { Timeline } from '../api/timeline-answer.ts';
import { drawModel, nodeNamed } from '../testing/drawn-tree.ts';
import { coresText } from './cores-text.ts';
import { costsByFunction, sortFunctions } from './function-rows.ts';
import { headlineParts } from './headline.ts';
import { listedSpan } from './listed-span.ts';
import { orderProfileTypes, wordsOfProfileType } from './profile-type-words.ts';
import { runningLines } from './running-lines.ts';
import { labelsText, selectorOf } from './selector.ts';
import { moveWindow, spanOfBuckets, timelineColumns } from './timeline-columns.ts';

const CPU = wordsOfProfileType('wall:cpu:nanoseconds:wall:nanoseconds');
const MEMORY = wordsOfProfileType('memory:inuse_space:bytes:inuse_space:bytes');
const MINUTE: Coverage = {
  mode: 'sum',
  total: 1.13e9,
  unnamed: 0,
  profileCount: 6,
  seriesCount: 1,
  coveredNanos: 60e9,
  span: { startMillis: 1, endMillis: 900_000 },
  sampleCount: 113,
};

describe('the sentence above the graph', () => {
  const sentence = (coverage: Partial<Coverage>, facts: object = {}, words = CPU) =>
    headlineParts({
      words,
      coverage: { ...MINUTE, ...coverage },
      functionCount: 412,
      otherTotal: 0,
      zoomed: undefined,
      ...facts,
    }).join(' · ');

  it('says what a minute cost', () => {
    assert.equal(
      sentence({}),
      '1.13 s of CPU in 1 min · 0.0188 cores · 113 samples · 1 series · 412 functions',
    );
  });

  it('says the range for several processes, and what each kept busy while it was watched', () => {
    assert.match(
      sentence({ seriesCount: 3, coveredNanos: 2700e9, total: 90e9 }),
      /^1 min 30 s of CPU in 15 min · 0\.0333 cores each · .* 3 series/,
    );
    // Six that ran for a minute of the fifteen.
    assert.match(
      sentence({ seriesCount: 6, coveredNanos: 343e9, total: 55.2e9 }),
      /^55\.2 s of CPU in 15 min · 0\.161 cores each · /,
    );
  });

  it('is about the frame that fills the view, and leaves a row of zeros out', () => {
    assert.equal(
      sentence({}, { zoomed: { name: 'json', total: 11.3e6 } }),
      '11.3 ms of CPU in json, in 1 min · 1 % of 1.13 s · 113 samples · 1 series',
    );
  });

  it('says what is held and not spent, and what no tree shows', () => {
    assert.equal(
      sentence(
        { mode: 'average', total: 48e6, coveredNanos: 0, sampleCount: undefined, unnamed: 12e6 },
        { otherTotal: 480_000 },
        MEMORY,
      ),
      '48 MB in use on average · 6 profiles · 1 series · 412 functions · 1 % in “other” · 25 % without names',
    );
  });
});

describe('cores', () => {
  it('are one core, and else cores', () => {
    assert.deepEqual(
      [coresText(1), coresText(0.42), coresText(2)],
      ['1 core', '0.42 cores', '2 cores'],
    );
  });
});

describe('the label filter', () => {
  const cases: readonly [labels: string, selector: string][] = [
    ['', '{service_name="api"}'],
    ['cluster="eu"', '{service_name="api", cluster="eu"}'],
    [' { cluster=~"eu.*" } ', '{service_name="api", cluster=~"eu.*"}'],
  ];
  for (const [labels, selector] of cases) {
    it(`${labels || 'nothing'} becomes ${selector}`, () => {
      assert.deepEqual(selectorOf('api', labels), { ok: true, selector });
    });
  }

  it('says where it cannot be read, and speaks of no brace that nobody typed', () => {
    const built = selectorOf('api', 'cluster=');
    assert.deepEqual(built, {
      ok: false,
      offset: 8,
      reason: 'expected a quoted value, found the end',
    });
  });

  it('of a row of the list passes exactly that row', () => {
    assert.equal(labelsText([{ name: 'cluster', value: 'a"b' }]), 'cluster="a\\"b"');
  });
});

describe('the span that the list of services is asked for', () => {
  const MINUTE_MILLIS = 60_000;
  const asked = { startMillis: MINUTE_MILLIS + 1, endMillis: 16 * MINUTE_MILLIS };
  const after = (millis: number) => ({
    startMillis: asked.startMillis + millis,
    endMillis: asked.endMillis + millis,
  });
  it('stays within a minute, and follows into the next', () => {
    assert.equal(listedSpan(asked, after(10_000), false), asked);
    assert.deepEqual(listedSpan(asked, after(MINUTE_MILLIS), false), after(MINUTE_MILLIS));
  });

  it('follows another beginning at once', () => {
    const longer = { ...asked, startMillis: 1 };
    assert.equal(listedSpan(asked, longer, false), longer);
  });

  it('is what the page shows while nothing is there, so that every refresh asks', () => {
    assert.deepEqual(listedSpan(asked, after(10_000), true), after(10_000));
  });
});

describe('profile types', () => {
  it('are offered with CPU first and the unknown last', () => {
    assert.deepEqual(orderProfileTypes(['x:y:z:x:z', MEMORY.id, CPU.id, CPU.id]), [
      CPU.id,
      MEMORY.id,
      'x:y:z:x:z',
    ]);
    assert.equal(CPU.title, 'CPU');
    assert.equal(wordsOfProfileType('not a type').title, 'not a type');
  });
});

describe('the timeline', () => {
  const timeline: Timeline = {
    stepMillis: 10_000,
    firstEdgeMillis: 10_000,
    pointCount: 4,
    bucket: [0, 2],
    value: [5e9, 10e9],
  };

  it('has busy cores for CPU, and nothing where nothing was measured', () => {
    const { edgeMillis, amount } = timelineColumns(timeline, CPU);
    assert.deepEqual(edgeMillis, [10_000, 20_000, 30_000, 40_000]);
    assert.deepEqual(amount, [0.5, null, 1, null]);
  });

  it('is chosen by whole buckets, dragged either way', () => {
    const span = { startMillis: 10_001, endMillis: 30_000 };
    assert.deepEqual(spanOfBuckets(timeline, 12_000, 29_000), span);
    assert.deepEqual(spanOfBuckets(timeline, 29_000, 12_000), span);
    assert.equal(spanOfBuckets(timeline, 50_000, 60_000), undefined);
  });

  it('is chosen by keys from its end on, and no further than its ends', () => {
    const last = { startMillis: 30_001, endMillis: 40_000 };
    assert.deepEqual(moveWindow(timeline, undefined, -1), last);
    assert.deepEqual(moveWindow(timeline, last, 1), last);
    assert.deepEqual(moveWindow(timeline, last, -9), { startMillis: 1, endMillis: 10_000 });
  });
});

describe('lines that ran', () => {
  const cases: readonly [what: string, lines: readonly number[], shown: readonly number[]][] = [
    ['are not listed when the only one is where the function begins', [52], []],
    ['are not listed when nobody knows them', [0], []],
    ['are not listed when part of it is where the function begins, and part unknown', [52, 0], []],
    ['are listed when one lies within', [58], [58]],
    ['are all listed as soon as one lies within', [52, 58, 0], [52, 58, 0]],
  ];
  for (const [what, lines, shown] of cases) {
    it(what, () => {
      const costs = lines.map((line) => ({ line, self: 1, total: 1 }));
      assert.deepEqual(
        runningLines(costs, 52).map(({ line }) => line),
        shown,
      );
    });
  }
});

describe('the table of functions', () => {
  const model = drawModel(`
    main;walk;walk;leaf 3
    main;walk 2
    main;leaf 4
  `);
  const rows = (zoom: number) => {
    const costs = costsByFunction(model.tree, model.ends, zoom);
    return sortFunctions(model.tree, costs, 'total', undefined).map(
      ({ frame, self, total }) => `${model.tree.frames.name[frame]} ${self} ${total}`,
    );
  };

  it('counts a function that calls itself once', () => {
    assert.deepEqual(rows(NO_NODE), ['main 0 9', 'leaf 7 7', 'walk 2 5']);
  });

  it('counts only what a zoom holds', () => {
    const inner = drawModel('a;b;c 2\na;c 5');
    const costs = costsByFunction(inner.tree, inner.ends, nodeNamed(inner, 'b'));
    assert.deepEqual([...costs.total], [2, 2]);
  });
});
