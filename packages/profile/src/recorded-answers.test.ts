import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sharedFile, sharedMissing } from '@emberscope/test-kit';
import { encodeDiff } from './diff-levels.ts';
import { encodeFlameGraph } from './flame-graph-levels.ts';
import type { Int64Column } from './int64-column.ts';
import { treeFromText } from './testing/drawn-tree.ts';
import { encodeTreeBytes } from './tree-bytes.ts';
import { truncateCallTree } from './truncate.ts';

/**
 * Flame graphs, trees and diffs that a real Pyroscope server answered, replayed without a server:
 * whatever case is one push (two for a diff) of drawn stacks and reads them back.
 */

type Step = {
  push?: { labels: Record<string, string>; pprof?: { stacks: unknown[] } };
  rpc?: string;
  message?: {
    maxNodes?: number;
    format?: number | string;
    left?: { maxNodes?: number };
    right?: { maxNodes?: number };
    stackTraceSelector?: unknown;
    labelSelector?: string;
    profileTypeID?: string;
  };
  expect?: { status: number; json?: { flamegraph?: Graph; tree?: { base64: string } } };
};
type Graph = {
  names: string[];
  levels: { values: string[] }[];
  total?: string;
  maxSelf?: string;
  leftTicks?: string;
  rightTicks?: string;
};

const recorded = sharedMissing === false;

describe('what a real server answered', { skip: sharedMissing }, () => {
  for (const { name, steps } of recorded ? casesOf('flamegraph') : []) {
    const pushes = steps.filter((step) => step.push !== undefined);
    const drawn = pushes.length === 1 ? drawnStacks(pushes[0]) : undefined;
    if (drawn === undefined) continue;
    for (const [i, step] of steps.entries()) {
      const { flamegraph, tree } = step.expect?.json ?? {};
      if (step.message?.stackTraceSelector !== undefined) continue;
      const maxNodes = step.message?.maxNodes ?? 8192;
      // The server cuts each service's tree before it makes a graph of them all.
      if (flamegraph !== undefined && isOwnService(step)) {
        test(`flame graph: ${name} (step ${i})`, () => {
          const cut = truncateCallTree(treeFromText(drawn), maxNodes);
          assert.deepEqual(plain(encodeFlameGraph(cut, maxNodes)), flamegraph);
        });
      }
      if (tree !== undefined && isOwnService(step)) {
        test(`tree: ${name} (step ${i})`, () => {
          const cut = truncateCallTree(treeFromText(drawn), maxNodes);
          assert.equal(Buffer.from(encodeTreeBytes(cut)).toString('base64'), tree.base64);
        });
      }
    }
  }

  for (const { name, steps } of recorded ? casesOf('diff') : []) {
    const pushes = steps.filter((step) => step.push !== undefined).map(drawnStacks);
    const [left, right] = pushes;
    if (pushes.length !== 2 || left === undefined || right === undefined) continue;
    for (const [i, step] of steps.entries()) {
      const { flamegraph } = step.expect?.json ?? {};
      const isLeftToRight =
        JSON.stringify(step.message?.left ?? '').includes('}}-l') &&
        JSON.stringify(step.message?.right ?? '').includes('}}-r');
      if (flamegraph === undefined || !isLeftToRight) continue;
      const maxNodes = Math.max(
        step.message?.left?.maxNodes ?? 0,
        step.message?.right?.maxNodes ?? 0,
      );
      test(`diff: ${name} (step ${i})`, () => {
        const cut = (text: string) => truncateCallTree(treeFromText(text), maxNodes || 8192);
        assert.deepEqual(
          plainDiff(encodeDiff(cut(left), cut(right), maxNodes || 8192)),
          flamegraph,
        );
      });
    }
  }
});

function casesOf(area: string): { name: string; steps: Step[] }[] {
  return JSON.parse(new TextDecoder().decode(sharedFile(`conformance/cases/${area}.json`))).cases;
}

function isOwnService({ message }: Step): boolean {
  return (
    message?.labelSelector === '{service_name="{{svc}}"}' &&
    message.profileTypeID === 'process_cpu:cpu:nanoseconds:cpu:nanoseconds'
  );
}

/** The stacks of a push in our drawing, when they are nothing but names and one value. */
function drawnStacks(step: Step): string | undefined {
  const lines = step.push?.pprof?.stacks.map((stack) => {
    if (typeof stack === 'string') return /[@{]|0x/.test(stack) ? undefined : stack;
    if (typeof stack === 'object' && stack !== null && 'fan' in stack) return drawnFan(stack.fan);
    return undefined;
  });
  return lines?.every((line) => line !== undefined) ? lines.join('\n') : undefined;
}

/** `m;f#`, count, first value, step: as many stacks, numbered from f0000. */
function drawnFan(fan: unknown): string | undefined {
  if (!Array.isArray(fan)) return undefined;
  const [pattern, count, first, step] = fan;
  return Array.from({ length: count }, (_, i) => {
    const stack = String(pattern).replace('#', String(i).padStart(4, '0'));
    return `${stack} ${first + i * step}`;
  }).join('\n');
}

function plain(graph: ReturnType<typeof encodeFlameGraph>): Graph {
  return {
    names: [...graph.names],
    levels: graph.levels.map(plainLevel),
    ...(graph.total === 0n ? {} : { total: `${graph.total}` }),
    ...(graph.maxSelf === 0n ? {} : { maxSelf: `${graph.maxSelf}` }),
  };
}

function plainDiff(graph: ReturnType<typeof encodeDiff>): Graph {
  return {
    names: [...graph.names],
    levels: graph.levels.map(plainLevel),
    ...(graph.total === 0n ? {} : { total: `${graph.total}` }),
    ...(graph.maxSelf === 0n ? {} : { maxSelf: `${graph.maxSelf}` }),
    ...(graph.leftTotal === 0n ? {} : { leftTicks: `${graph.leftTotal}` }),
    ...(graph.rightTotal === 0n ? {} : { rightTicks: `${graph.rightTotal}` }),
  };
}

function plainLevel(cells: Int64Column): { values: string[] } {
  return { values: Array.from({ length: cells.length }, (_, i) => `${cells[i]}`) };
}
