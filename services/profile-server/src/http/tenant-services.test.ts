import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Code, type ConnectError, createClient } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { AdHocProfileService } from '@emberscope/protocol/adhoc-profiles';
import { DebuginfoService } from '@emberscope/protocol/debug-info';
import { FeatureFlagsService } from '@emberscope/protocol/feature-flags';
import { SettingsService } from '@emberscope/protocol/settings';
import { VCSService } from '@emberscope/protocol/vcs';
import { gzippedPprofOf } from '../testing/drawn-pprof.ts';
import { type RunningServer, runServer } from '../testing/running-server.ts';
import { configRoutes } from './config-routes.ts';

let server: RunningServer;
before(async () => {
  server = await runServer({ multitenancy: true, maxProfileBytes: 400_000 });
});
after(() => server.stop());

const transports = [
  ['Connect', (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: '1.1' })],
  ['gRPC', (baseUrl: string) => createGrpcTransport({ baseUrl })],
  ['gRPC-Web', (baseUrl: string) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
  [
    'Connect JSON',
    (baseUrl: string) =>
      createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false }),
  ],
] as const;

const of = (tenant: string) => ({ headers: { 'X-Scope-OrgID': tenant } });

/** That a call ends with a code, and with words. */
async function failsWith(call: Promise<unknown>, code: Code, words: RegExp): Promise<void> {
  await assert.rejects(call, (error: ConnectError) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.rawMessage, words);
    return true;
  });
}

for (const [protocol, transportTo] of transports) {
  test(`settings and uploads over ${protocol}`, async () => {
    const transport = transportTo(server.url);
    const tenant = of(`over-${protocol.replace(' ', '-')}`);
    const settings = createClient(SettingsService, transport);
    await settings.set({ setting: { name: 'b', value: '{}', modifiedAt: 5n } }, tenant);
    await settings.set({ setting: { name: 'a', value: 'ü' } }, tenant);
    const { settings: all } = await settings.get({}, tenant);
    assert.deepEqual(
      all.map(({ name, value }) => [name, value]),
      [
        ['a', 'ü'],
        ['b', '{}'],
      ],
    );
    const older = settings.set({ setting: { name: 'b', value: '', modifiedAt: 4n } }, tenant);
    await failsWith(older, Code.AlreadyExists, /^failed to update b: newer update/);
    await settings.delete({ name: 'a' }, tenant);
    assert.equal((await settings.get({}, tenant)).settings.length, 1);

    const adHoc = createClient(AdHocProfileService, transport);
    const lines = Array.from({ length: 3000 }, (_, i) => `main;f${i};${'x'.repeat(30)}${i} ${i}`);
    const profile = Buffer.from(gzippedPprofOf(lines.join('\n'))).toString('base64');
    const { id, flamebearerProfile } = await adHoc.upload({ name: 'large', profile }, tenant);
    assert.ok(flamebearerProfile.length > 100_000);
    assert.equal((await adHoc.get({ id }, tenant)).flamebearerProfile, flamebearerProfile);
    const { profiles } = await adHoc.list({}, tenant);
    assert.deepEqual(
      profiles.map((each) => [each.id, each.name]),
      [[id, 'large']],
    );
    const { profileTypes } = await adHoc.diff({ leftId: id, rightId: id }, tenant);
    assert.deepEqual(profileTypes, ['cpu']);
    await failsWith(adHoc.get({ id }, of('stranger')), Code.NotFound, /^profile .* not found$/);
    await failsWith(adHoc.get({ id: '..' }, tenant), Code.NotFound, /^profile \.\. not found$/);
    const unknownRight = adHoc.diff({ leftId: id, rightId: 'none' }, tenant);
    await failsWith(unknownRight, Code.NotFound, /^right profile none not found$/);
    // The code blames the server, as Pyroscope's does; the header and the words say what it is.
    for (const [profile, words] of [
      ['YQ=!', /^failed to parse profile: it is not base64 from byte 3 on$/],
      ['AAEC', /^failed to parse profile: as pprof: /],
    ] as const) {
      await assert.rejects(adHoc.upload({ name: 'x', profile }, tenant), (error: ConnectError) => {
        assert.equal(error.code, Code.Unknown);
        assert.match(error.rawMessage, words);
        assert.equal(error.metadata.get('emberscope-reason'), 'malformed_profile');
        return true;
      });
    }
  });
}

test('a setting without a name is taken, and goes with its value', async () => {
  const transport = createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' });
  const settings = createClient(SettingsService, transport);
  const tenant = of('nameless');
  const set = (value: string) => settings.set({ setting: { name: '', value } }, tenant);
  const namesOf = async () => (await settings.get({}, tenant)).settings.map(({ value }) => value);
  assert.ok(((await set('')).setting?.modifiedAt ?? 0n) > 0n);
  assert.deepEqual(await namesOf(), []);
  await set('v');
  assert.deepEqual(await namesOf(), ['v']);
  await failsWith(settings.delete({ name: '' }, tenant), Code.InvalidArgument, /^no setting name/);
  await set('');
  assert.deepEqual(await namesOf(), []);
});

describe('a request without a limit of its own', () => {
  const connect = () => createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' });

  test('is refused where a name, a setting or a file is too large', async () => {
    const settings = createClient(SettingsService, connect());
    const named = (name: string, value: string) =>
      settings.set({ setting: { name, value } }, of('a'));
    await failsWith(named('n'.repeat(1025), ''), Code.InvalidArgument, /1025 bytes; .* 1024/);
    await failsWith(named('n', 'v'.repeat(300_000)), Code.ResourceExhausted, /limit of a tenant/);
    await failsWith(
      named('n', 'v'.repeat(600_000)),
      Code.ResourceExhausted,
      /larger than configured/,
    );
    const adHoc = createClient(AdHocProfileService, connect());
    const large = { name: 'x.txt', profile: Buffer.alloc(400_001).toString('base64') };
    await failsWith(adHoc.upload(large, of('a')), Code.InvalidArgument, /400001 bytes; .* 400000/);
  });

  test('is refused at the size of a message before it is read', async () => {
    const url = `${server.url}/adhocprofiles.v1.AdHocProfileService/Upload`;
    const headers = { 'content-type': 'application/json', 'x-scope-orgid': 'a' };
    const body = Buffer.alloc(25 * 1024 * 1024);
    const response = await fetch(url, { method: 'POST', headers, body });
    assert.equal(response.status, 429);
    assert.match(await response.text(), /is larger than configured max 25165824/);
  });
});

test('whoever names no tenant, or several, is told so', async () => {
  const transport = createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' });
  const adHoc = createClient(AdHocProfileService, transport);
  const several: readonly (readonly [string, (tenant?: string) => Promise<unknown>])[] = [
    ['settings', (t) => createClient(SettingsService, transport).get({}, t ? of(t) : {})],
    ['list', (t) => adHoc.list({}, t ? of(t) : {})],
    ['upload', (t) => adHoc.upload({ name: 'a', profile: 'YSAx' }, t ? of(t) : {})],
    [
      'debug info',
      (t) => createClient(DebuginfoService, transport).listDebuginfo({}, t ? of(t) : {}),
    ],
  ];
  for (const [, call] of several) {
    await failsWith(call(), Code.Unauthenticated, /^no org id$/);
    await failsWith(call('a|b'), Code.InvalidArgument, /^multiple org IDs present$/);
  }
  const flags = createClient(FeatureFlagsService, transport);
  await failsWith(flags.getFeatureFlags({}), Code.Unauthenticated, /^no org id$/);
  assert.equal((await flags.getFeatureFlags({}, of('a|b'))).featureFlags.length, 4);
  const vcs = createClient(VCSService, transport);
  await failsWith(vcs.githubApp({}), Code.Unauthenticated, /^no org id$/);
  await failsWith(vcs.githubLogin({}, of('a')), Code.Internal, /./);
});

test('binaries are neither wanted nor there', async () => {
  const transport = createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' });
  const client = createClient(DebuginfoService, transport);
  const file = { gnuBuildId: 'ab12' };
  const { shouldInitiateUpload, reason } = await client.shouldInitiateUpload({ file }, of('a'));
  assert.equal(shouldInitiateUpload, false);
  assert.match(reason, /keeps no binaries/);
  await failsWith(client.shouldInitiateUpload({}, of('a')), Code.InvalidArgument, /hex digits/);
  await failsWith(client.uploadFinished({ gnuBuildId: 'ab12' }, of('a')), Code.NotFound, /ab12/);
  await failsWith(
    client.deleteDebuginfo({ gnuBuildId: 'xyz' }, of('a')),
    Code.InvalidArgument,
    /./,
  );
  const path = `${server.url}/debuginfo.v1alpha1.DebuginfoService/Upload/`;
  const headers = { 'x-scope-orgid': 'a' };
  assert.equal((await fetch(`${path}ab12`, { method: 'POST', headers, body: 'x' })).status, 412);
  assert.equal((await fetch(`${path}x`, { method: 'POST', headers, body: 'x' })).status, 400);
  assert.equal((await fetch(`${path}ab12`, { method: 'POST', body: 'x' })).status, 401);
  assert.equal((await fetch(`${path}ab12`)).status, 405);
});

test('the configuration is YAML: all of it, what was changed, what would be by itself', () => {
  const rows = [
    { name: 'auth.on', text: 'true', defaultText: 'false' },
    { name: 'listen', text: ':4040', defaultText: ':4040' },
    { name: 'auth.more.deep', text: '1.50', defaultText: undefined },
    { name: 'store.max', text: '7', defaultText: '7' },
  ];
  const texts = configRoutes(rows).map(({ path, handle }) => {
    let text = '';
    const response = {
      setHeader: () => {},
      end: (body: Uint8Array) => {
        text = new TextDecoder().decode(body);
      },
    };
    void handle({} as never, response as never);
    return `${path.slice('/api/v1/status'.length)}\n${text}`;
  });
  assert.deepEqual(texts, [
    '/config\nlisten: ":4040"\nauth:\n  more:\n    deep: "1.50"\n  on: true\nstore:\n  max: 7\n',
    '/config/diff\nauth:\n  more:\n    deep: "1.50"\n  on: true\n',
    '/config/default\nlisten: ":4040"\nauth:\n  on: false\nstore:\n  max: 7\n',
  ]);
});
