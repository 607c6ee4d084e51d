/**
 * The import table holds: every wrong import planted here is reported by the lint, every right one
 * is not. ARCHITECTURE.md has the table for people, biome.json has it for the machine; this keeps
 * the two together.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** [where the line stands, the line, the rule that must object; none when it is allowed] */
const cases = [
  ['packages/units/src', "import { a } from '@emberscope/labels';", 'noRestrictedImports'],
  ['packages/units/src', "import { a } from 'node:fs';", 'noNodejsModules'],
  ['packages/units/src', 'const a = Buffer.alloc(1);', 'noRestrictedGlobals'],
  ['packages/units/src', 'const a = process.pid;', 'noRestrictedGlobals'],
  ['packages/labels/src', "import { a } from '@emberscope/units';", undefined],
  ['packages/labels/src', "import { a } from '@emberscope/profile';", 'noRestrictedImports'],
  ['packages/labels/src', "import { a } from '@emberscope/test-kit';", 'noUndeclaredDependencies'],
  ['packages/profile/src', "import { a } from '@emberscope/pprof';", 'noRestrictedImports'],
  ['packages/pprof/src', "import { a } from '@emberscope/profile';", undefined],
  ['packages/pprof/src', "import { a } from '@emberscope/protocol/pprof';", 'noRestrictedImports'],
  ['services/web/src', "import { a } from '@emberscope/protocol/page';", undefined],
  ['packages/formats/src', "import { a } from '@emberscope/ingest';", 'noRestrictedImports'],
  ['packages/ingest/src', "import { a } from '@emberscope/formats';", undefined],
  ['packages/ingest/src', "import { a } from '@emberscope/node-kit';", 'noRestrictedImports'],
  ['packages/record-log/src', "import { a } from '@emberscope/units';", 'noRestrictedImports'],
  ['packages/protocol/src', "import { a } from '@emberscope/units';", 'noRestrictedImports'],
  ['packages/node-kit/src', "import { a } from 'node:fs';", undefined],
  ['packages/node-kit/src', "import { a } from '@emberscope/profile';", 'noRestrictedImports'],
  ['packages/node-kit/src', 'const a = process.env.HOME;', 'noProcessEnv'],
  ['packages/event-loop/src', "import { a } from '@emberscope/pprof';", 'noRestrictedImports'],
  ['services/profile-server/src/query', "import { a } from '../store/x.ts';", undefined],
  ['services/profile-server/src/query', "import { a } from '../http/x.ts';", 'noRestrictedImports'],
  [
    'services/profile-server/src/store',
    "import { a } from '../query/x.ts';",
    'noRestrictedImports',
  ],
  [
    'services/profile-server/src/store',
    "import { a } from '../ingest/x.ts';",
    'noRestrictedImports',
  ],
  ['services/profile-server/src/work', "import { a } from '../http/x.ts';", 'noRestrictedImports'],
  ['services/profile-server/src/store', 'const a = process.env.HOME;', 'noProcessEnv'],
  ['services/collector/src', "import { a } from '@emberscope/web';", 'noRestrictedImports'],
  ['services/web/src', "import { a } from 'node:fs';", 'noNodejsModules'],
  ['services/web/src', "import { a } from '@emberscope/node-kit';", 'noRestrictedImports'],
  ['services/web/src', "import { a } from '@emberscope/ingest';", 'noRestrictedImports'],
  ['demo-app/src', "import { a } from '@emberscope/labels';", 'noRestrictedImports'],
];

const manifestOf = (room) => join(room.split('/src')[0], 'package.json');

const BOUNDARY_RULES = new Set([
  'noRestrictedImports',
  'noRestrictedGlobals',
  'noNodejsModules',
  'noProcessEnv',
  'noUndeclaredDependencies',
]);

describe('who may import whom', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'emberscope-boundaries-'));
  let reports;

  // One run of the lint over a small copy of the house with a file for each case in its room.
  before(() => {
    cpSync(join(root, 'biome.json'), join(scratch, 'biome.json'));
    const files = cases.map(([room, line], i) => plant(room, `planted${i}.ts`, line));
    const { stdout } = spawnSync(
      process.execPath,
      [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'],
      { cwd: scratch, encoding: 'utf8' },
    );
    const { diagnostics } = JSON.parse(stdout);
    reports = files.map((file) =>
      diagnostics
        .filter(({ location }) => location.path === file)
        .map(({ category }) => category.split('/').at(-1))
        .filter((rule) => BOUNDARY_RULES.has(rule)),
    );
  });

  after(() => rmSync(scratch, { recursive: true, force: true }));

  function plant(room, name, line) {
    const folder = join(scratch, room);
    mkdirSync(folder, { recursive: true });
    const manifest = manifestOf(room);
    if (existsSync(join(root, manifest))) cpSync(join(root, manifest), join(scratch, manifest));
    writeFileSync(join(folder, name), `${line}\nexport const b = a;\n`);
    return `${room}/${name}`;
  }

  for (const [i, [room, line, rule]] of cases.entries()) {
    test(`${room}: ${line}${rule === undefined ? '' : ` (${rule})`}`, () => {
      // A room that is not built yet declares nothing: only the table can speak about it.
      const isBuilt = existsSync(join(root, manifestOf(room)));
      const spoken = reports[i].filter((name) => isBuilt || name !== 'noUndeclaredDependencies');
      if (rule === undefined) assert.deepEqual(spoken, []);
      else assert.ok(reports[i].includes(rule), `reported: ${reports[i].join() || 'nothing'}`);
    });
  }
});

/** What of zlib makes no stream. */
const STREAMLESS = new Set(['constants', 'crc32', 'type ZlibOptions']);
/** Runs on the main thread, which nobody ends. */
const MAIN_THREAD = 'services/profile-server/src/http/';

test('threads take zlib from node-kit, where they are not ended in the middle of it', () => {
  let imports = 0;
  for (const path of readdirSync(join(root, 'services'), { encoding: 'utf8', recursive: true })) {
    const file = `services/${path.replaceAll('\\', '/')}`;
    if (!/^services\/[^/]+\/src\/.*(?<!\.test)\.ts$/.test(file)) continue;
    if (/\/(bench|testing)\//.test(file) || file.startsWith(MAIN_THREAD)) continue;
    const source = readFileSync(join(root, file), 'utf8');
    const names = /^import ([^;]*?) from '(?:node:)?zlib';$/m.exec(source)?.[1];
    if (names === undefined) continue;
    imports++;
    const wrong = names
      .split(/[{},]/)
      .map((name) => name.trim())
      .filter((name) => name !== '' && !STREAMLESS.has(name));
    assert.deepEqual(wrong, [], `${file}: @emberscope/node-kit/worker has them`);
  }
  assert.ok(imports > 0);
});
