// The library finds its dependency container through the metadata API, so this comes first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

export type TestAuthority = {
  readonly certificatePem: string;
  /** A certificate for `localhost` and 127.0.0.1, and its key. */
  issue(options?: { readonly commonName?: string; readonly validDays?: number }): Promise<TestPair>;
};

export type TestPair = { readonly certificatePem: string; readonly keyPem: string };

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const MILLIS_PER_DAY = 86_400_000;

/** A certificate authority that lives as long as a test. */
export async function createTestAuthority(): Promise<TestAuthority> {
  x509.cryptoProvider.set(crypto);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=test authority',
    notBefore: new Date(Date.now() - MILLIS_PER_DAY),
    notAfter: new Date(Date.now() + MILLIS_PER_DAY),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  let serial = 1;

  return {
    certificatePem: authority.toString('pem'),
    async issue({ commonName = 'server', validDays = 1 } = {}) {
      const pairKeys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      serial++;
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(2, '0'),
        subject: `CN=${commonName}`,
        issuer: authority.subject,
        notBefore: new Date(Date.now() - 2 * MILLIS_PER_DAY),
        notAfter: new Date(Date.now() + validDays * MILLIS_PER_DAY),
        signingAlgorithm: ALGORITHM,
        publicKey: pairKeys.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.SubjectAlternativeNameExtension([
            { type: 'dns', value: 'localhost' },
            { type: 'ip', value: '127.0.0.1' },
          ]),
        ],
      });
      const key = await crypto.subtle.exportKey('pkcs8', pairKeys.privateKey);
      return {
        certificatePem: certificate.toString('pem'),
        keyPem: x509.PemConverter.encode(key, 'PRIVATE KEY'),
      };
    },
  };
}

/** A certificate that is sound, but for its key: no OpenSSL serves with one so small. */
export async function createWeakPair(): Promise<TestPair> {
  x509.cryptoProvider.set(crypto);
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 512,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=weak',
    notBefore: new Date(Date.now() - MILLIS_PER_DAY),
    notAfter: new Date(Date.now() + MILLIS_PER_DAY),
    signingAlgorithm: algorithm,
    keys,
  });
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificatePem: certificate.toString('pem'),
    keyPem: x509.PemConverter.encode(key, 'PRIVATE KEY'),
  };
}
