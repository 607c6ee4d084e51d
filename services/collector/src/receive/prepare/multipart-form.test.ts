import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzParser } from '@emberscope/test-kit';
import { readMultipartForm } from './multipart-form.ts';

const TYPE = 'multipart/form-data; boundary=B';
const read = (text: string, type = TYPE) => {
  const form = readMultipartForm(type, Buffer.from(text, 'latin1'));
  if (!form.ok) return form.reason;
  return Object.fromEntries(
    [...form.files].map(([k, v]) => [k, Buffer.from(v).toString('latin1')]),
  );
};
const part = (head: string, content: string) =>
  `--B\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;

describe('forms', () => {
  const cases: readonly [title: string, text: string, found: object | string, type?: string][] = [
    [
      'two files',
      `${part('name="a"; filename="x"', '1')}${part('filename=y; name=b', '2')}--B--`,
      { a: '1', b: '2' },
    ],
    ['a field that is no file', `${part('name="a"', '1')}--B--\r\n`, {}],
    [
      'of two files with one name the first',
      `${part('name="a"; filename="x"', '1')}${part('name="a"; filename="x"', '2')}--B--`,
      { a: '1' },
    ],
    ['an empty file', `${part('name="a"; filename="x"', '')}--B--`, { a: '' }],
    [
      'bytes that look like a boundary',
      `${part('name="a"; filename="x"', '--B\r\n--BB\n--B')}--B--`,
      'multipart form: the head of a part does not end',
    ],
    [
      'line ends and dashes in a file',
      `${part('name="a"; filename="x"', '\r\n-\r\n--')}--B--`,
      { a: '\r\n-\r\n--' },
    ],
    [
      'text before and after',
      `hello\r\n${part('name="a"; filename="x"', '1')}--B--\r\nbye`,
      { a: '1' },
    ],
    [
      'blanks behind a boundary',
      `--B \t\r\nContent-Disposition: form-data; name=a; filename=x\r\n\r\n1\r\n--B--`,
      { a: '1' },
    ],
    [
      'other headers, in any case',
      `--B\r\ncontent-type: x/y\r\nCONTENT-DISPOSITION: form-data; name="a"; filename="x"\r\n\r\n1\r\n--B--`,
      { a: '1' },
    ],
    [
      'a quoted boundary',
      `${part('name="a"; filename="x"', '1')}--B--`,
      { a: '1' },
      'multipart/form-data; boundary="B"; charset=x',
    ],
    [
      'no boundary in the type',
      '',
      'multipart form: no boundary in the content type',
      'multipart/form-data',
    ],
    ['no boundary in the body', 'x', 'multipart form: its boundary does not appear'],
    [
      'a boundary that goes on',
      `${part('name="a"; filename="x"', '1')}--BB--`,
      'multipart form: a boundary is followed by something else',
    ],
    [
      'an end that is missing',
      part('name="a"; filename="x"', '1'),
      'multipart form: a part does not end',
    ],
    [
      'a file without an end',
      '--B\r\nContent-Disposition: form-data; name=a; filename=x\r\n\r\n1',
      'multipart form: a part does not end',
    ],
    [
      'a head without an end',
      '--B\r\nContent-Disposition: form-data',
      'multipart form: the head of a part does not end',
    ],
    [
      'more parts than a form has',
      part('name=a', '').repeat(101),
      'multipart form: more than 100 parts',
    ],
  ]; // prettier-ignore
  for (const [title, text, found, type] of cases) {
    test(title, () => assert.deepEqual(read(text, type), found));
  }
});

test('answers of any bytes whatever', () => {
  const form = Buffer.from(`${part('name="a"; filename="x"', 'abc')}${part('name="b"', '2')}--B--`);
  return fuzzParser([form], (bytes) => {
    const answer = readMultipartForm(TYPE, bytes);
    if (!answer.ok) return answer.reason;
    for (const file of answer.files.values()) assert.ok(file.length < bytes.length);
    return undefined;
  });
});
