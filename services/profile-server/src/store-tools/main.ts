import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FsError, nodeFs } from '@emberscope/node-kit';
import { DamagedBytes } from '../store/embedded/codec/damaged-bytes.ts';
import { DataDirError } from '../store/embedded/manifest/data-dir-error.ts';
import { backupStore } from './backup-store.ts';
import { inspect } from './inspect-store.ts';
import { verifyStore } from './verify-store.ts';

/* npm run store: looks at stores on disk, and copies them. */

const USAGE = `Usage: npm run store -- COMMAND

  inspect DIR|FILE   what is in a store, or in a segment, a log or a manifest of one
  verify DIR         reads everything and checks every sum; names the first fault, ends with 1
  backup DIR TO      makes TO a copy of a store, while a server may be using it
`;

/** Ends of this process: 0 done, 1 something is wrong, 2 a command that is none. */
process.exitCode = await run(process.argv.slice(2));

async function run(argv: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { help: { type: 'boolean' } },
    });
    if (values.help === true) return say(USAGE, 0);
    const [command, ...paths] = positionals;
    const [path, to] = paths.map((each) => resolve(each));
    if (command === 'inspect' && path !== undefined && paths.length === 1) {
      return say(`${(await inspect(nodeFs, path)).join('\n')}\n`, 0);
    }
    if (command === 'verify' && path !== undefined && paths.length === 1) {
      return await verify(path);
    }
    if (command === 'backup' && path !== undefined && to !== undefined && paths.length === 2) {
      return await backup(path, to);
    }
    return complain(USAGE, 2);
  } catch (error) {
    const isOfStore =
      error instanceof FsError || error instanceof DataDirError || error instanceof DamagedBytes;
    if (isOfStore) return complain(`${error.message}\n`, 1);
    if (error instanceof TypeError && 'code' in error) return complain(`${error.message}\n`, 2);
    throw error;
  }
}

async function verify(dataDir: string): Promise<number> {
  const { faults, notes, profileCount, segmentCount } = await verifyStore(nodeFs, dataDir);
  for (const note of notes) say(`note: ${note}\n`, 0);
  const [first, ...others] = faults;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return complain(`fault: ${first}${more}\n`, 1);
  }
  return say(`all is well: ${profileCount} profiles, ${segmentCount} segments\n`, 0);
}

async function backup(from: string, to: string): Promise<number> {
  const result = await backupStore(nodeFs, from, to);
  if (!result.ok) return complain(`${result.reason}\n`, 1);
  const { linkedFiles, copiedFiles, copiedBytes } = result;
  return say(
    `${to} is a copy: ${linkedFiles} files linked, ${copiedFiles} copied (${copiedBytes} bytes)\n`,
    0,
  );
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function complain(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}
