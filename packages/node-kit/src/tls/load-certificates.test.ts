import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type { Fs } from '../fs/fs.ts';
import { createSimFs } from '../fs/sim-fs.ts';
import { writeFileAtomically } from '../fs/whole-file.ts';
import { createSeededRandom } from '../random/seeded-random.ts';
import {
  createTestAuthority,
  createWeakPair,
  type TestAuthority,
  type TestPair,
} from '../testing/certificates.ts';
import { loadCertificates } from './load-certificates.ts';

const FILES = { certificatePath: '/tls.crt', keyPath: '/tls.key' };

let authority: TestAuthority;
let pair: TestPair;
before(async () => {
  authority = await createTestAuthority();
  pair = await authority.issue({ commonName: 'profiles' });
});

async function disk(files: Readonly<Record<string, string>>): Promise<Fs> {
  const fs = createSimFs({ random: createSeededRandom(1) });
  for (const [path, text] of Object.entries(files)) {
    await writeFileAtomically(fs, path, new TextEncoder().encode(text));
  }
  return fs;
}

test('a pair that fits is taken, with what is worth knowing of it', async () => {
  const fs = await disk({ '/tls.crt': pair.certificatePem, '/tls.key': pair.keyPem });
  const loaded = await loadCertificates(fs, FILES);
  assert.ok(loaded.ok);
  const { subject, fingerprint, notAfterMillis, notBeforeMillis, tls } = loaded.certificates;
  assert.equal(subject, 'CN=profiles');
  assert.equal(fingerprint, new X509Certificate(pair.certificatePem).fingerprint256);
  assert.ok(notBeforeMillis < Date.now() && notAfterMillis > Date.now());
  assert.equal(tls.requestCert, undefined);
});

test('an authority for clients asks clients for certificates', async () => {
  const fs = await disk({
    '/tls.crt': pair.certificatePem,
    '/tls.key': pair.keyPem,
    '/ca.crt': authority.certificatePem,
  });
  const loaded = await loadCertificates(fs, { ...FILES, clientAuthorityPath: '/ca.crt' });
  assert.ok(loaded.ok);
  assert.equal(loaded.certificates.tls.requestCert, true);
  assert.equal(loaded.certificates.tls.rejectUnauthorized, true);
});

test('a chain: the first certificate is the server’s', async () => {
  const chain = `${pair.certificatePem}\n${authority.certificatePem}`;
  const loaded = await loadCertificates(
    await disk({ '/tls.crt': chain, '/tls.key': pair.keyPem }),
    FILES,
  );
  assert.ok(loaded.ok);
  assert.equal(loaded.certificates.subject, 'CN=profiles');
});

test('an expired certificate is taken, and says so', async () => {
  const expired = await authority.issue({ validDays: -1 });
  const fs = await disk({ '/tls.crt': expired.certificatePem, '/tls.key': expired.keyPem });
  const loaded = await loadCertificates(fs, FILES);
  assert.ok(loaded.ok);
  assert.ok(loaded.certificates.notAfterMillis < Date.now());
});

test('a key that OpenSSL does not serve with is refused here and not where it is used', async () => {
  const weak = await createWeakPair();
  const fs = await disk({ '/tls.crt': weak.certificatePem, '/tls.key': weak.keyPem });
  const loaded = await loadCertificates(fs, FILES);
  assert.ok(!loaded.ok);
  assert.match(
    loaded.reason,
    /^certificate \/tls\.crt and key \/tls\.key cannot be used: .*key too small/,
  );
});

describe('what cannot be taken is one sentence', () => {
  const rsa = (options: object) =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', ...options },
    }).privateKey;

  const cases: readonly [title: string, files: () => Record<string, string>, reason: RegExp][] = [
    ['no certificate file', () => ({ '/tls.key': pair.keyPem }), /^cannot read \/tls\.crt: /],
    ['no key file', () => ({ '/tls.crt': pair.certificatePem }), /^cannot read \/tls\.key: /],
    [
      'an empty certificate file',
      () => ({ '/tls.crt': '', '/tls.key': pair.keyPem }),
      /^\/tls\.crt holds no certificate/,
    ],
    [
      'a certificate cut short',
      () => ({ '/tls.crt': pair.certificatePem.slice(0, 200), '/tls.key': pair.keyPem }),
      /^\/tls\.crt holds no certificate/,
    ],
    [
      'a damaged certificate',
      () => ({
        '/tls.crt': pair.certificatePem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
        '/tls.key': pair.keyPem,
      }),
      /^certificate 1 in \/tls\.crt cannot be read/,
    ],
    [
      'files swapped',
      () => ({ '/tls.crt': pair.keyPem, '/tls.key': pair.certificatePem }),
      /^\/tls\.crt holds no certificate/,
    ],
    [
      'a key of somebody else',
      () => ({ '/tls.crt': pair.certificatePem, '/tls.key': rsa({}) }),
      /^the key in \/tls\.key does not belong to the certificate in \/tls\.crt$/,
    ],
    [
      'an encrypted key',
      () => ({
        '/tls.crt': pair.certificatePem,
        '/tls.key': rsa({ cipher: 'aes-256-cbc', passphrase: 'x' }),
      }),
      /^the key in \/tls\.key is encrypted with a passphrase/,
    ],
    [
      'a damaged key',
      () => ({
        '/tls.crt': pair.certificatePem,
        '/tls.key': pair.keyPem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
      }),
      /^the key in \/tls\.key cannot be read/,
    ],
    [
      'a file beyond all measure',
      () => ({ '/tls.crt': 'x'.repeat(2 ** 20 + 1), '/tls.key': pair.keyPem }),
      /^cannot read \/tls\.crt: .*at most 1048576/,
    ],
  ];
  for (const [title, files, reason] of cases) {
    test(title, async () => {
      const loaded = await loadCertificates(await disk(files()), FILES);
      assert.ok(!loaded.ok);
      assert.match(loaded.reason, reason);
      const secret = pair.keyPem.split('\n')[1] ?? '';
      assert.ok(!loaded.reason.includes(secret));
    });
  }
});
