/**
 * Classes that a JVM makes as it runs, and libraries that a jar unpacks, have a number or a hash in
 * their names, another one in each process. Here they get `_` instead, so that the same code has the
 * same name everywhere, as it has in Pyroscope:
 *
 *     App$$Lambda$14/0x0000000800c03000               App$$Lambda_
 *     App$$Lambda.0x00007ffa600c4da0                  App$$Lambda_
 *     jdk/internal/reflect/GeneratedMethodAccessor31  jdk/internal/reflect/GeneratedMethodAccessor_
 *     ./tmp/libzstd-jni-1.5.1-16931311898282279136.so libzstd-jni-_.so
 */
export function settledName(name: string): string {
  const lambda = name.lastIndexOf(LAMBDA);
  if (lambda > 0) {
    const end = lambda + LAMBDA.length;
    return LAMBDA_SERIAL.test(name.slice(end)) ? `${name.slice(0, end)}_` : name;
  }
  if (name.startsWith(ACCESSOR)) {
    return DIGITS.test(name.slice(ACCESSOR.length)) ? `${ACCESSOR}_` : name;
  }
  return UNPACKED.some(({ mark }) => name.includes(mark)) ? settledLibrary(name) : name;
}

const LAMBDA = '$$Lambda';
/** What stands behind a lambda's class: a serial number, an address, or both. */
const LAMBDA_SERIAL = /^\$?\d*[./](?:0x[\da-f]+|\d+)$/;
const ACCESSOR = 'jdk/internal/reflect/GeneratedMethodAccessor';
const DIGITS = /^\d+$/;

type UnpackedLibrary = {
  /** In the names of all its files. */
  readonly mark: string;
  /** What is before the serial or the hash, which `serial` is. */
  readonly stem: RegExp;
  readonly serial: RegExp;
  readonly settled: string;
};

/**
 * Libraries that are unpacked into a directory of temporary files. (async-profiler's own is one, too,
 * and is left as it is, which the recorded answers show.)
 */
const UNPACKED: readonly UnpackedLibrary[] = [
  {
    mark: 'libzstd-jni-',
    stem: /^libzstd-jni-\d+\.\d+\.\d+-/,
    serial: DIGITS,
    settled: 'libzstd-jni-_.so',
  },
  {
    mark: 'amazonCorrettoCryptoProvider',
    stem: /^(?:lib)?amazonCorrettoCryptoProvider(?:NativeLibraries\.)?/,
    serial: /^[\da-f]{16}(?:\/lib(?:crypto|amazonCorrettoCryptoProvider))?$/,
    settled: 'libamazonCorrettoCryptoProvider_.so',
  },
];

const LIBRARY_END = '.so';

function settledLibrary(name: string): string {
  const file = name.replace(/^\.?\/tmp\//, '').replace(/ \(deleted\)$/, '');
  if (!file.endsWith(LIBRARY_END)) return name;
  for (const { stem, serial, settled } of UNPACKED) {
    const [found] = stem.exec(file) ?? [];
    if (found === undefined) continue;
    if (serial.test(file.slice(found.length, -LIBRARY_END.length))) return settled;
  }
  return name;
}
