/** A function as a person says it. `line` is that of its definition, 0 when unknown. */
export type SourceFunction = {
  readonly name: string;
  readonly file: string;
  readonly line: number;
};

/** A function as a profiler wrote it. */
export type ReportedFunction = {
  readonly name: string;
  readonly systemName: string;
  readonly fileName: string;
  readonly startLine: number;
};

/**
 * Node's Pyroscope agent writes `./src/db.ts:elDataConverter:42` into the function's name (path
 * from the working directory, name, line of the definition) and keeps the bare name in the system
 * name. This takes the three apart again; functions of other agents come back as they are.
 *
 *     ./src/db.ts:elDataConverter:42          elDataConverter         ./src/db.ts            42
 *     node:internal/timers:listOnTimeout:524  listOnTimeout           node:internal/timers  524
 *     ./a.js:(anonymous:L#68:C#27):68         (anonymous:L#68:C#27)   ./a.js                 68
 *     :Garbage Collection:0                   Garbage Collection      (none)                  0
 */
export function sourceFunction(reported: ReportedFunction): SourceFunction {
  const { name, systemName, fileName, startLine } = reported;
  const inner = `:${systemName}:`;
  const end = name.lastIndexOf(':');
  const start = end + 1 - inner.length;
  // Only where the bare name stands between path and line is this the agent's own spelling; a
  // C++ or Ruby name may well have colons and digits of its own.
  if (systemName !== '' && start >= 0 && name.startsWith(inner, start)) {
    const line = lineFromDigits(name.slice(end + 1));
    if (line !== undefined) return { name: systemName, file: name.slice(0, start), line };
  }
  return { name, file: fileName, line: startLine };
}

function lineFromDigits(digits: string): number | undefined {
  return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}
