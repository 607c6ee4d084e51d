import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { QuerierService } from '@emberscope/protocol/querier';
import { tenantId } from '../../store/ids.ts';
import {
  type AskedStore,
  CPU,
  ENGINES,
  MINUTE,
  NOW,
  openAskedStore,
  SAMPLES,
  TENANT,
} from '../testing/asked-store.ts';

const { method } = QuerierService;
const RANGE = { start: NOW - 30n * MINUTE, end: NOW };
const PRIVATE = [
  '__name__',
  '__period_type__',
  '__period_unit__',
  '__profile_type__',
  '__service_name__',
  '__type__',
  '__unit__',
];

for (const engine of ENGINES) {
  describe(`names and values of labels: ${engine}`, () => {
    let asked: AskedStore;
    before(async () => {
      asked = await openAskedStore(engine);
      await asked.push(
        { drawn: 'main 1 2', types: [SAMPLES, CPU], labels: { pod: 'p1' } },
        { drawn: 'main 1', labels: { pod: 'p2', 'k8s.zone': 'z' }, ago: 20n * MINUTE },
        { drawn: 'main 1', service: 'old', ago: 50n * MINUTE },
        { drawn: 'main 1', service: 'older', ago: 90n * MINUTE },
      );
    });

    test('profile types come by id, a type of each sample type', async () => {
      const { profileTypes } = await asked.ask(method.profileTypes, RANGE);
      assert.deepEqual(
        profileTypes.map(({ ID, name, sampleType, sampleUnit, periodType, periodUnit }) =>
          [ID, name, sampleType, sampleUnit, periodType, periodUnit].join(' '),
        ),
        [
          `${CPU} process_cpu cpu nanoseconds cpu nanoseconds`,
          `${SAMPLES} process_cpu samples count cpu nanoseconds`,
        ],
      );
    });

    test('profile types without a range are those of the last hour', async () => {
      const long = { start: NOW - 80n * MINUTE, end: NOW - 70n * MINUTE };
      assert.equal((await asked.ask(method.profileTypes, {})).profileTypes.length, 2);
      assert.equal((await asked.ask(method.profileTypes, long)).profileTypes.length, 0);
    });

    test('label names are those of the store and of the profiles', async () => {
      const { names } = await asked.ask(method.labelNames, { ...RANGE, matchers: ['{pod="p1"}'] });
      assert.deepEqual(names, [...PRIVATE, 'pod', 'service_name']);
    });

    test('label names that a client cannot read are left out', async () => {
      const plain = await asked.ask(method.labelNames, RANGE);
      const utf8 = await asked.ask(method.labelNames, RANGE, { takesUtf8LabelNames: true });
      assert.deepEqual(plain.names, [...PRIVATE, 'pod', 'service_name']);
      assert.deepEqual(utf8.names, [...PRIVATE, 'k8s.zone', 'pod', 'service_name']);
    });

    test('label values are sorted, and of any name', async () => {
      const values = async (name: string, matchers: string[] = []) =>
        (await asked.ask(method.labelValues, { ...RANGE, name, matchers })).names;
      assert.deepEqual(await values('pod'), ['p1', 'p2']);
      assert.deepEqual(await values('k8s.zone'), ['z']);
      assert.deepEqual(await values('__profile_type__'), [CPU, SAMPLES]);
      assert.deepEqual(await values('pod', ['{service_name="api"}', '{pod!="p1"}']), ['p2']);
      assert.deepEqual(await values('nope'), []);
    });

    test('a label value needs a name', async () => {
      const answer = await asked.answerTo(method.labelValues, { ...RANGE, matchers: ['{'] });
      assert.ok(!answer.ok && answer.message === 'name is required');
    });

    const SERIES: readonly (readonly [labelNames: string[], utf8: boolean, expected: string[]])[] =
      [
        [['pod'], false, ['pod=p1', 'pod=p2']],
        [['k8s.zone'], true, ['k8s.zone=z']],
        [['pod', 'k8s.zone'], true, ['k8s.zone=z pod=p2', 'pod=p1']],
        [['pod', 'k8s.zone'], false, ['pod=p1', 'pod=p2']],
        [['nope'], false, []],
        [['service_name'], false, ['service_name=api']],
      ];
    for (const [labelNames, takesUtf8LabelNames, expected] of SERIES) {
      test(`series by ${labelNames} ${takesUtf8LabelNames ? 'in UTF-8' : ''}`, async () => {
        const request = { ...RANGE, labelNames };
        const { labelsSet } = await asked.ask(method.series, request, { takesUtf8LabelNames });
        assert.deepEqual(
          labelsSet.map(({ labels }) => labels.map((l) => `${l.name}=${l.value}`).join(' ')),
          expected,
        );
      });
    }

    test('series have all labels when none are named, those a client can read', async () => {
      const namesOf = async (labelNames: string[]) => {
        const { labelsSet } = await asked.ask(method.series, {
          ...RANGE,
          matchers: ['{pod="p2"}'],
          labelNames,
        });
        return labelsSet.map(({ labels }) => labels.map(({ name }) => name));
      };
      assert.deepEqual(await namesOf([]), [[...PRIVATE, 'pod', 'service_name']]);
      // Pyroscope's own way: names that are all out of reach count as none, and nothing is hidden.
      assert.deepEqual(await namesOf(['k8s.zone']), [
        [...PRIVATE, 'k8s.zone', 'pod', 'service_name'],
      ]);
    });

    for (const bad of ['', '!bad!', '{a=~"("}', '{a=']) {
      test(`the matcher ${JSON.stringify(bad)} is refused and named`, async () => {
        const request = { ...RANGE, matchers: ['{}', bad] };
        for (const answer of [
          await asked.answerTo(method.labelNames, request),
          await asked.answerTo(method.series, request),
        ]) {
          assert.ok(!answer.ok);
          assert.equal(answer.code, 'invalid_argument');
          assert.ok(answer.message.includes(`label selector ${JSON.stringify(bad)}: 1:`));
        }
      });
    }

    test('stats say whether anything came, and of what times', async () => {
      const stats = await asked.ask(method.getProfileStats, {});
      assert.equal(stats.dataIngested, true);
      assert.equal(stats.oldestProfileTime, NOW - 90n * MINUTE);
      assert.equal(stats.newestProfileTime, NOW);
      const none = await asked.ask(method.getProfileStats, {}, { tenants: [tenantId('nobody')] });
      assert.equal(none.dataIngested, false);
    });

    test('stats are of one tenant', async () => {
      const tenants = [TENANT, tenantId('team-b')] as const;
      const answer = await asked.answerTo(method.getProfileStats, {}, { tenants });
      assert.ok(!answer.ok);
      assert.deepEqual(
        [answer.code, answer.message],
        ['invalid_argument', 'expected 1 tenant, got 2'],
      );
      assert.ok(
        (await asked.answerTo(method.getProfileStats, {}, { tenants: [TENANT, TENANT] })).ok,
      );
    });
  });
}
