import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Whether a person who reads the screen can answer it. */
export function canType(input: NodeJS.ReadStream): boolean {
  return input.isTTY && isInForeground();
}

/**
 * Calls back for each line that is typed or piped in. Whole lines and not keys: the terminal stays as
 * it is, Ctrl-C and Ctrl-Z included, however we end.
 */
export function onTypedLine(input: NodeJS.ReadStream, callback: (line: string) => void): void {
  if (input.isTTY && !canType(input)) return;
  const lines = createInterface({ input, terminal: false });
  lines.on('line', (line) => callback(line.trim()));
  // A closed terminal is told by SIGHUP.
  input.on('error', () => {});
}

/** A background job that reads from its terminal is suspended (`npm start &`). Linux alone says. */
function isInForeground(): boolean {
  try {
    // After the name in brackets: state, parent, group, session, terminal, the terminal's group.
    const [, , group, , , terminalGroup] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === terminalGroup;
  } catch {
    return true;
  }
}
