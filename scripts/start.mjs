/**
 * `npm start`: the whole pipeline on this machine, without Docker. What it does is in start/main.ts;
 * this door is plain JavaScript, so that it can speak where nothing is installed yet.
 *
 *     npm start -- --help
 */
import { complaintAboutMachine } from './start/machine.mjs';

const complaint = complaintAboutMachine();
if (complaint === undefined) {
  // biome-ignore lint/correctness/noUndeclaredDependencies: a tool of the root, as tsc is
  const { register } = await import('tsx/esm/api');
  register();
  await import('./start/main.ts');
} else {
  console.error(complaint);
  process.exitCode = 1;
}
