import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
// biome-ignore lint/correctness/noUndeclaredDependencies: a tool of the root, as tsc is
import { register } from 'tsx/esm/api';

register();
const { buildWhatIsMissing } = await import('./build.ts');

/** A small house with a room of the name that the real one has; the compiler is the real one. */
describe('building what is missing', () => {
  let dir;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'emberscope-build-'));
    write('services/collector/src/main.ts', 'export const answer: number = 42;\n');
    const compilerOptions = { composite: true, rootDir: 'src', outDir: 'dist', types: [] };
    write(
      'services/collector/tsconfig.json',
      JSON.stringify({ compilerOptions, include: ['src'] }),
    );
    write('services/web/src/page.ts', '');
    write('services/web/package.json', '{"name":"web"}');
    write('package.json', '{"name":"house","workspaces":["services/web"]}');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function write(path, text) {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  }

  async function build(...targets) {
    const said = [];
    const outcome = await buildWhatIsMissing(dir, targets, {
      building: (what) => said.push(`building ${what}`),
      built: (what) => said.push(`built ${what}`),
    });
    return { outcome, said };
  }

  test('programs: when never built, changed or deleted, and silently not otherwise', async () => {
    const main = join(dir, 'services/collector/dist/main.js');
    const saying = ['building one package', 'built one package'];
    assert.deepEqual(await build('collector'), { outcome: { ok: true }, said: saying });
    assert.ok(existsSync(main));
    assert.deepEqual(await build('collector'), { outcome: { ok: true }, said: [] });

    rmSync(join(main, '..'), { recursive: true });
    assert.deepEqual((await build('collector')).said, saying);
    assert.ok(existsSync(main));

    write('services/collector/src/main.ts', 'export const answer: number = "?";\n');
    const { outcome } = await build('collector');
    assert.equal(outcome.ok, false);
    assert.match(outcome.output, /main\.ts.*Type 'string' is not assignable/);
  });

  test('the page: when it is older than what it is made from', async () => {
    const page = join(dir, 'services/web/dist/index.html');
    write('services/web/dist/index.html', '');
    const inAMinute = new Date(Date.now() + 60_000);
    utimesSync(page, inAMinute, inAMinute);
    assert.deepEqual(await build('page'), { outcome: { ok: true }, said: [] });

    write('packages/units/src/time.ts', '');
    const later = new Date(Date.now() + 120_000);
    utimesSync(join(dir, 'packages/units/src/time.ts'), later, later);
    // This house's page has no build script: that it is asked for is what counts here.
    const { outcome, said } = await build('page');
    assert.deepEqual(said, ['building the page']);
    assert.equal(outcome.what, 'the page');
  });
});
