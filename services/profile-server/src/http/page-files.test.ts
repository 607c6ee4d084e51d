import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { nodeFs } from '@emberscope/node-kit';
import { loadPageFiles } from './page-files.ts';

const SCRIPT = `export const text = '${'ember '.repeat(100)}';\n`;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emberscope-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'assets', 'page-1a2b.js'), SCRIPT);
});
after(() => rm(folder, { recursive: true }));

test('files of the page are answered, from memory and in gzip where that is less', async () => {
  const page = await loadPageFiles(nodeFs, folder);
  assert.equal(page.fileCount, 3);
  const server = createServer((request, response) => {
    const file = page.find(request.url ?? '');
    assert.ok(file !== undefined);
    void file(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { response, header: (name: string) => response.headers.get(name) };
  };
  try {
    for (const path of ['/', '/index.html']) {
      const { response, header } = await get(path);
      assert.equal(await response.text(), '<!doctype html>');
      assert.equal(header('content-type'), 'text/html; charset=utf-8');
      assert.equal(header('cache-control'), 'no-cache');
      assert.equal(header('content-encoding'), null);
      assert.match(header('content-security-policy') ?? '', /default-src 'self'/);
    }
    const script = await get('/assets/page-1a2b.js');
    assert.equal(script.header('content-encoding'), 'gzip');
    assert.match(script.header('cache-control') ?? '', /immutable/);
    assert.equal(await script.response.text(), SCRIPT);
    const head = await get('/', { method: 'HEAD' });
    assert.deepEqual([head.response.status, await head.response.text()], [200, '']);
    assert.equal((await get('/', { method: 'POST', body: 'x' })).response.status, 405);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('what is not there is no file, and a folder that is not there is a page without files', async () => {
  const page = await loadPageFiles(nodeFs, folder);
  for (const path of ['/assets', '/../index.html', '/assets/../index.html', '/nope']) {
    assert.equal(page.find(path), undefined, path);
  }
  assert.equal((await loadPageFiles(nodeFs, join(folder, 'nowhere'))).fileCount, 0);
});
