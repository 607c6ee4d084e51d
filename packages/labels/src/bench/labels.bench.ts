import { measureBench, printBenchTable } from '@emberscope/test-kit';
import { RE2JS } from 're2js';
import { labelSetFromRecord } from '../label-set.ts';
import { hashLabelSet } from '../label-set-hash.ts';
import { createLabelSetIds } from '../label-set-ids.ts';
import { matchesAll } from '../matcher.ts';
import { parseSelector } from '../selector.ts';
import { compileValuePattern } from '../value-pattern.ts';

const SETS = Array.from({ length: 1000 }, (_, i) =>
  labelSetFromRecord({
    __name__: 'process_cpu',
    service_name: `service-${i % 20}`,
    cluster: i % 2 === 0 ? 'eu-west' : 'us-east',
    pod: `service-${i % 20}-${i.toString(36)}`,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '24.21.0',
  }),
);
const VALUES = SETS.map((_, i) => `service-${i % 20}-${i.toString(36)}`);
const SELECTOR = '{service_name="service-3",cluster=~"eu-.*|us-.*","process.runtime.name"!="deno"}';

function quick(source: string) {
  const compiled = compileValuePattern(source);
  if (!compiled.ok) throw new Error(compiled.reason);
  return {
    name: `${source}, compared`,
    bytes: 0,
    items: VALUES.length,
    run: () => VALUES.map(compiled.pattern.matches),
  };
}

function re2(source: string) {
  const regexp = RE2JS.compile(source, RE2JS.DOTALL);
  return {
    name: `${source}, RE2`,
    bytes: 0,
    items: VALUES.length,
    run: () => VALUES.map((value) => regexp.testExact(value)),
  };
}

const parsed = parseSelector(SELECTOR);
if (!parsed.ok) throw new Error(parsed.reason);
const patterns = ['service-3-a', 'service-(1|2|3)-.*', '.*-a'];

printBenchTable(
  'labels',
  measureBench([
    ...patterns.flatMap((pattern) => [quick(pattern), re2(pattern)]),
    { name: 'hash a set', bytes: 0, items: SETS.length, run: () => SETS.map(hashLabelSet) },
    {
      name: 'intern a set',
      bytes: 0,
      items: SETS.length,
      run: () => {
        const ids = createLabelSetIds(SETS.length);
        for (const set of SETS) ids.intern(set);
      },
    },
    { name: 'parse a selector', bytes: 0, items: 1, run: () => parseSelector(SELECTOR) },
    {
      name: 'match a set',
      bytes: 0,
      items: SETS.length,
      run: () => SETS.filter((set) => matchesAll(parsed.matchers, set)),
    },
  ]),
);
