import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readMultipart } from './multipart.ts';

const BOUNDARY = 'x0123456789012345678901234567';

function formOf(parts: number): Uint8Array {
  const head = 'Content-Disposition: form-data; name="profile"; filename="profile"';
  const part = `--${BOUNDARY}\r\n${head}\r\n\r\na\r\n`;
  return Buffer.from(`${part.repeat(parts)}--${BOUNDARY}--\r\n`);
}

describe('the boundary of a form', () => {
  for (const params of [
    `; boundary=${BOUNDARY}`,
    `;boundary=${BOUNDARY} ; charset=utf-8`,
    `; charset=utf-8; Boundary="${BOUNDARY}"`,
    `; x-boundary=other; boundary=${BOUNDARY}`,
  ]) {
    test(`is found: ${params}`, async () => {
      const form = await readMultipart(formOf(1), `multipart/form-data${params}`);
      assert.deepEqual(form, { ok: true, files: new Map([['profile', new Uint8Array([97])]]) });
      const { ok } = await readMultipart(formOf(102), `multipart/form-data${params}`);
      assert.equal(ok, false);
    });
  }

  // A thousand parts take half a second and longer, and more than a hundred are refused.
  for (const params of [
    '',
    `; boundary="\\${BOUNDARY}"`,
    `; a="; boundary=other"; boundary=${BOUNDARY}`,
    `; boundary=other, multipart/form-data; boundary=${BOUNDARY}`,
  ]) {
    test(`is none that only the parser would find: ${params}`, async () => {
      const { ok } = await readMultipart(formOf(102), `multipart/form-data${params}`);
      assert.equal(ok, false);
    });
  }
});
