import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServiceTables } from './service-tables.ts';

test('tables of one service are found without a look at those of others', () => {
  const tables = createServiceTables<ReturnType<typeof tableOf>>();
  const all = [
    tableOf('t', 'a', 1),
    tableOf('t', 'b', 2),
    tableOf('u', 'a', 3),
    tableOf('t', 'a', 4),
    tableOf('t', '', 5),
  ];
  for (const table of all) tables.add(table);
  const asked: string[] = [];
  const hasService = (service: string): boolean => {
    asked.push(service);
    return service !== 'b';
  };
  const of = (tenant: string, service: string | undefined) =>
    tables.of(tenant, { service, hasService }).map(({ number }) => number);
  assert.deepEqual(of('t', 'a'), [1, 4]);
  assert.deepEqual(of('t', ''), [5]);
  assert.deepEqual(of('t', 'none'), []);
  assert.deepEqual(of('none', 'a'), []);
  assert.deepEqual(asked, []);
  assert.deepEqual(of('t', undefined), [1, 4, 5]);
  assert.deepEqual(asked, ['a', 'b', 'a', '']);
  assert.deepEqual(tables.ofTenant('u'), [all[2]]);
  assert.deepEqual(tables.all(), all);
});

function tableOf(tenant: string, service: string, number: number) {
  return { tenant, dictionary: { name: { service } }, number };
}
