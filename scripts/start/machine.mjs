import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * Runs before anything else, perhaps in a Node that is too old for the rest: so no syntax here that
 * an old one could not read.
 */

/** As `engines` in package.json. */
const NODE_MIN = { major: 20, minor: 20 };

/** What `npm ci` writes last. */
const INSTALLED = fileURLToPath(new URL('../../node_modules/.package-lock.json', import.meta.url));

/** One sentence about what is missing and what to do; undefined when all is there. */
export function complaintAboutMachine(
  nodeVersion = process.versions.node,
  installedFile = INSTALLED,
) {
  const [major, minor] = nodeVersion.split('.').map(Number);
  const isNodeTooOld =
    major < NODE_MIN.major || (major === NODE_MIN.major && minor < NODE_MIN.minor);
  if (isNodeTooOld) {
    return `This is Node ${nodeVersion}, and Emberscope needs ${NODE_MIN.major}.${NODE_MIN.minor} or newer: https://nodejs.org/en/download.`;
  }
  if (!existsSync(installedFile)) {
    return 'The packages that Emberscope is made of are not installed yet: run `npm ci`, then this again.';
  }
  return undefined;
}
