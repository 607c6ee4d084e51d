/**
 * What a frame is that is no function: V8 and the agents for Node account for these by name, without
 * a file. Empty for everything else, and for what we are not sure of.
 */
export function noteOfFrame(name: string, file: string): string {
  return file === '' ? (NOTES.get(name) ?? '') : '';
}

const COLLECTOR = 'V8 looking for memory that nothing refers to any more, and freeing it.';

const NOTES: ReadonlyMap<string, string> = new Map([
  [
    '(idle)',
    // The agent takes the clock of the main thread, so this is not the rest of the process.
    'The main thread had no JavaScript to run. CPU under this name is the event loop’s own: asking the system for events, waking up.',
  ],
  [
    'Non JS threads activity',
    'CPU of the process’s other threads, such as those for zlib, crypto, the file system, V8’s helpers and the profiler.',
  ],
  ['Garbage Collection', COLLECTOR],
  ['(garbage collector)', COLLECTOR],
  ['(program)', 'Native code that ran with no JavaScript function on the stack.'],
  [
    'Node.js',
    'Work of the process that is no JavaScript function’s: garbage collection, other threads.',
  ],
  [
    '(external)',
    'Memory outside of V8’s heap that JavaScript objects hold, such as that of buffers.',
  ],
]);
