import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_NODE } from '@emberscope/profile';
import { drawModel, nodeNamed } from '../testing/drawn-tree.ts';
import { isWalkKey, type WalkKey, walk } from './walk.ts';

const model = drawModel(`
  main;read;disk 1
  main;serve;json 6
  timer;tick 2
`);
const node = (name: string) => nodeNamed(model, name);

describe('a walk by arrows', () => {
  const cases: readonly [title: string, from: string, key: WalkKey, to: string, top?: string][] = [
    ['goes down to the largest callee', 'main', 'ArrowDown', 'serve'],
    ['stays on a leaf', 'json', 'ArrowDown', 'json'],
    ['goes up to the caller', 'json', 'ArrowUp', 'serve'],
    ['stays on a root', 'main', 'ArrowUp', 'main'],
    ['goes to the frame beside, of another caller too', 'serve', 'ArrowRight', 'tick'],
    ['goes back left', 'serve', 'ArrowLeft', 'read'],
    ['stays at the end of a row', 'read', 'ArrowLeft', 'read'],
    ['goes to the bottom of the largest way', 'main', 'End', 'json'],
    ['goes to the largest root', 'tick', 'Home', 'main'],
    ['does not leave a zoom sideways', 'serve', 'ArrowRight', 'serve', 'main'],
    ['does not leave a zoom upwards', 'serve', 'ArrowUp', 'serve', 'serve'],
    ['goes to the top of a zoom', 'json', 'Home', 'serve', 'serve'],
  ];
  for (const [title, from, key, to, top] of cases) {
    it(title, () => {
      const zoom = top === undefined ? NO_NODE : node(top);
      assert.equal(walk(model, node(from), key, zoom), node(to));
    });
  }

  it('begins at the largest root, or at the frame that fills the view', () => {
    assert.equal(walk(model, NO_NODE, 'ArrowDown', NO_NODE), node('main'));
    assert.equal(walk(model, NO_NODE, 'ArrowDown', node('serve')), node('serve'));
  });

  it('is for arrows, Home and End alone', () => {
    assert.equal(isWalkKey('ArrowUp'), true);
    assert.equal(isWalkKey('PageUp'), false);
  });
});
