import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
// biome-ignore lint/correctness/noUndeclaredDependencies: a tool of the root, as tsc is
import { register } from 'tsx/esm/api';
import { complaintAboutMachine } from './machine.mjs';
import { runScript } from './testing/run-script.mjs';

register();
const { readOptions } = await import('./options.ts');

const PROJECT = '/srv/emberscope';
const read = (args, environment = {}) => readOptions(args, environment, PROJECT);

describe('the options of npm start', () => {
  const usual = {
    pagePort: undefined,
    dataDir: join(PROJECT, 'data'),
    hasLoad: true,
    fault: undefined,
  };

  for (const [args, changed] of [
    [[], {}],
    [['--no-load'], { hasLoad: false }],
    [['--port', '5000'], { pagePort: 5000 }],
    [['--port=5000', '--fault=el-data-converter'], { pagePort: 5000, fault: 'el-data-converter' }],
    [['--data-dir', '/var/tmp/x'], { dataDir: '/var/tmp/x' }],
  ]) {
    test(`${args.join(' ') || 'none'}`, () => {
      assert.deepEqual(read(args), { kind: 'start', options: { ...usual, ...changed } });
    });
  }

  test('a data folder is seen from where npm was called', () => {
    const { options } = read(['--data-dir', 'x'], { INIT_CWD: '/home/somebody' });
    assert.equal(options.dataDir, '/home/somebody/x');
    assert.equal(read([], { INIT_CWD: '/home/somebody' }).options.dataDir, usual.dataDir);
  });

  for (const [args, reason] of [
    [['--prot', '5000'], '--prot is no option of npm start; did you mean --port?'],
    [['--noload'], '--noload is no option of npm start; did you mean --no-load?'],
    [['5000'], /^5000 is no option of npm start; there are --no-load, /],
    [['--port'], '--port needs a value, as in --port 5000.'],
    [['--port', '--no-load'], '--port needs a value, as in --port 5000.'],
    [['--port', '80a'], '--port is "80a" but must be a port from 1 to 65532.'],
    [['--port', '65533'], '--port is "65533" but must be a port from 1 to 65532.'],
    [['--no-load=1'], '--no-load takes no value.'],
    [['--fault', 'el-data-convert'], /^--fault is "el-data-convert" but must be one of .*did you/],
  ]) {
    test(`${args.join(' ')} is refused in one sentence`, () => {
      const result = read(args);
      assert.equal(result.kind, 'refused');
      if (typeof reason === 'string') assert.equal(result.reason, reason);
      else assert.match(result.reason, reason);
    });
  }

  for (const [environment, kept] of [
    [{ npm_config_port: 'true' }, '--port 5000'],
    [{ npm_config_data_dir: 'x' }, '--data-dir data'],
    [{ npm_config_load: '' }, '--no-load'],
  ]) {
    test(`${kept} without the -- before it is noticed`, () => {
      const { reason } = read(['5000'], environment);
      assert.match(reason, new RegExp(`put \`--\` before options, npm start -- ${kept}\\.$`));
    });
  }

  test('the script says so and ends with code 2', async () => {
    const start = fileURLToPath(new URL('../start.mjs', import.meta.url));
    const run = runScript(start, ['--prot', '5000']);
    assert.equal(await run.ended(), 2);
    assert.equal(run.output, '--prot is no option of npm start; did you mean --port?\n');
  });
});

describe('what npm start needs of the machine', () => {
  const here = fileURLToPath(import.meta.url);
  for (const [version, isOld] of [
    ['18.20.8', true],
    ['20.19.5', true],
    ['20.20.0', false],
    ['24.1.0', false],
  ]) {
    test(`Node ${version} is ${isOld ? 'too old' : 'new enough'}`, () => {
      const complaint = complaintAboutMachine(version, here);
      if (isOld)
        assert.match(complaint, new RegExp(`^This is Node ${version}, .* 20\\.20 or newer`));
      else assert.equal(complaint, undefined);
    });
  }

  test('packages that are not installed', () => {
    assert.match(complaintAboutMachine('24.1.0', `${here}.gone`), /run `npm ci`, then this again/);
  });
});
