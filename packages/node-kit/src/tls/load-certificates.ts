import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { type UnixMillis, unixMillis } from '@emberscope/units';
import type { Fs } from '../fs/fs.ts';
import { FsError } from '../fs/fs-error.ts';
import { readWholeFile } from '../fs/whole-file.ts';

/** Where certificates lie, as PEM. */
export type CertificateFiles = {
  /** The server's certificate, then those between it and the authority. */
  readonly certificatePath: string;
  /** Its private key, not encrypted. */
  readonly keyPath: string;
  /** Authorities that clients' certificates must come from. Without it clients need none. */
  readonly clientAuthorityPath?: string;
};

/** Certificates that were read and fit together. */
export type Certificates = {
  readonly tls: Pick<TlsOptions, 'cert' | 'key' | 'ca' | 'requestCert' | 'rejectUnauthorized'>;
  /** `CN=profiles.example`, several parts separated by commas. */
  readonly subject: string;
  /** SHA-256 of the first certificate, as `openssl x509 -fingerprint` prints it. */
  readonly fingerprint: string;
  readonly notBeforeMillis: UnixMillis;
  readonly notAfterMillis: UnixMillis;
  /** Changes with any byte of any of the files. */
  readonly contentDigest: string;
};

export type LoadedCertificates =
  | { readonly ok: true; readonly certificates: Certificates }
  /** One sentence with the file; never a byte of the key. */
  | { readonly ok: false; readonly reason: string };

/** A chain of ten certificates has 20 KB; a bundle of public authorities 250. */
const PEM_MAX_BYTES = 1 << 20;

/**
 * Reads certificates and key, and checks that they are what they should be and belong together.
 * An expired certificate is taken: a service that does not start helps nobody, and the times are
 * there to be shown and warned of.
 */
export async function loadCertificates(
  fs: Fs,
  files: CertificateFiles,
): Promise<LoadedCertificates> {
  const { certificatePath, keyPath, clientAuthorityPath } = files;
  const certificate = await readPem(fs, certificatePath);
  if (!certificate.ok) return certificate;
  const key = await readPem(fs, keyPath);
  if (!key.ok) return key;
  const authority =
    clientAuthorityPath === undefined ? undefined : await readPem(fs, clientAuthorityPath);
  if (authority?.ok === false) return authority;

  const chain = parseChain(certificatePath, certificate.bytes);
  if (!chain.ok) return chain;
  const parsedKey = parseKey(keyPath, key.bytes);
  if (!parsedKey.ok) return parsedKey;
  const [leaf] = chain.certificates;
  if (!leaf.checkPrivateKey(parsedKey.key)) {
    return no(`the key in ${keyPath} does not belong to the certificate in ${certificatePath}`);
  }
  if (clientAuthorityPath !== undefined && authority !== undefined) {
    const parsed = parseChain(clientAuthorityPath, authority.bytes);
    if (!parsed.ok) return parsed;
  }

  const tls = {
    cert: certificate.bytes,
    key: key.bytes,
    ...(authority === undefined
      ? {}
      : { ca: authority.bytes, requestCert: true, rejectUnauthorized: true }),
  };
  const refusal = refusalOfTls(tls);
  if (refusal !== undefined) {
    return no(`certificate ${certificatePath} and key ${keyPath} cannot be used: ${refusal}`);
  }

  const digest = createHash('sha256');
  for (const part of [certificate, key, authority]) {
    digest.update(`${part?.bytes.length ?? 0}:`).update(part?.bytes ?? '');
  }
  return {
    ok: true,
    certificates: {
      tls,
      subject: leaf.subject?.replaceAll('\n', ', ') ?? '',
      fingerprint: leaf.fingerprint256,
      notBeforeMillis: unixMillis(Date.parse(leaf.validFrom)),
      notAfterMillis: unixMillis(Date.parse(leaf.validTo)),
      contentDigest: digest.digest('hex'),
    },
  };
}

/** Why OpenSSL takes none of it (a key that is too small, above all), or undefined. */
function refusalOfTls(tls: Certificates['tls']): string | undefined {
  try {
    createSecureContext(tls);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Refused = { readonly ok: false; readonly reason: string };

function no(reason: string): Refused {
  return { ok: false, reason };
}

async function readPem(
  fs: Fs,
  path: string,
): Promise<{ readonly ok: true; readonly bytes: Buffer } | Refused> {
  try {
    const bytes = await readWholeFile(fs, path, PEM_MAX_BYTES);
    return { ok: true, bytes: Buffer.from(bytes) };
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    return no(`cannot read ${path}: ${error.message}`);
  }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

type Chain = readonly [X509Certificate, ...X509Certificate[]];

function parseChain(
  path: string,
  bytes: Buffer,
): { readonly ok: true; readonly certificates: Chain } | Refused {
  const blocks = bytes.toString('latin1').match(PEM_CERTIFICATE) ?? [];
  const certificates: X509Certificate[] = [];
  for (const [i, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return no(`certificate ${i + 1} in ${path} cannot be read: its bytes are damaged`);
    }
  }
  const [first, ...others] = certificates;
  if (first === undefined) return no(`${path} holds no certificate in PEM form`);
  return { ok: true, certificates: [first, ...others] };
}

function parseKey(
  path: string,
  bytes: Buffer,
): { readonly ok: true; readonly key: KeyObject } | Refused {
  const text = bytes.toString('latin1');
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return no(`${path} holds no private key in PEM form`);
  }
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text)) {
    return no(`the key in ${path} is encrypted with a passphrase, and there is none to open it`);
  }
  try {
    return { ok: true, key: createPrivateKey(bytes) };
  } catch {
    return no(`the key in ${path} cannot be read: its bytes are damaged`);
  }
}
