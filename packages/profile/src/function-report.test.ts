import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileFromText } from './drawn-profile.ts';
import { type FunctionReport, reportFunction } from './function-report.ts';

function report(drawn: string, name: string, file = 'a.ts', line = 10): string[] {
  const profile = profileFromText(drawn);
  const found = reportFunction(profile, profile.samples.values[0], { name, file, line });
  return draw(found);
}

function draw({ self, total, lines, callers, callees }: FunctionReport): string[] {
  return [
    `self=${self} total=${total}`,
    ...lines.map((line) => `line ${line.line} self=${line.self} total=${line.total}`),
    ...callers.map((caller) => `from ${caller.name} ${caller.total}`),
    ...callees.map((callee) => `to ${callee.name} ${callee.total}`),
  ];
}

test('cost is laid on running lines, callers and callees', () => {
  assert.deepEqual(
    report(
      `
      main;f@a.ts:10:12;json 5
      main;f@a.ts:10:12 1
      main;f@a.ts:10:14 8
      worker;f@a.ts:10:14;gzip 2
      main;g 100
      `,
      'f',
    ),
    [
      'self=9 total=16',
      'line 14 self=8 total=10',
      'line 12 self=1 total=6',
      'from main 14',
      'from worker 2',
      'to json 5',
      'to gzip 2',
    ],
  );
});

test('recursion counts once: callers of the outermost frame, callees that are others', () => {
  assert.deepEqual(report('main;f@a.ts:10:12;f@a.ts:10:12;f@a.ts:10:13;json 4', 'f'), [
    'self=0 total=4',
    'line 12 self=0 total=4',
    'line 13 self=0 total=4',
    'from main 4',
    'to json 4',
  ]);
});

test('calls through another function count each callee once a stack', () => {
  assert.deepEqual(report('f@a.ts:10:12;g;f@a.ts:10:12;g 3', 'f'), [
    'self=0 total=3',
    'line 12 self=0 total=3',
    'to g 3',
  ]);
});

test('another function of the same name is another function', () => {
  assert.deepEqual(report('f@b.ts:10:12 3', 'f'), ['self=0 total=0']);
  assert.deepEqual(report('f@a.ts:11:12 3', 'f'), ['self=0 total=0']);
});

test('an inlined function has the one around it as its caller', () => {
  assert.deepEqual(report('main;outer|f@a.ts:10:12;leaf 3', 'f'), [
    'self=0 total=3',
    'line 12 self=0 total=3',
    'from outer 3',
    'to leaf 3',
  ]);
});
