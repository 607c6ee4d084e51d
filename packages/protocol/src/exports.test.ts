import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** How a room of ours resolves an import, in the order of the conditions. */
type Entry = {
  readonly '@emberscope/source': string;
  readonly types: string;
  readonly default: string;
};

const root = new URL('..', import.meta.url);
const manifest: { exports: Record<string, Entry> } = JSON.parse(
  readFileSync(new URL('package.json', root), 'utf8'),
);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const entries = Object.entries(manifest.exports);

describe('every generated file can be imported, by one name', () => {
  const generated = readdirSync(fileURLToPath(new URL('src/gen', root)), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('_pb.ts'))
    .map((file) => `./src/gen/${file.replaceAll('\\', '/')}`)
    .sort();

  test('and nothing else can', () => {
    const exported = entries.map(([, entry]) => entry['@emberscope/source']).sort();
    assert.deepEqual(exported, generated);
  });

  for (const [name, entry] of entries) {
    test(`${name} is the same file built and unbuilt, and in the README`, () => {
      const source = entry['@emberscope/source'];
      const built = source.replace('./src/', './dist/').replace(/\.ts$/, '');
      assert.deepEqual(Object.keys(entry), ['@emberscope/source', 'types', 'default']);
      assert.equal(entry.types, `${built}.d.ts`);
      assert.equal(entry.default, `${built}.js`);
      assert.ok(existsSync(new URL(entry.default, root)), `${entry.default} is not built`);
      assert.ok(readme.includes(`\`${name.slice(2)}\``), `the README does not have ${name}`);
    });
  }
});
