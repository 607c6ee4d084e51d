import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { createSimClock } from '../clock/sim-clock.ts';
import { nodeFs } from '../fs/node-fs.ts';
import { createFrontDoor } from '../http/front-door.ts';
import { answerText } from '../http/http-handler.ts';
import { createTestAuthority, type TestAuthority, type TestPair } from '../testing/certificates.ts';
import { type Certificates, loadCertificates } from './load-certificates.ts';
import { watchCertificates } from './watch-certificates.ts';

let authority: TestAuthority;
let [first, second]: readonly [TestPair?, TestPair?] = [];
let folder: string;

before(async () => {
  authority = await createTestAuthority();
  [first, second] = [await authority.issue(), await authority.issue()];
});
beforeEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), 'certificates-'));
});
after(() => rm(folder, { recursive: true }));

async function write(below: string, pair: Partial<TestPair> | undefined): Promise<void> {
  await mkdir(below, { recursive: true });
  if (pair?.certificatePem !== undefined) {
    await writeFile(join(below, 'tls.crt'), pair.certificatePem);
  }
  if (pair?.keyPem !== undefined) await writeFile(join(below, 'tls.key'), pair.keyPem);
}

/** A watch over `tls.crt` and `tls.key` below a folder, and what it has told. */
async function watchOf(below: string) {
  const files = { certificatePath: join(below, 'tls.crt'), keyPath: join(below, 'tls.key') };
  const loaded = await loadCertificates(nodeFs, files);
  assert.ok(loaded.ok);
  const clock = createSimClock();
  const changes: Certificates[] = [];
  const troubles: string[] = [];
  const watch = watchCertificates({
    fs: nodeFs,
    clock,
    files,
    current: loaded.certificates,
    onChange: (certificates) => changes.push(certificates),
    onTrouble: (reason) => troubles.push(reason),
  });
  /** Time passes, and what it started has come to its end. */
  async function pass(millis: number): Promise<void> {
    await clock.advance(millis);
    await watch.check();
  }
  return { clock, watch, changes, troubles, pass, loaded: loaded.certificates };
}

describe('new certificates are told of', () => {
  const ways: readonly [title: string, replace: () => Promise<void>][] = [
    ['written in place', () => write(join(folder, 'live'), second)],
    [
      'renamed over the old',
      async () => {
        await write(join(folder, 'new'), second);
        for (const name of ['tls.crt', 'tls.key']) {
          await rename(join(folder, 'new', name), join(folder, 'live', name));
        }
      },
    ],
    [
      'by a swap of the link above them',
      async () => {
        await write(join(folder, 'new'), second);
        await symlink('new', join(folder, 'link'));
        await rm(join(folder, 'live'), { recursive: true });
        await rename(join(folder, 'link'), join(folder, 'live'));
      },
    ],
  ];
  for (const [title, replace] of ways) {
    test(title, async () => {
      await write(join(folder, 'live'), first);
      const { changes, troubles, pass, watch, loaded } = await watchOf(join(folder, 'live'));
      await pass(60_000);
      assert.equal(changes.length, 0);
      await replace();
      await pass(10_000);
      assert.equal(changes.length, 1);
      assert.notEqual(changes[0]?.fingerprint, loaded.fingerprint);
      await pass(60_000);
      assert.deepEqual([changes.length, troubles], [1, []]);
      watch.stop();
    });
  }
});

test('a key that comes later than its certificate is waited for', async () => {
  await write(folder, first);
  const { changes, troubles, pass, watch } = await watchOf(folder);
  await write(folder, { certificatePem: second?.certificatePem ?? '' });
  await pass(10_000);
  await pass(10_000);
  assert.deepEqual([changes.length, troubles.length], [0, 0]);
  await write(folder, second);
  await pass(10_000);
  assert.deepEqual([changes.length, troubles.length], [1, 0]);
  watch.stop();
});

test('trouble that stays is told once, and ends when all is well again', async () => {
  await write(folder, first);
  const { changes, troubles, pass, watch } = await watchOf(folder);
  await rm(join(folder, 'tls.key'));
  for (let i = 0; i < 10; i++) await pass(10_000);
  assert.equal(troubles.length, 1);
  assert.match(troubles[0] ?? '', /cannot read .*tls\.key/);
  await write(folder, first);
  await pass(10_000);
  await rm(join(folder, 'tls.key'));
  for (let i = 0; i < 10; i++) await pass(10_000);
  assert.deepEqual([troubles.length, changes.length], [2, 0]);
  watch.stop();
});

test('a watch that was stopped tells nothing and holds no timer', async () => {
  await write(folder, first);
  const { changes, clock, watch } = await watchOf(folder);
  await write(folder, second);
  const looking = watch.check();
  watch.stop();
  await looking;
  await clock.advance(60_000);
  assert.equal(changes.length, 0);
});

test('a front door takes new certificates while an old connection goes on', async () => {
  await write(folder, first);
  const { watch, changes, loaded } = await watchOf(folder);
  const door = createFrontDoor({
    handler: (_request, response) => answerText(response, 200, 'well'),
    tls: loaded.tls,
  });
  const listening = await door.listen({ host: '127.0.0.1', port: 0 }, '--listen');
  assert.ok(listening.ok);
  const { port } = listening.address;
  const keptAgent = new Agent({ keepAlive: true, ca: authority.certificatePem });
  const ask = (agent: Agent) =>
    new Promise<string>((resolve, reject) => {
      get({ host: 'localhost', port, agent }, (response) => {
        const socket = response.socket as TLSSocket;
        const { fingerprint256 } = socket.getPeerCertificate();
        response.resume().on('end', () => resolve(fingerprint256));
      }).on('error', reject);
    });

  assert.equal(await ask(keptAgent), loaded.fingerprint);
  await write(folder, second);
  await watch.check();
  const [renewed] = changes;
  assert.ok(renewed !== undefined);
  door.setSecureContext(renewed.tls);
  assert.equal(await ask(keptAgent), loaded.fingerprint);
  assert.equal(
    await ask(new Agent({ ca: authority.certificatePem, maxCachedSessions: 0 })),
    renewed.fingerprint,
  );
  keptAgent.destroy();
  watch.stop();
  await door.close(1000);
});
