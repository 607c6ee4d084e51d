import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  endResponse,
  type Fs,
  type HttpHandler,
  isFsError,
  readWholeFile,
} from '@emberscope/node-kit';

/** The page's files, in memory: there are few, and they do not change while the server runs. */
export type PageFiles = {
  /** The handler of a path, or undefined when no file has it. */
  find(path: string): HttpHandler | undefined;
  readonly fileCount: number;
};

/** The page is some hundred kilobytes; this is what a wrong folder may cost. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 200;
const MAX_DEPTH = 4;

const TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['ico', 'image/x-icon'],
  ['json', 'application/json'],
  ['txt', 'text/plain; charset=utf-8'],
]);

/** Nothing from elsewhere, nothing inline, and nobody frames it. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const gzipOnThread = promisify(gzip);

type PageFile = {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Once, for who asks first: a start waits for nothing that may never be asked for. */
  zipped(): Promise<Uint8Array>;
  /** Its name has a hash of its content, so that it may be kept for ever. */
  readonly isHashed: boolean;
};

/** Reads the built page. A folder that is not there is a page without files. */
export async function loadPageFiles(fs: Fs, directory: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>();
  await readFolder(fs, directory, '', files, 0);
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);
  return {
    fileCount: files.size,
    find(path) {
      const file = files.get(path);
      return file === undefined ? undefined : handlerOf(file);
    },
  };
}

async function readFolder(
  fs: Fs,
  directory: string,
  path: string,
  files: Map<string, PageFile>,
  depth: number,
): Promise<void> {
  if (depth > MAX_DEPTH || files.size >= MAX_FILES) return;
  for (const { name, kind } of await entriesOf(fs, `${directory}${path}`)) {
    const below = `${path}/${name}`;
    if (kind === 'directory') await readFolder(fs, directory, below, files, depth + 1);
    else if (files.size < MAX_FILES) {
      const bytes = await readWholeFile(fs, `${directory}${below}`, MAX_FILE_BYTES);
      const extension = name.slice(name.lastIndexOf('.') + 1);
      const type = TYPES.get(extension) ?? 'application/octet-stream';
      const isHashed = path === '/assets';
      let zipping: Promise<Uint8Array> | undefined;
      const zipped = () => (zipping ??= gzipOnThread(bytes, {}));
      files.set(below, { type, bytes, zipped, isHashed });
    }
  }
}

async function entriesOf(fs: Fs, directory: string) {
  try {
    return await fs.readdir(directory);
  } catch (error) {
    if (isFsError(error, 'not-found')) return [];
    throw error;
  }
}

function handlerOf({ type, bytes, zipped, isHashed }: PageFile): HttpHandler {
  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.statusCode = 405;
      endResponse(response);
      return;
    }
    const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const smaller = takesGzip ? await zipped() : bytes;
    const isZipped = smaller.length < bytes.length;
    const body = isZipped ? smaller : bytes;
    response.statusCode = 200;
    response.setHeader('content-type', type);
    response.setHeader('content-length', body.byteLength);
    response.setHeader('vary', 'accept-encoding');
    if (isZipped) response.setHeader('content-encoding', 'gzip');
    const caching = isHashed ? 'public, max-age=31536000, immutable' : 'no-cache';
    response.setHeader('cache-control', caching);
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    endResponse(response, request.method === 'HEAD' ? '' : body);
  };
}
