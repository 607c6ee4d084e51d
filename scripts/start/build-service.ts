import { fileURLToPath } from 'node:url';
import { buildWhatIsMissing, type Target } from './build.ts';
import { formatSeconds } from './terminal.ts';

/*
 * Builds what `npm run profile-server` and `npm run collector` need. Speaks on the error output: a
 * service's own output begins with the line that says it is ready.
 */

const projectDir = fileURLToPath(new URL('../../', import.meta.url));
const targets: readonly Target[] =
  process.argv[2] === 'collector' ? ['collector'] : ['profile-server', 'page'];

const built = await buildWhatIsMissing(projectDir, targets, {
  building: (what) => console.error(`building ${what}`),
  built: (what, tookMillis) => console.error(`built ${what} in ${formatSeconds(tookMillis)}`),
});
if (!built.ok) {
  console.error(`${built.what} could not be built:\n\n${built.output}`);
  process.exitCode = 1;
}
