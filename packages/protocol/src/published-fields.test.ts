import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sharedFile, sharedMissing } from '@emberscope/test-kit';
import { drawFields, drawValues, readFieldTable } from './testing/field-table.ts';
import { publishedEnums, publishedMessages, publishedServices } from './testing/published-files.ts';

/**
 * Every field, value and method that others published, against an independent table of them: a
 * wrong number reads somebody else's bytes as something else, and no compiler sees it.
 */
describe('published types are as they were published', { skip: sharedMissing }, () => {
  const table = readFieldTable(
    sharedMissing === false ? new TextDecoder().decode(sharedFile('spec/proto-fields.md')) : '',
  );

  test('the table is read whole', () => {
    assert.ok(table.messages.size > 150, `${table.messages.size} messages`);
    assert.ok(table.enums.size >= 13, `${table.enums.size} enums`);
    assert.ok(table.services.size >= 13, `${table.services.size} services`);
  });

  test('nothing is missing and nothing is made up', () => {
    const sorted = (names: Iterable<string>) => [...names].sort();
    assert.deepEqual(sorted(publishedMessages.keys()), sorted(table.messages.keys()));
    assert.deepEqual(sorted(publishedEnums.keys()), sorted(table.enums.keys()));
    assert.deepEqual(sorted(publishedServices.keys()), sorted(table.services.keys()));
  });

  for (const [typeName, fields] of table.messages) {
    test(typeName, () => {
      const message = publishedMessages.get(typeName);
      assert.ok(message !== undefined, 'there is no such message');
      assert.deepEqual(drawFields(message), fields);
    });
  }

  for (const [typeName, values] of table.enums) {
    test(`enum ${typeName}`, () => {
      const found = publishedEnums.get(typeName);
      assert.ok(found !== undefined, 'there is no such enum');
      // The table lost the number that OTLP writes in hexadecimal: 0x000000FF.
      const published = values.map((value) =>
        value.replace('TRACE_FLAGS_MASK=0', 'TRACE_FLAGS_MASK=255'),
      );
      assert.deepEqual(drawValues(found), published);
    });
  }

  for (const [typeName, methods] of table.services) {
    test(`service ${typeName}`, () => {
      const service = publishedServices.get(typeName);
      assert.ok(service !== undefined, 'there is no such service');
      assert.deepEqual(
        service.methods
          .map(({ name, input, output }) => `${name}(${input.typeName}) → ${output.typeName}`)
          .sort(),
        methods,
      );
    });
  }
});
