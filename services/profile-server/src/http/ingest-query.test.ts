import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingestQuery } from './ingest-query.ts';

test('parameters are those of Go: pairs that are none are passed over', () => {
  const cases: readonly (readonly [url: string, pairs: string])[] = [
    ['/ingest', ''],
    ['/ingest?', ''],
    ['/ingest?name=a%7Bk=v%7D&from=1', 'name=a{k=v} from=1'],
    ['/ingest?name=a+b&name=c', 'name=a b name=c'],
    ['/ingest?name=a;from=1&until=2', 'until=2'],
    ['/ingest?name=a%ZZ&from=%4&until=%41', 'until=A'],
    ['/ingest?name=a%3Bb', 'name=a;b'],
    ['/ingest?name=a?b', 'name=a?b'],
  ];
  for (const [url, pairs] of cases) {
    const found = [...ingestQuery(url)].map(([name, value]) => `${name}=${value}`);
    assert.equal(found.join(' '), pairs, url);
  }
});
