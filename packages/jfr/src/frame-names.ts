/**
 * Classes that a JVM makes as it runs, and libraries that a jar unpacks, have a number or a hash in
 * their names, another one in each process. Here they get `_` instead, so that the same code has the
 * same name everywhere, as it has in Pyroscope:
 *
 *     App$$Lambda$14/0x0000000800c03000               App$$Lambda_
 *     App$$Lambda.0x00007ffa600c4da0                  App$$Lambda_
 *     jdk/internal/reflect/GeneratedMethodAccessor31  jdk/internal/reflect/GeneratedMethodAccessor_
 *     ./tmp/libzstd-jni-1.5.1-4083151126.so           libzstd-jni-_.so
 */
export function settledName(name: string): string {
  const lambda = name.lastIndexOf(LAMBDA);
  if (lambda > 0) {
    const end = lambda + LAMBDA.length;
    return isLambdaSerial(name.slice(end)) ? `${name.slice(0, end)}_` : name;
  }
  if (name.startsWith(ACCESSOR)) {
    return isMadeOf(DECIMALS, name.slice(ACCESSOR.length)) ? `${ACCESSOR}_` : name;
  }
  return UNPACKED.some(({ mark }) => name.includes(mark)) ? settledLibrary(name) : name;
}

const LAMBDA = '$$Lambda';
const ACCESSOR = 'jdk/internal/reflect/GeneratedMethodAccessor';

const DECIMALS = '0123456789';
const HEX_DIGITS = `${DECIMALS}abcdef`;

function isMadeOf(characters: string, text: string): boolean {
  return text !== '' && [...text].every((character) => characters.includes(character));
}

/**
 * What stands behind a lambda's class: maybe `$` and a serial number, then behind a dot or a slash the
 * address of the class or another number.
 */
function isLambdaSerial(text: string): boolean {
  const serial = text.startsWith('$') ? text.slice(1) : text;
  const place = serial.search(/[./]/);
  if (place === -1) return false;
  const [before, behind] = [serial.slice(0, place), serial.slice(place + 1)];
  const isAddress = behind.startsWith('0x') && isMadeOf(HEX_DIGITS, behind.slice(2));
  return (before === '' || isMadeOf(DECIMALS, before)) && (isAddress || isMadeOf(DECIMALS, behind));
}

type UnpackedLibrary = {
  /** In the names of all its files. */
  readonly mark: string;
  /** Whether the rest of a file's name, without its end, is what changes from process to process. */
  isSerial(file: string): boolean;
  readonly settled: string;
};

const ZSTD = 'libzstd-jni-';
const CORRETTO = 'amazonCorrettoCryptoProvider';
const CORRETTO_FOLDER = 'NativeLibraries.';
const CORRETTO_HASH_LENGTH = 16;

/**
 * Libraries that are unpacked into a directory of temporary files. (async-profiler's own is one, too,
 * and is left as it is, which the recorded answers show.)
 */
const UNPACKED: readonly UnpackedLibrary[] = [
  { mark: ZSTD, isSerial: isZstdSerial, settled: `${ZSTD}_.so` },
  { mark: CORRETTO, isSerial: isCorrettoSerial, settled: `lib${CORRETTO}_.so` },
];

/** `libzstd-jni-`, a version of three numbers, and a serial number. */
function isZstdSerial(file: string): boolean {
  if (!file.startsWith(ZSTD)) return false;
  const [version = '', serial = '', ...more] = file.slice(ZSTD.length).split('-');
  const numbers = version.split('.');
  const isVersion = numbers.length === 3 && numbers.every((number) => isMadeOf(DECIMALS, number));
  return isVersion && isMadeOf(DECIMALS, serial) && more.length === 0;
}

/** A file of its own with a hash, or one of two in a folder that has the hash. */
function isCorrettoSerial(file: string): boolean {
  const named = file.startsWith('lib') ? file.slice('lib'.length) : file;
  if (!named.startsWith(CORRETTO)) return false;
  const behind = named.slice(CORRETTO.length);
  const hashed = behind.startsWith(CORRETTO_FOLDER) ? behind.slice(CORRETTO_FOLDER.length) : behind;
  const [hash = '', inFolder, ...more] = hashed.split('/');
  const isFile = [undefined, 'libcrypto', `lib${CORRETTO}`].includes(inFolder);
  const isHash = hash.length === CORRETTO_HASH_LENGTH && isMadeOf(HEX_DIGITS, hash);
  return isHash && isFile && more.length === 0;
}

const LIBRARY_END = '.so';
const TEMPORARY_FOLDERS = ['./tmp/', '/tmp/'];
/** Linux says so of a file that is mapped and no longer there. */
const DELETED = ' (deleted)';

function settledLibrary(name: string): string {
  const folder = TEMPORARY_FOLDERS.find((each) => name.startsWith(each)) ?? '';
  const end = name.endsWith(DELETED) ? name.length - DELETED.length : name.length;
  const file = name.slice(folder.length, end);
  if (!file.endsWith(LIBRARY_END)) return name;
  const stem = file.slice(0, -LIBRARY_END.length);
  return UNPACKED.find(({ isSerial }) => isSerial(stem))?.settled ?? name;
}
