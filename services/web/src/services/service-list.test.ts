import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { Service } from '../api/services-answer.ts';
import { agentSnippet, serverAddressOf } from './agent-snippet.ts';
import { columnsOfServices, findServices, wordsOfService } from './service-words.ts';
import { sparklinePath } from './sparkline-path.ts';

const NOW = 1_000_000;
const NO_TIMELINE = { stepMillis: 0, firstEdgeMillis: 0, pointCount: 0, bucket: [], value: [] };
const API: Service = {
  name: 'demo-api',
  labels: [{ name: 'cluster', value: 'eu-west' }],
  instanceCount: 2,
  newestMillis: NOW - 4000,
  intervalMillis: 10_000,
  cores: 1,
  memoryBytes: 412_000_000,
  blocks: { count: 38, longestNanos: 1.9e9 },
  sparklineType: '',
  sparkline: NO_TIMELINE,
  profileTypes: [],
};

describe('a row of services', () => {
  it('says what it costs, and that its loop was blocked', () => {
    assert.deepEqual(wordsOfService(API, NOW), {
      cpu: '1 core',
      memory: '412 MB',
      blocks: '38, longest 1.9 s',
      seen: '4 s ago',
      trouble: { kind: 'blocked' },
    });
  });

  it('says nothing of what nobody measures', () => {
    const bare = { ...API, cores: undefined, memoryBytes: undefined, blocks: undefined };
    const { cpu, memory, blocks, trouble } = wordsOfService(bare, NOW);
    assert.deepEqual([cpu, memory, blocks, trouble.kind], ['', '', '', 'none']);
  });

  it('is silent after four intervals, not sooner, and never within half a minute', () => {
    const kind = (ageMillis: number, intervalMillis: number) =>
      wordsOfService({ ...API, newestMillis: NOW - ageMillis, intervalMillis }, NOW).trouble.kind;
    assert.equal(kind(40_000, 10_000), 'blocked');
    assert.equal(kind(40_001, 10_000), 'silent');
    assert.equal(kind(29_000, 1000), 'blocked');
    assert.equal(kind(900_000, 0), 'blocked');
  });

  it('is found by words of its name and labels', () => {
    assert.equal(findServices([API], ' EU api').length, 1);
    assert.equal(findServices([API], 'us api').length, 0);
    assert.equal(findServices([API], '').length, 1);
  });
});

describe('columns of the list', () => {
  const bare: Service = { ...API, labels: [], blocks: undefined };
  const cases: readonly [what: string, services: readonly Service[], columns: object][] = [
    ['are all there when one service has all', [bare, API], { hasClusters: true, hasBlocks: true }],
    ['leave out what no service has', [bare, bare], { hasClusters: false, hasBlocks: false }],
    [
      'say that nothing was blocked, which is not the same as not measured',
      [{ ...bare, blocks: { count: 0, longestNanos: 0 } }],
      { hasClusters: false, hasBlocks: true },
    ],
  ];
  for (const [what, services, columns] of cases) {
    it(what, () => assert.deepEqual(columnsOfServices(services), columns));
  }
});

describe('a sparkline', () => {
  it('breaks where there was no profile', () => {
    const path = sparklinePath(
      { ...NO_TIMELINE, pointCount: 4, bucket: [0, 1, 3], value: [0, 10, 5] },
      40,
      12,
    );
    assert.equal(path, 'M0.0 11.0H10.0L10.0 1.0H20.0M30.0 6.0H40.0');
  });

  it('is nothing without profiles', () => assert.equal(sparklinePath(NO_TIMELINE, 40, 12), ''));
});

describe('how to send the first profile', () => {
  it('names where the page came from, below a path as well, without a slash at its end', () => {
    assert.equal(serverAddressOf('http://h:4040/#/services'), 'http://h:4040');
    assert.equal(serverAddressOf('https://h/profiles/#/services'), 'https://h/profiles');
    assert.match(agentSnippet('http://h:4040'), /serverAddress: 'http:\/\/h:4040',/);
  });

  it('is what the README of the project says', async () => {
    const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8');
    const code = /```js\n(import pyroscope.*?)```/s.exec(readme)?.[1]?.replace(/ +\/\/.*$/m, '');
    assert.equal(agentSnippet('http://127.0.0.1:4100'), code);
  });
});
