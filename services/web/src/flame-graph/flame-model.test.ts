import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_NODE } from '@emberscope/profile';
import { drawModel, nodeNamed } from '../testing/drawn-tree.ts';
import {
  childrenOf,
  functionOfNode,
  nearestNodeOfPath,
  nodeOfPath,
  nodeUnder,
  pathOfNode,
  rowCountOfView,
  totalOfNode,
  viewOfNode,
  WHOLE_VIEW,
} from './flame-model.ts';

const model = drawModel(`
  main@src/main.ts:3;read@src/read.ts:7 1
  main@src/main.ts:3;serve@src/http.ts:12;json 6
  main@src/main.ts:3;serve@src/http.ts:12 2
  timer;tick 1
`);
const node = (name: string) => nodeNamed(model, name);

describe('a flame model', () => {
  it('has what all cost together, and each node', () => {
    assert.equal(totalOfNode(model, NO_NODE), 10);
    assert.equal(totalOfNode(model, node('serve')), 8);
  });

  it('finds a node by its path, and tells functions of one name apart by file and line', () => {
    const path = pathOfNode(model, node('json'));
    assert.deepEqual(
      path.map(({ name }) => name),
      ['main', 'serve', 'json'],
    );
    assert.equal(nodeOfPath(model, path), node('json'));
    assert.equal(nodeOfPath(model, [{ name: 'main', file: 'src/main.ts', line: 4 }]), NO_NODE);
    assert.equal(nodeOfPath(model, []), NO_NODE);
  });

  it('lands a zoom on what is left of its path', () => {
    const gone = [...pathOfNode(model, node('serve')), { name: 'gone', file: '', line: 0 }];
    assert.equal(nearestNodeOfPath(model, gone), node('serve'));
    assert.equal(nearestNodeOfPath(model, gone.slice(1)), NO_NODE);
  });

  it('has roots for everything and callees for a node, from left to right', () => {
    const names = (parent: number) =>
      childrenOf(model, parent).map((child) => functionOfNode(model, child).name);
    assert.deepEqual(names(NO_NODE), ['main', 'timer']);
    assert.deepEqual(names(node('main')), ['read', 'serve']);
    assert.deepEqual(names(node('json')), []);
  });

  it('knows what is under a place of the picture, in a zoom as well', () => {
    assert.equal(nodeUnder(model, WHOLE_VIEW, 0, 0.5), NO_NODE, 'the row of all is no node');
    assert.equal(nodeUnder(model, WHOLE_VIEW, 1, 0), node('main'));
    assert.equal(nodeUnder(model, WHOLE_VIEW, 1, 0.95), node('timer'));
    assert.equal(nodeUnder(model, WHOLE_VIEW, 2, 0.05), node('read'));
    assert.equal(nodeUnder(model, WHOLE_VIEW, 3, 0.05), NO_NODE, 'below a leaf is nothing');
    assert.equal(nodeUnder(model, WHOLE_VIEW, 1, 1), NO_NODE);
    const zoom = viewOfNode(model, node('serve'));
    assert.equal(nodeUnder(model, zoom, 2, 0.01), node('serve'));
    assert.equal(nodeUnder(model, zoom, 2, 0.99), node('serve'));
  });

  it('has as many rows as what it shows is deep', () => {
    assert.equal(rowCountOfView(model, NO_NODE), 4);
    assert.equal(rowCountOfView(model, node('read')), 3);
    assert.equal(rowCountOfView(model, node('timer')), 3);
  });
});
