import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createSeededRandom,
  createSimFs,
  readSettings,
  writeFileAtomically,
} from '@emberscope/node-kit';
import { fuzzParser, fuzzRuns } from '@emberscope/test-kit';
import { PYROSCOPE_FILE_KEYS } from './pyroscope-file-keys.ts';
import { bodyLimitBytes, listenAddressOf, settingsShape } from './settings.ts';

async function read(argv: readonly string[], file: string | Uint8Array = '') {
  const fs = createSimFs({ random: createSeededRandom(1) });
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  await writeFileAtomically(fs, '/pyroscope.yaml', bytes);
  return readSettings({
    program: { name: 'profile-server', description: 'Tests settings.' },
    version: '0.0.0',
    shape: settingsShape,
    argv: [...argv, '-config.file=/pyroscope.yaml'],
    environment: {},
    fs,
    acceptUnknownDotted: true,
    ownSections: ['store'],
    fileKeys: PYROSCOPE_FILE_KEYS,
  });
}

async function settingsOf(argv: readonly string[], file?: string) {
  const answer = await read(argv, file);
  assert.equal(answer.kind, 'settings', JSON.stringify(answer));
  return answer;
}

async function reasonsOf(argv: readonly string[], file?: string) {
  const answer = await read(argv, file);
  assert.equal(answer.kind, 'refused', JSON.stringify(answer));
  return answer.reasons;
}

describe('settings of Pyroscope', () => {
  test('flags with one dash or two, with = or without', async () => {
    const { settings, warnings } = await settingsOf([
      ...['-target=all', '-pyroscopedb.data-path', '/var/lib/profiles'],
      ...['--querier.max-query-length', '1h', '-auth.multitenancy-enabled'],
      ...['-validation.reject-older-than=0', '--distributor.ingestion-rate-limit-mb=0.5'],
    ]);
    assert.deepEqual(warnings, []);
    assert.equal(settings.dataDir, '/var/lib/profiles');
    assert.equal(settings.maxQueryLengthMillis, 3_600_000);
    assert.equal(settings.multitenancy, true);
    assert.equal(settings.rejectOlderThanMillis, 0);
    assert.equal(settings.ingestionRateMiB, 0.5);
  });

  test('a limit of bodies that is lifted is the largest there is', async () => {
    const limitOf = async (value: string) => {
      const flag = `-distributor.ingestion-body-limit-mb=${value}`;
      return bodyLimitBytes((await settingsOf([flag])).settings);
    };
    assert.equal(await limitOf('0'), 1024 * 1024 * 1024);
    assert.equal(await limitOf('0.25'), 262_144);
    assert.equal(await limitOf('0.0000001'), 1);
    assert.match((await reasonsOf(['-distributor.ingestion-body-limit-mb=1025']))[0] ?? '', /1024/);
  });

  test('a file as Pyroscope has it; what has no meaning here is named with its line', async () => {
    const { settings, warnings } = await settingsOf(
      ['-querier.max-query-length=2h'],
      `
target: all
multitenancy_enabled: true
server:
  http_listen_address: 127.0.0.1
  http_listen_port: 4141
  log_level: warn
  grpc_listen_port: 9095
limits:
  ingestion_rate_mb: 0.5
  max_query_length: 1h
  max_query_lookback: 1d
  max_label_name_length: 64
  reject_older_than: 30m
  max_query_parallelism: 4
storage:
  backend: filesystem
  filesystem: { dir: /data }
`,
    );
    assert.deepEqual(listenAddressOf(settings), {
      address: { host: '127.0.0.1', port: 4141 },
      setting: 'server.http-listen-port',
    });
    assert.deepEqual(
      [settings.multitenancy, settings.logLevel, settings.ingestionRateMiB],
      [true, 'warn', 0.5],
    );
    assert.deepEqual(
      [settings.maxQueryLengthMillis, settings.maxQueryLookbackMillis],
      [7_200_000, 86_400_000],
    );
    assert.deepEqual([settings.maxLabelNameBytes, settings.rejectOlderThanMillis], [64, 1_800_000]);
    assert.deepEqual(
      warnings.map((warning) => warning.replace(/; did you mean .*\?/, '')),
      [
        '/pyroscope.yaml:8: server.grpc_listen_port is unknown (ignored)',
        '/pyroscope.yaml:15: limits.max_query_parallelism is unknown (ignored)',
        '/pyroscope.yaml:17: storage.backend is unknown (ignored)',
        '/pyroscope.yaml:18: storage.filesystem.dir is unknown (ignored)',
      ],
    );
  });

  test('the address alone keeps the port, the port alone is for every interface', async () => {
    const addressOf = async (...argv: string[]) =>
      listenAddressOf((await settingsOf(argv)).settings);
    assert.deepEqual(await addressOf('-listen=:7'), {
      address: { host: '', port: 7 },
      setting: 'listen',
    });
    assert.deepEqual(await addressOf('-listen=:7', '-server.http-listen-address=::1'), {
      address: { host: '::1', port: 7 },
      setting: 'server.http-listen-address',
    });
    assert.deepEqual(await addressOf('-listen=127.0.0.1:7', '-server.http-listen-port=8'), {
      address: { host: '', port: 8 },
      setting: 'server.http-listen-port',
    });
  });

  test('any other flag with a dot is a warning that names it', async () => {
    const { warnings } = await settingsOf([
      '-memberlist.join=a',
      '-ingester.max-local-series-per-tenant',
      '-1',
    ]);
    assert.deepEqual(warnings, [
      '--memberlist.join has no meaning here and is ignored',
      '--ingester.max-local-series-per-tenant has no meaning here and is ignored',
    ]);
  });

  test('a misspelt flag of ours and a part of Pyroscope that we are not stop the start', async () => {
    assert.deepEqual(await reasonsOf(['--store.max-byte=1GiB']), [
      '--store.max-byte is unknown; did you mean --store.max-bytes?',
    ]);
    assert.deepEqual(await reasonsOf(['--data-dri=x']), [
      '--data-dri is unknown; did you mean --data-dir?',
    ]);
    assert.deepEqual(await reasonsOf([], 'store: { max_byte: 1GiB }'), [
      '/pyroscope.yaml:1: store.max_byte is unknown; did you mean store.max-bytes?',
    ]);
    assert.deepEqual(await reasonsOf(['-target=querier']), [
      'target from --target is "querier" but must be one of all',
    ]);
  });

  test('every key of the file leads to a setting, and none hides one', async () => {
    const { rows } = await settingsOf([]);
    const known = new Set(rows.map(({ name }) => name));
    for (const [key, name] of PYROSCOPE_FILE_KEYS) {
      assert.ok(known.has(name), `${key} leads to ${name}, which is none`);
      assert.ok(!known.has(key), `${key} is a setting itself`);
    }
  });
});

describe('damaged settings are read or refused', () => {
  // Reading all settings takes milliseconds, whatever is in them; they are the owner's own.
  const RUNS = fuzzRuns(200, 100_000);
  const outcomeOf = async (argv: readonly string[], file?: Uint8Array) => {
    const answer = await read(argv, file);
    return answer.kind === 'refused' ? answer.reasons.join(' ') : undefined;
  };
  const file = `# ours and theirs
target: all
multitenancy_enabled: true
server: { http_listen_port: 4041, log_level: "debug" }
limits:
  max_query_length: 1h
  ingestion_rate_mb: 0.5 # a comment
  anchors: &a [1, 2.5, 'x', ~]
querier.max-query-lookback: 7d
storage: {backend: s3, s3: {bucket_name: *a}}
`;
  test('a file', () =>
    fuzzParser([new TextEncoder().encode(file)], (bytes) => outcomeOf([], bytes), RUNS));
  test('flags', () => {
    const argv = ['--listen', ':1', '-auth.multitenancy-enabled', '-querier.max-query-length=1h'];
    const outcomeOfText = (bytes: Uint8Array) =>
      outcomeOf(new TextDecoder().decode(bytes).split('\n'));
    return fuzzParser([new TextEncoder().encode(argv.join('\n'))], outcomeOfText, RUNS);
  });
});
