import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { createSimFs } from '../fs/sim-fs.ts';
import { writeFileAtomically } from '../fs/whole-file.ts';
import { createSeededRandom } from '../random/seeded-random.ts';
import { readSettings } from './read-settings.ts';
import {
  booleanSetting,
  bytesSetting,
  choiceSetting,
  durationSetting,
  integerSetting,
  listenAddressSetting,
  listSetting,
  numberSetting,
  optional,
  pathSetting,
  secretSetting,
  structureSetting,
  textSetting,
  urlSetting,
} from './setting-kinds.ts';

const SHAPE = {
  listen: listenAddressSetting({
    name: 'listen',
    help: 'where to listen',
    default: '127.0.0.1:4040',
  }),
  dataDir: pathSetting({ name: 'data-dir', help: 'where data is kept', default: './data' }),
  retentionMillis: durationSetting({
    name: 'retention-period',
    help: 'how long profiles are kept',
    default: '7d',
    minMillis: 60_000,
    zeroMeans: 'for ever',
    group: 'Storage',
  }),
  maxQueryMillis: durationSetting({
    name: 'querier.max-query-length',
    help: 'the longest range a query may ask for',
    default: '24h',
  }),
  bodyMaxBytes: bytesSetting({
    name: 'body-max-size',
    help: 'the largest body',
    default: '64MiB',
    maxBytes: 1 << 30,
  }),
  workers: integerSetting({
    name: 'workers',
    aliases: ['threads'],
    help: 'threads',
    default: '2',
    min: 1,
    max: 64,
  }),
  rate: numberSetting({ name: 'rate-mb', help: 'MB/s', default: '256', min: 0.001, max: 1e6 }),
  tenancy: booleanSetting({
    name: 'auth.multitenancy-enabled',
    help: 'separate tenants',
    default: 'false',
  }),
  level: choiceSetting({
    name: 'log.level',
    help: 'how much is logged',
    choices: ['debug', 'info', 'warn'],
    default: 'info',
  }),
  regions: listSetting({ name: 'regions', help: 'regions', default: '' }),
  server: optional(urlSetting({ name: 'server-url', help: 'the server' })),
  cluster: optional(textSetting({ name: 'cluster', help: 'a name', pattern: /^[a-z-]+$/ })),
  token: optional(secretSetting({ name: 'token', help: 'what proves who we are' })),
  endpoints: structureSetting({
    name: 'endpoints',
    help: 'where to deliver',
    expected: 'a list of endpoints',
    type: z.array(z.strictObject({ url: z.string() })).default([]),
  }),
};

type Given = {
  readonly argv?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly file?: string | Uint8Array;
  readonly acceptUnknownDotted?: boolean;
  readonly ownSections?: readonly string[];
  readonly fileKeys?: ReadonlyMap<string, string>;
};

async function read({ argv = [], environment = {}, file, ...foreign }: Given) {
  const fs = createSimFs({ random: createSeededRandom(1) });
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  if (bytes !== undefined) await writeFileAtomically(fs, '/c.yaml', bytes);
  return readSettings({
    program: { name: 'tester', description: 'Tests settings' },
    version: '1.2.3',
    shape: SHAPE,
    argv: bytes === undefined ? argv : [...argv, '--config', '/c.yaml'],
    environment,
    fs,
    ...foreign,
  });
}

async function settingsOf(given: Given) {
  const answer = await read(given);
  assert.equal(answer.kind, 'settings', JSON.stringify(answer));
  return answer;
}

async function reasonsOf(given: Given): Promise<readonly string[]> {
  const answer = await read(given);
  assert.equal(answer.kind, 'refused', JSON.stringify(answer));
  return answer.reasons;
}

test('defaults are read like any other value', async () => {
  const { settings, rows, warnings } = await settingsOf({});
  assert.deepEqual(settings, {
    listen: { host: '127.0.0.1', port: 4040 },
    dataDir: './data',
    retentionMillis: 604_800_000,
    maxQueryMillis: 86_400_000,
    bodyMaxBytes: 67_108_864,
    workers: 2,
    rate: 256,
    tenancy: false,
    level: 'info',
    regions: [],
    endpoints: [],
  });
  assert.ok(rows.every(({ origin }) => origin.kind === 'default'));
  assert.deepEqual(warnings, []);
});

test('a flag beats the environment, which beats the file, which beats the default', async () => {
  const file = 'workers: 3\nrate-mb: 3\nregions: [c]\n';
  const environment = { EMBERSCOPE_WORKERS: '4', EMBERSCOPE_RATE_MB: '4' };
  const { settings, rows } = await settingsOf({ argv: ['--workers', '5'], environment, file });
  assert.deepEqual(
    [settings.workers, settings.rate, settings.regions, settings.level],
    [5, 4, ['c'], 'info'],
  );
  const origins = Object.fromEntries(rows.map(({ name, origin }) => [name, origin]));
  assert.deepEqual(origins.workers, { kind: 'flag', flag: 'workers' });
  assert.deepEqual(origins['rate-mb'], { kind: 'environment', variable: 'EMBERSCOPE_RATE_MB' });
  assert.deepEqual(origins.regions, { kind: 'file', path: '/c.yaml', key: 'regions', line: 3 });
  assert.deepEqual(origins['log.level'], { kind: 'default' });
});

describe('flags', () => {
  const cases: readonly [argv: readonly string[], property: string, value: unknown][] = [
    [['--workers=7'], 'workers', 7],
    [['-workers=7'], 'workers', 7],
    [['-workers', '7'], 'workers', 7],
    [['-threads', '7'], 'workers', 7],
    [['--workers=7', '--workers=8'], 'workers', 8],
    [['-querier.max-query-length=0'], 'maxQueryMillis', 0],
    [['-auth.multitenancy-enabled'], 'tenancy', true],
    [['-auth.multitenancy-enabled', '--workers', '3'], 'tenancy', true],
    [['--auth.multitenancy-enabled=False'], 'tenancy', false],
    [['--regions', 'a,b', '--regions=c'], 'regions', ['a', 'b', 'c']],
    [['--regions', ' a , ,b'], 'regions', ['a', 'b']],
    [['--listen', '[::1]:0'], 'listen', { host: '::1', port: 0 }],
    [['--retention-period=0'], 'retentionMillis', 0],
    [['--data-dir', '-odd-'], 'dataDir', '-odd-'],
    [['--data-dir=a=b'], 'dataDir', 'a=b'],
    [['--server-url', 'https://h:1/x/'], 'server', 'https://h:1/x'],
    [['--body-max-size', '1KiB'], 'bodyMaxBytes', 1024],
    [['--rate-mb', '.5'], 'rate', 0.5],
  ];
  for (const [argv, property, value] of cases) {
    test(argv.join(' '), async () => {
      const { settings } = await settingsOf({ argv });
      assert.deepEqual(Object.entries(settings).find(([key]) => key === property)?.[1], value);
    });
  }
});

describe('a value that cannot be stops the start with one sentence', () => {
  const cases: readonly [argv: readonly string[], reason: string][] = [
    [
      ['--retention-period', 'soon'],
      'retention-period from --retention-period is "soon" but must be a duration such as 500ms, 15m or 7d, at least 1m0s; 0 means for ever: expected a number, found "soon"',
    ],
    [
      ['--retention-period', '15'],
      'retention-period from --retention-period is "15" but must be a duration such as 500ms, 15m or 7d, at least 1m0s; 0 means for ever: "15" lacks a unit: ns, us, ms, s, m, h, d, w or y',
    ],
    [['--workers', '65'], 'workers from --workers is "65" but must be a whole number from 1 to 64'],
    [
      ['--workers', '1.5'],
      'workers from --workers is "1.5" but must be a whole number from 1 to 64',
    ],
    [
      ['--body-max-size', '2GiB'],
      'body-max-size from --body-max-size is "2GiB" but must be a size such as 512KiB or 4MiB from 0 B to 1 GiB',
    ],
    [
      ['--rate-mb', 'NaN'],
      'rate-mb from --rate-mb is "NaN" but must be a number from 0.001 to 1000000',
    ],
    [
      ['--auth.multitenancy-enabled=maybe'],
      'auth.multitenancy-enabled from --auth.multitenancy-enabled is "maybe" but must be true or false',
    ],
    [
      ['--log.level', 'loud'],
      'log.level from --log.level is "loud" but must be one of debug, info, warn',
    ],
    [
      ['--listen', '4040'],
      'listen from --listen is "4040" but must be an address such as 127.0.0.1:4040 or :4040: "4040" has no port',
    ],
    [
      ['--server-url', 'ftp://x'],
      'server-url from --server-url is "ftp://x" but must be an address such as https://profiles.example:4041',
    ],
    [['--data-dir', ''], 'data-dir from --data-dir is "" but must be a path: it is empty'],
    [['--lisen', ':1'], '--lisen is unknown; did you mean --listen?'],
    [['--frobnicate'], '--frobnicate is unknown; --help lists what there is'],
    [
      ['--querier.max-query-lenght=1h'],
      '--querier.max-query-lenght is unknown; did you mean --querier.max-query-length?',
    ],
    [['--workers'], '--workers needs a value: a whole number from 1 to 64'],
    [['--workers', '--listen=:1'], '--workers needs a value: a whole number from 1 to 64'],
    [['--endpoints', '[]'], '--endpoints is no flag: endpoints is set in the file alone'],
  ];
  for (const [argv, reason] of cases) {
    test(argv.join(' '), async () => assert.equal((await reasonsOf({ argv }))[0], reason));
  }

  test('every wrong setting has its sentence', async () => {
    const reasons = await reasonsOf({ argv: ['--workers=0', '--log.level=x'] });
    assert.equal(reasons.length, 2);
  });

  test('what is no flag at all', async () => {
    assert.deepEqual(await reasonsOf({ argv: ['serve', '--workers=2', '-'] }), [
      '"serve" is no flag: settings are given as --name value',
      '"-" is no flag: settings are given as --name value',
    ]);
  });

  test('a very long value is cut', async () => {
    const [reason = ''] = await reasonsOf({ argv: ['--workers', 'x'.repeat(1e6)] });
    assert.ok(reason.length < 300);
  });

  test('a setting that must be given', async () => {
    const answer = await readSettings({
      program: { name: 'tester', description: '' },
      version: '0',
      shape: { dir: pathSetting({ name: 'data-dir', help: 'where' }) },
      argv: [],
      environment: {},
      fs: createSimFs({ random: createSeededRandom(1) }),
    });
    assert.deepEqual(answer, {
      kind: 'refused',
      reasons: ['data-dir must be set, with --data-dir or EMBERSCOPE_DATA_DIR, to a path'],
    });
  });
});

describe('the environment', () => {
  test('names follow from those of the flags', async () => {
    const { settings } = await settingsOf({
      environment: { EMBERSCOPE_QUERIER_MAX_QUERY_LENGTH: '1h', EMBERSCOPE_LISTEN: ':1' },
    });
    assert.equal(settings.maxQueryMillis, 3_600_000);
    assert.deepEqual(settings.listen, { host: '', port: 1 });
  });

  test('an empty variable is not set', async () => {
    assert.equal(
      (await settingsOf({ environment: { EMBERSCOPE_WORKERS: '' } })).settings.workers,
      2,
    );
  });

  test('a wrong value is told with its variable', async () => {
    const [reason] = await reasonsOf({ environment: { EMBERSCOPE_WORKERS: 'many' } });
    assert.equal(
      reason,
      'workers from EMBERSCOPE_WORKERS is "many" but must be a whole number from 1 to 64',
    );
  });

  test('a near miss is warned of, another program’s variable is not', async () => {
    const environment = { EMBERSCOPE_LISTN: ':1', EMBERSCOPE_UNRELATED_THING: 'x', PATH: '/' };
    assert.deepEqual((await settingsOf({ environment })).warnings, [
      'the environment variable EMBERSCOPE_LISTN is unknown and ignored; did you mean EMBERSCOPE_LISTEN?',
    ]);
  });

  test('names the file', async () => {
    const [reason] = await reasonsOf({ environment: { EMBERSCOPE_CONFIG: '/none.yaml' } });
    assert.match(reason ?? '', /cannot read the file named by EMBERSCOPE_CONFIG: .*\/none\.yaml/);
  });
});

describe('the file', () => {
  const cases: readonly [file: string, property: string, value: unknown][] = [
    ['querier:\n  max-query-length: 1h', 'maxQueryMillis', 3_600_000],
    ['querier: { max_query_length: 0 }', 'maxQueryMillis', 0],
    ['querier.max-query-length: 1h', 'maxQueryMillis', 3_600_000],
    ['auth: { multitenancy_enabled: true }', 'tenancy', true],
    ['workers: 3', 'workers', 3],
    ['regions: [a, b]', 'regions', ['a', 'b']],
    ['regions: a,b', 'regions', ['a', 'b']],
    ['listen: ":1"', 'listen', { host: '', port: 1 }],
    ['workers: null', 'workers', 2],
    ['', 'workers', 2],
    ['# nothing\n', 'workers', 2],
    ['endpoints:\n  - url: http://a', 'endpoints', [{ url: 'http://a' }]],
  ];
  for (const [file, property, value] of cases) {
    test(JSON.stringify(file), async () => {
      const { settings } = await settingsOf({ file });
      assert.deepEqual(Object.entries(settings).find(([key]) => key === property)?.[1], value);
    });
  }

  const wrong: readonly [file: string | Uint8Array, reason: RegExp][] = [
    ['\nlisten: [1]', /^listen from \/c\.yaml:2 \(listen\) is \["?1"?\] but must be an address/],
    ['workers: many', /^workers from \/c\.yaml:1 \(workers\) is "many" but must be a whole number/],
    ['lisen: ":1"', /^\/c\.yaml:1: lisen is unknown; did you mean listen\?$/],
    [
      'querier:\n  max-query-lenght: 1h',
      /^\/c\.yaml:2: querier\.max-query-lenght is unknown; did you mean/,
    ],
    ['other:\n  a: 1', /^\/c\.yaml:1: other is unknown$/],
    ['workers: 1\nworkers: 2', /^\/c\.yaml:2 is not YAML: Map keys must be unique/],
    ['workers: 1\nthreads: 2', /^\/c\.yaml:2: workers is set a second time/],
    ['workers: [', /^\/c\.yaml:1 is not YAML/],
    ['- 1', /^\/c\.yaml is not a map of settings/],
    ['just text', /^\/c\.yaml is not a map of settings/],
    [
      'endpoints: [{ uri: x }]',
      /^endpoints\.0 from \/c\.yaml:1 \(endpoints\): |^endpoints\.0\.url from/,
    ],
    [Uint8Array.of(0xff, 0xfe, 0x00), /is not UTF-8/],
    [new Uint8Array(2 ** 20 + 1).fill(32), /1048577 bytes, and at most 1048576 are read/],
    [
      `a: &a [1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nendpoints: [*c,*c,*c,*c]`,
      /unknown/,
    ],
    [
      `endpoints: [&a [1,1,1,1,1,1], &b [*a,*a,*a,*a,*a], &c [*b,*b,*b,*b,*b], &d [*c,*c,*c,*c,*c], *d, *d]`,
      /Excessive alias count/,
    ],
  ];
  for (const [file, reason] of wrong) {
    test(`wrong: ${typeof file === 'string' ? JSON.stringify(file.slice(0, 40)) : file.length}`, async () => {
      assert.match((await reasonsOf({ file }))[0] ?? '', reason);
    });
  }

  test('that is not there', async () => {
    const [reason] = await reasonsOf({ argv: ['--config', '/none.yaml'] });
    assert.match(reason ?? '', /^cannot read the file named by --config: .*\/none\.yaml/);
  });
});

describe('what Pyroscope knows and we do not', () => {
  const acceptUnknownDotted = true;

  test('a dotted flag is a warning, with its value', async () => {
    const argv = ['-memberlist.join', 'a,b', '-self-profiling.disable-push', '--workers', '3'];
    const { settings, warnings } = await settingsOf({ argv, acceptUnknownDotted });
    assert.equal(settings.workers, 3);
    assert.deepEqual(warnings, [
      '--memberlist.join has no meaning here and is ignored',
      '--self-profiling.disable-push has no meaning here and is ignored',
    ]);
  });

  test('a value may begin with a dash where it is no name', async () => {
    const argv = ['-ingester.max-series', '-1', '-workers=3'];
    const { settings, warnings } = await settingsOf({ argv, acceptUnknownDotted });
    assert.equal(settings.workers, 3);
    assert.deepEqual(warnings, ['--ingester.max-series has no meaning here and is ignored']);
  });

  test('in a section of ours, what is unknown is misspelt', async () => {
    const given = { acceptUnknownDotted, ownSections: ['log'] };
    assert.deepEqual(await reasonsOf({ ...given, argv: ['-log.levle=info'] }), [
      '--log.levle is unknown; did you mean --log.level?',
    ]);
    assert.deepEqual(await reasonsOf({ ...given, file: 'log: { levle: info }' }), [
      '/c.yaml:1: log.levle is unknown; did you mean log.level?',
    ]);
  });

  test('the file may have another place for a setting', async () => {
    const fileKeys = new Map([
      ['limits.worker-count', 'workers'],
      ['multitenancy-enabled', 'auth.multitenancy-enabled'],
    ]);
    const file = 'multitenancy_enabled: true\nlimits:\n  worker_count: 3';
    const { settings } = await settingsOf({ file, fileKeys });
    assert.deepEqual([settings.workers, settings.tenancy], [3, true]);
    assert.deepEqual(await reasonsOf({ file: `${file}\nworkers: 4`, fileKeys }), [
      '/c.yaml:4: workers is set a second time',
    ]);
    assert.deepEqual(await reasonsOf({ file: 'limits: { worker_cuont: 4 }', fileKeys }), [
      '/c.yaml:1: limits.worker_cuont is unknown; did you mean limits.worker-count?',
    ]);
  });

  test('a flag without a dot is ours and misspelt', async () => {
    const reasons = await reasonsOf({ argv: ['--worker', '3'], acceptUnknownDotted });
    assert.deepEqual(reasons, ['--worker is unknown; did you mean --workers?']);
  });

  test('a key inside a section is a warning, one outside is not', async () => {
    const file = 'memberlist:\n  join_members: [a]\n  tls: { enabled: true }\nworkers: 3';
    const { settings, warnings } = await settingsOf({ file, acceptUnknownDotted });
    assert.equal(settings.workers, 3);
    assert.deepEqual(warnings, [
      '/c.yaml:2: memberlist.join_members is unknown (ignored)',
      '/c.yaml:3: memberlist.tls.enabled is unknown (ignored)',
    ]);
    assert.deepEqual(await reasonsOf({ file: 'worker: 3', acceptUnknownDotted }), [
      '/c.yaml:1: worker is unknown; did you mean workers?',
    ]);
  });
});

describe('a secret', () => {
  test('is in the settings and nowhere else', async () => {
    const { settings, rows } = await settingsOf({ argv: ['--token', 'hunter2'] });
    assert.equal(settings.token, 'hunter2');
    assert.ok(!JSON.stringify(rows).includes('hunter2'));
    assert.equal(rows.find(({ name }) => name === 'token')?.text, '(secret)');
  });

  test('is not in an error', async () => {
    const reasons = await reasonsOf({ file: 'token: { a: hunter2 }' });
    assert.ok(!reasons.join().includes('hunter2'));
    assert.match(reasons[0] ?? '', /^token from \/c\.yaml:1 \(token\) is the value \(a secret\)/);
  });
});

describe('help', () => {
  for (const flag of ['--help', '-h', '-help']) {
    test(`${flag} shows each setting with its default, unit and variable`, async () => {
      const answer = await read({ argv: [flag] });
      assert.equal(answer.kind, 'shown');
      const text = answer.text.replaceAll(/\s+/g, ' ');
      assert.match(
        text,
        /--retention-period <duration> how long profiles are kept \(default 7d, EMBERSCOPE_RETENTION_PERIOD\)/,
      );
      assert.match(text, /--config <path> a YAML file of settings \(EMBERSCOPE_CONFIG\)/);
      assert.match(text, /Storage: --retention-period/);
      assert.ok(!text.includes('--threads'));
      assert.ok(answer.text.split('\n').every((line) => line.length <= 100));
    });
  }

  test('the version', async () => {
    assert.deepEqual(await read({ argv: ['--version'] }), {
      kind: 'shown',
      text: 'tester 1.2.3\n',
    });
  });
});

describe('a schema that contradicts itself is a mistake', () => {
  const parts = {
    program: { name: 'tester', description: '' },
    version: '0',
    argv: [],
    environment: {},
    fs: createSimFs({ random: createSeededRandom(1) }),
  };
  const path = (name: string) => pathSetting({ name, help: '', default: 'x' });

  test('two settings of one name', async () => {
    await assert.rejects(
      readSettings({ ...parts, shape: { a: path('x'), b: path('x') } }),
      /named x/,
    );
  });
  test('two names of one variable', async () => {
    const shape = { a: path('x.y'), b: path('x-y') };
    await assert.rejects(readSettings({ ...parts, shape }), /EMBERSCOPE_X_Y/);
  });
  test('a type that is no setting', async () => {
    await assert.rejects(readSettings({ ...parts, shape: { a: z.string() } }), /a is not made by/);
  });
});
