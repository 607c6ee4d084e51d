import { FsError } from '@emberscope/node-kit/worker';

/** The store cannot be opened. The message is a whole sentence for whoever runs the server. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError';
}

/** An error of the disk while a store is opened, as one sentence that says what to do. */
export function dataDirErrorOf(error: unknown, dataDir: string): unknown {
  if (!(error instanceof FsError)) return error;
  return new DataDirError(sentenceOf(error, dataDir), { cause: error });
}

function sentenceOf(error: FsError, dataDir: string): string {
  const where = `the data directory ${dataDir}`;
  switch (error.code) {
    case 'not-permitted':
      return `${where} is not writable for this process: ${error.operation} ${error.path} was not permitted`;
    case 'read-only':
      return `${where} is on a file system that is mounted read-only, which Linux also does to one that is damaged`;
    case 'no-space':
      return `${where} is on a disk that is full: make room, or point the server to another directory`;
    case 'not-directory':
    case 'exists':
      return `${where} cannot be made: ${error.path} is there and is no directory`;
    case 'not-found':
      if (error.operation !== 'mkdir') break;
      return `${where} cannot be made: nobody can make ${error.path}, so name a directory on a disk`;
    default:
  }
  return `${where} cannot be opened: ${error.message}`;
}
