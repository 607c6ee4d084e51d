import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { id, malware, relationship } from '../testing/bundles.ts';
import { elDataConverter, type NameDirectory } from './el-data-converter.ts';
import { engineHit } from './engine-hit.ts';

const [AUTHOR, TLP, RAT, TOOL] = [
  id('identity', 1),
  id('marking-definition', 2),
  id('malware', 3),
  id('tool', 4),
];
const NAMES: readonly (readonly [string, string])[] = [
  [AUTHOR, 'Observatory'],
  [RAT, 'Grey Rat'],
];
const INDEX: NameDirectory = { kind: 'index', nameById: new Map(NAMES) };
const LIST: NameDirectory = {
  kind: 'list',
  entries: NAMES.map(([entryId, name]) => ({ id: entryId, name })),
};

for (const directory of [INDEX, LIST]) {
  describe(`with names as ${directory.kind}`, () => {
    test('an entity', () => {
      const element = malware(3, {
        name: 'Grey Rat',
        created_by_ref: AUTHOR,
        object_marking_refs: [TLP, TLP],
        confidence: 80,
        x_inferences: [
          { rule: 'shared', explanation: [RAT], attributes: { score: 7 } },
          { rule: 'shared', explanation: [TOOL] },
          { rule: 'other', explanation: [] },
        ],
      });
      assert.deepEqual(elDataConverter(engineHit(element, 12), directory), {
        id: RAT,
        index: 'threats_malware',
        sort: [12],
        entityType: 'malware',
        baseType: 'ENTITY',
        references: {
          'created-by': [{ id: AUTHOR, name: 'Observatory' }],
          'object-marking': [{ id: TLP, name: undefined }],
        },
        inferences: [
          { rule: 'shared', explanation: [RAT], attributes: [['score', 7]] },
          { rule: 'shared', explanation: [TOOL], attributes: [] },
          { rule: 'other', explanation: [], attributes: [] },
        ],
        attributes: { name: 'Grey Rat', confidence: 80 },
      });
    });

    test('a relation: its ends come from its connections, by role', () => {
      assert.deepEqual(elDataConverter(engineHit(relationship(5, RAT, TOOL), 0), directory), {
        id: id('relationship', 5),
        index: 'threats_relationship',
        sort: [0],
        entityType: 'uses',
        baseType: 'RELATION',
        references: {},
        inferences: [],
        from: { id: RAT, name: 'Grey Rat', role: 'uses_from', type: 'malware' },
        to: { id: TOOL, name: undefined, role: 'uses_to', type: 'tool' },
        attributes: {},
      });
    });
  });
}

test('what a sender writes under the engine’s own keys is left out', () => {
  const element = malware(1, {
    'rel_created-by.internal_id': [TOOL],
    i_rule_x: [{}],
    connections: [],
    base_type: 'RELATION',
    internal_id: TOOL,
  });
  const object = elDataConverter(engineHit(element, 0), INDEX);
  assert.deepEqual(object.references, {});
  assert.deepEqual(object.inferences, []);
  assert.equal(object.baseType, 'ENTITY');
  assert.equal(object.id, id('malware', 1));
});

test('a document that is not as it should be still becomes an object', () => {
  const object = elDataConverter(
    {
      _index: 'x',
      _id: 'x',
      _source: {
        internal_id: 'x',
        entity_type: 'uses',
        base_type: 'RELATION',
        'rel_created-by.internal_id': [7, AUTHOR, null],
        'rel_object-label.internal_id': 'not a list',
        i_rule_a: [null, 7],
        i_rule_b: 'not a list',
      },
      sort: [0],
    },
    INDEX,
  );
  assert.deepEqual(object.references, { 'created-by': [{ id: AUTHOR, name: 'Observatory' }] });
  assert.deepEqual(
    object.inferences.map(({ rule }) => rule),
    ['a', 'a'],
  );
  assert.equal(object.from, undefined);
});
