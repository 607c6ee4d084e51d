import { fileURLToPath } from 'node:url';
import { buildWhatIsMissing, type Target } from './build.ts';
import { formatSeconds } from './terminal.ts';

/*
 * Builds what `npm run profile-server`, `npm run collector` and `npm run store` need and what is missing
 * or old of it. Speaks on the error output: a service's own output begins with the line that says it is
 * ready.
 */

const projectDir = fileURLToPath(new URL('../../', import.meta.url));
const TARGETS: Readonly<Record<string, readonly Target[]>> = {
  collector: ['collector'],
  'profile-server': ['profile-server', 'page'],
  // Its tools are of the same bundle.
  store: ['profile-server'],
};
const targets = TARGETS[process.argv[2] ?? ''];
if (targets === undefined) throw new Error(`${process.argv[2]} is nothing that can be built`);

const built = await buildWhatIsMissing(projectDir, targets, {
  building: (what) => console.error(`building ${what}`),
  built: (what, tookMillis) => console.error(`built ${what} in ${formatSeconds(tookMillis)}`),
});
if (!built.ok) {
  console.error(`${built.what} could not be built:\n\n${built.output}`);
  process.exitCode = 1;
}
