import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseIngestName, parseIngestParams } from '@emberscope/ingest';
import { unixNanos } from '@emberscope/units';
import { forwardedName } from './forwarded-name.ts';
import { createLabelPolicy, type LabelPolicyConfig } from './label-policy.ts';

function named(name: string, policy: Partial<LabelPolicyConfig> = {}, family?: string) {
  const query = new URLSearchParams({ name, spyName: 'pyspy' });
  const parsed = parseIngestParams(query, '', unixNanos(0n));
  assert.ok(parsed.ok);
  const config = { external: [], conflictWinner: 'external' as const, rules: [], ...policy };
  return forwardedName(parsed.params, family, createLabelPolicy(config));
}

const EXTERNAL = { external: [{ name: 'region', value: 'hr' }] };

describe('a name goes on', () => {
  const cases: readonly [
    title: string,
    name: string,
    policy: Partial<LabelPolicyConfig>,
    sent: string,
  ][] = [
    ['without tags as it is', 'shop.cpu', {}, 'shop.cpu'],
    ['with its tags, sorted', 'shop.cpu{b=2,a=1}', {}, 'shop.cpu{a=1,b=2}'],
    ['with external labels, which win', 'shop{region=eu}', EXTERNAL, 'shop{region=hr}'],
    [
      'with external labels, which give way',
      'shop{region=eu}',
      { ...EXTERNAL, conflictWinner: 'agent' },
      'shop{region=eu}',
    ],
    [
      'with the service of a rule',
      'shop.cpu',
      { rules: [{ targetLabel: 'service_name', replacement: 'till' }] },
      'shop.cpu{service_name=till}',
    ],
    [
      'without what a rule takes away',
      'shop{a=1,b=2}',
      { rules: [{ action: 'labeldrop', regex: 'a' }] },
      'shop{b=2}',
    ],
    [
      'without what rules tell each other',
      'shop',
      { rules: [{ targetLabel: '__tmp_a', replacement: 'x' }] },
      'shop',
    ],
    [
      'under the family and the spy of the server',
      'shop',
      {
        rules: [
          { targetLabel: '__name__', replacement: 'x' },
          { targetLabel: 'pyroscope_spy', replacement: 'y' },
        ],
      },
      'shop',
    ],
  ]; // prettier-ignore
  for (const [title, name, policy, sent] of cases) {
    test(title, () => {
      assert.deepEqual(named(name, policy), { kind: 'name', name: sent });
      assert.ok(parseIngestName(sent).ok, 'the server can read it');
    });
  }

  test('not at all when a rule drops it, by its family for one', () => {
    const rules = [{ action: 'drop', sourceLabels: ['__name__'], regex: 'memory' }];
    assert.equal(named('shop', { rules }, 'memory').kind, 'dropped');
    assert.equal(named('shop', { rules }, 'wall').kind, 'name');
  });

  test('not with what the grammar cannot write', () => {
    for (const replacement of ['a,b', 'a}b', ' a']) {
      const result = named('shop', { rules: [{ targetLabel: 'x', replacement }] });
      assert.equal(result.kind, 'unwritable', replacement);
    }
    assert.equal(
      named('shop', { rules: [{ targetLabel: 'x-y', replacement: '1' }] }).kind,
      'unwritable',
    );
  });
});
