import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_NODE } from '@emberscope/profile';
import { drawModel, nodeNamed } from '../testing/drawn-tree.ts';
import { findNodes, searchFrames } from './flame-search.ts';

const model = drawModel(`
  main@src/main.ts:3;parse@src/parse.ts:7;Parse.next@src/parse.ts:20 4
  main@src/main.ts:3;put@node_modules/lmdb/write.js:310 3
  main@src/main.ts:3;fetch@node_modules/node-fetch/index.js:2 2
  main@src/main.ts:3;listen@node:net:5 1
`);
const { frames } = model.tree;

function found(text: string): readonly string[] {
  const search = searchFrames(frames, text);
  assert.equal(search.kind, 'frames');
  if (search.kind !== 'frames') return [];
  return frames.name.filter((_name, frame) => search.isMatch[frame] === 1).toSorted();
}

describe('a search for functions', () => {
  const cases: readonly [title: string, text: string, names: readonly string[]][] = [
    ['looks in names, in any case', 'PARSE.n', ['Parse.next']],
    ['looks in files too', 'parse', ['Parse.next', 'parse']],
    ['by file: only there', 'file:LMDB', ['put']],
    ['by package', 'pkg:lmd', ['put']],
    ['by a package whose whole name is given, that one alone', 'pkg:node', ['listen']],
    ['by a part of several names of packages, all of these', 'pkg:nod', ['fetch', 'listen']],
    ['for own code', 'pkg:own code', ['Parse.next', 'main', 'parse']],
    ['by expression, anywhere in the name', 'regex:^p(ut|arse)$', ['parse', 'put']],
    ['by expression, in any case', 'regex:\\.NEXT', ['Parse.next']],
    ['leaves out blanks around', '  put ', ['put']],
    ['may find nothing', 'nobody', []],
  ];
  for (const [title, text, names] of cases) {
    it(title, () => assert.deepEqual(found(text), names));
  }

  it('is none when nothing was typed', () => {
    assert.deepEqual(searchFrames(frames, '  '), { kind: 'none' });
  });

  it('says what is wrong with an expression, without what was put around it', () => {
    const search = searchFrames(frames, 'regex:(a');
    assert.deepEqual(search, { kind: 'unreadable', reason: 'missing closing )' });
  });

  it('counts a match within a match once, and only what a zoom holds', () => {
    const search = searchFrames(frames, 'parse');
    assert.ok(search.kind === 'frames');
    const everywhere = findNodes(model, search.isMatch, NO_NODE);
    assert.deepEqual(everywhere, { nodes: [nodeNamed(model, 'parse')], total: 4 });
    const within = findNodes(model, search.isMatch, nodeNamed(model, 'put'));
    assert.deepEqual(within, { nodes: [], total: 0 });
  });
});
