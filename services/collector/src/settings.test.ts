import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeFs, readSettings } from '@emberscope/node-kit';
import { checkSettings, collectorSettings } from './settings.ts';

const ROOM = fileURLToPath(new URL('..', import.meta.url));

function read(...argv: readonly string[]) {
  const program = { name: 'collector', description: '' };
  return readSettings({
    program,
    version: '',
    shape: collectorSettings,
    argv,
    environment: {},
    fs: nodeFs,
  });
}

test('the file of the room says the defaults, and what to call a cluster', async () => {
  const [byFile, byDefault] = [await read('--config', `${ROOM}collector.yaml`), await read()];
  assert.ok(byFile.kind === 'settings' && byDefault.kind === 'settings');
  const { externalLabels, ...others } = byFile.settings;
  assert.deepEqual(externalLabels, ['cluster=laptop', 'region=local']);
  assert.deepEqual({ ...others, externalLabels: [] }, byDefault.settings);
  assert.ok(checkSettings(byDefault.settings).ok);
});

test('the table of the README has every setting with its default', async () => {
  const readme = readFileSync(`${ROOM}README.md`, 'utf8');
  const shown = await read();
  assert.ok(shown.kind === 'settings');
  for (const { name, text, origin } of shown.rows) {
    if (origin.kind !== 'default') continue;
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    assert.ok(row !== undefined, `${name} is not in the README`);
    assert.ok(row.includes(text === '' ? 'none' : `\`${text}\``), row);
  }
  assert.match(readme, /\| `relabel-rules` \|/);
});

test('an endpoint keeps its path and loses its last slash', async () => {
  const raw = await read('--endpoints=https://profiles.example:4041/base/');
  assert.ok(raw.kind === 'settings');
  const checked = checkSettings(raw.settings);
  assert.ok(checked.ok);
  assert.equal(checked.settings.endpointUrl, 'https://profiles.example:4041/base');
});

test('what cannot be an endpoint or a label is refused with its place', async () => {
  const cases: readonly [flags: string[], reason: RegExp][] = [
    [['--endpoints='], /endpoints is empty/],
    [['--endpoints=http://u:p@h'], /holds no password/],
    [['--endpoints=http://h?x=1'], /no query/],
    [['--external-labels=a=1,a=2'], /names a twice/],
    [['--external-labels=__x=1'], /the servers’ own/],
    [['--external-labels=a-b=1'], /letters, digits/],
    [['--external-labels=a=}'], /brace/],
  ];
  for (const [flags, reason] of cases) {
    const raw = await read(...flags);
    assert.ok(raw.kind === 'settings', flags.join());
    const checked = checkSettings(raw.settings);
    assert.ok(!checked.ok && reason.test(checked.reasons.join('\n')), flags.join());
  }
});
