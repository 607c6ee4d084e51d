import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import fc from 'fast-check';
import { profileFromText } from '../drawn-profile.ts';
import type { Profile } from '../profile.ts';
import { callGraph } from './call-graph.ts';
import { cutStacks } from './cut-stacks.ts';
import { dotFromProfile } from './dot-from-profile.ts';
import { placesOf } from './graph-places.ts';
import { thinEdges } from './thin-edges.ts';

const TIME = unixNanos(1_795_521_600_000_000_000n);

function dotOf(profile: Profile, maxNodes: number): string {
  const drawn = dotFromProfile(profile, maxNodes);
  return drawn.ok ? drawn.text : assert.fail(drawn.reason);
}

/** The boxes and arrows of a drawing, in short: `1 main 0/10`, `1>2 6`, `1...>3 2`. */
function drawn(text: string, maxNodes = 0): string[] {
  const dot = dotOf(profileFromText(text), maxNodes);
  return dot.split('\n').flatMap((line) => {
    const box = /^N(\d+) \[label="(.*?)\\n(\d+)(.*?)" id/.exec(line);
    if (box !== null) {
      const all = /of (\d+)/.exec(box[4])?.[1] ?? box[3];
      return [`${box[1]} ${box[2]} ${box[3]}/${all}`];
    }
    const arrow = /^N(\d+) -> N(\d+) \[label=" (\d+)(\\n \(inline\))?"/.exec(line);
    if (arrow === null) return [];
    const dots = line.includes('style="dotted"') ? '...' : '';
    return [`${arrow[1]}${dots}>${arrow[2]} ${arrow[3]}${arrow[4] === undefined ? '' : ' inline'}`];
  });
}

describe('a call graph', () => {
  test('has a box for each place and an arrow for each call, the heaviest first', () => {
    assert.deepEqual(drawn('main;serve;json 6\nmain;serve 1\nmain;idle 3'), [
      '1 main 0/10',
      '2 json 6/6',
      '3 idle 3/3',
      '4 serve 1/7',
      '1>4 7',
      '4>2 6',
      '1>3 3',
    ]);
  });

  test('counts a stack once that has a place or a call several times', () => {
    assert.deepEqual(drawn('f;g;f;g;f 4\nf 1'), ['1 f 5/5', '2 g 0/4', '1>2 4', '2>1 4']);
  });

  test('has no arrow from a place to itself', () => {
    assert.deepEqual(drawn('f;f;f 2'), ['1 f 2/2']);
  });

  test('says of which calls were always inlined', () => {
    assert.deepEqual(drawn('a|b 1\na|c 1\na;c 1').slice(3), ['1>2 2', '1>3 1 inline']);
  });

  test('leaves out what a limit leaves no room for, and dots the way over it', () => {
    assert.deepEqual(drawn('a;p;q;b 5', 2), ['1 b 5/5', '2 a 0/5', '2...>1 5']);
    // A call that is also made without a place between is dotted all the same.
    const [, , arrow] = drawn('a;p;b 5\na;b 1', 2);
    assert.equal(arrow, '2...>1 6');
  });

  test('does not count what ran in a place that was left out for its caller', () => {
    const [box] = drawn('a;b 9\na;c 1', 1);
    assert.equal(box, '1 b 9/9');
    assert.deepEqual(drawn('a 1\na;x;y 1\na;x 5', 1), ['1 a 1/7']);
  });

  test('leaves out a dotted arrow whose end is reached in another way', () => {
    // Without p, a calls c over p (dotted) and over b.
    const profile = profileFromText('a;b;c 5\na;p;c 1');
    const placing = placesOf(profile.symbols);
    const { name } = placing.places;
    const isKept = Uint8Array.from(name, (each) => (each === 'p' ? 0 : 1));
    const graph = callGraph(profile, placing, isKept);
    const ranked = [0, 1, 2, 3];
    const heaviest = (a: number, b: number) => graph.weight[b] - graph.weight[a];
    const said = (edges: readonly number[]) =>
      edges.map((edge) => `${name[graph.from[edge]]}>${name[graph.to[edge]]}`);
    assert.deepEqual(said(thinEdges(graph, ranked, heaviest)), ['a>b', 'b>c']);
    assert.deepEqual(said(thinEdges(graph, ranked, heaviest, 0)), ['a>b', 'b>c', 'a>c']);
  });

  test('of nothing has a legend', () => {
    const [, , legend, end] = dotOf(profileFromText(''), 0).split('\n');
    assert.match(legend, /Showing nodes accounting for 0, 0% of 0 total/);
    assert.equal(end, '}');
  });
});

describe('DOT', () => {
  const cpu = {
    sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }],
    timeNanos: TIME,
  };

  test('tells type, time, sums and how many places there are in its legend', () => {
    const profile = profileFromText('a;b 1500000000\na;c 500000000', cpu);
    assert.equal(
      dotOf(profile, 2).split('\n')[2],
      'subgraph cluster_L { "Type: cpu" [shape=box fontsize=16 label="Type: cpu\\lTime: Nov 24, 2026 at 12:00pm (UTC)\\lShowing nodes accounting for 1.50s, 75.00% of 2s total\\lShowing top 2 nodes out of 3\\l\\lSee https://git.io/JfYMW for how to read the graph\\l"] }',
    );
  });

  test('writes a box with its size, color and tooltip', () => {
    const profile = profileFromText('a.x;b@/s/b.go:4 1500000000\na.x 500000000', cpu);
    const lines = dotOf(profile, 0).split('\n');
    assert.deepEqual(lines.slice(3, 6), [
      'N1 [label="a\\nx\\n0.50s (25.00%)\\nof 2s (100%)" id="node1" fontsize=18 shape=box tooltip="a.x (2s)" color="#b20000" fillcolor="#edd5d5"]',
      'N2 [label="b\\nb.go:4\\n1.50s (75.00%)" id="node2" fontsize=24 shape=box tooltip="b /s/b.go:4 (1.50s)" color="#b20e00" fillcolor="#edd7d5"]',
      'N1 -> N2 [label=" 1.50s" weight=76 penwidth=4 color="#b20e00" tooltip="a.x -> b /s/b.go:4 (1.50s)" labeltooltip="a.x -> b /s/b.go:4 (1.50s)"]',
    ]);
  });

  test('of more characters than may be is refused with the limit', () => {
    const profile = profileFromText('a;b 1', cpu);
    const { length } = dotOf(profile, 0);
    assert.ok(dotFromProfile(profile, 0, length).ok);
    assert.deepEqual(dotFromProfile(profile, 0, length - 1), {
      ok: false,
      reason: `a drawing of more than ${length - 1} characters: ask for fewer nodes`,
    });
  });

  test('of any profile is one statement a line, with each quote closed', () => {
    const name = fc.string({ minLength: 1, maxLength: 8 }).map((text) => `f${text}`);
    const frames = fc.array(fc.nat(5), { minLength: 1, maxLength: 8 });
    const stacks = fc.array(fc.record({ frames, value: fc.integer() }), { maxLength: 20 });
    const names = fc.array(name, { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(names, stacks, fc.nat(7), (all, list, maxNodes) => {
        const text = list.map((each) => `${each.frames.join(';f')} ${each.value}`);
        const plain = profileFromText(text.map((line) => `f${line}`).join('\n'));
        const strings = plain.symbols.strings.map((each) =>
          each === '' ? '' : (all[Number(each.slice(1))] ?? each),
        );
        const profile = { ...plain, symbols: { ...plain.symbols, strings } };
        const lines = dotOf(cutStacks(profile, maxNodes), maxNodes).trimEnd().split('\n');
        assert.equal(lines.at(-1), '}');
        for (const line of lines.slice(1, -1)) {
          assert.match(line, /^(node|subgraph|N\d+) (?:[^"]|"(?:[^"\\]|\\.)*")*$/);
          assert.doesNotMatch(line, /NaN|undefined|Infinity/);
        }
      }),
      fuzzRuns(100, 20_000),
    );
  });
});

describe('stacks that are cut', () => {
  const text = 'a;b;c 10\na;b;d 1\na;b;e 1\na;f;g 2\na 3';
  const boxes = (maxNodes: number) => {
    const dot = dotOf(cutStacks(profileFromText(text), maxNodes), 0);
    return [...dot.matchAll(/tooltip="(\w+) \((\d+)\)" color/g)].map(
      ([, name, all]) => `${name} ${all}`,
    );
  };

  test('end in other where their share is too small', () => {
    assert.deepEqual(boxes(3).sort(), ['a 17', 'b 12', 'c 10', 'other 4']);
  });

  test('are left alone when there are few', () => {
    const profile = profileFromText(text);
    assert.equal(cutStacks(profile, 7), profile);
    assert.equal(cutStacks(profile, 0), profile);
  });

  test('keep the sum', () => {
    for (let maxNodes = 1; maxNodes < 8; maxNodes++) {
      const dot = dotOf(cutStacks(profileFromText(text), maxNodes), 0);
      assert.match(dot, /accounting for 17, 100% of 17 total/);
    }
  });
});
