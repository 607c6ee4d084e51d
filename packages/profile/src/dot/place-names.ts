import { baseName, type PlaceIndex, type PlaceTable } from './graph-places.ts';

/** A place in words, its parts between spaces: address, name, file and line. */
export function placeText(places: PlaceTable, place: PlaceIndex): string {
  return partsOf(places, place, places.name[place], places.file[place], asItIs).join(' ');
}

/** The same as a box has it: short, one word below the other, in DOT's escapes. */
export function placeLabel(places: PlaceTable, place: PlaceIndex): string {
  const name = escapeDot(shortFunctionName(places.name[place]))
    .replaceAll('::', '\\n')
    // Go's word for type parameters.
    .replaceAll('[...]', '[…]')
    .replaceAll('.', '\\n');
  const file = places.file[place];
  const shortFile = file === '' ? '' : escapeDot(baseName(file));
  return `${partsOf(places, place, name, shortFile, escapeDot).join('\\n')}\\n`;
}

const asItIs = (text: string): string => text;

const ADDRESS_DIGITS = 16;

function partsOf(
  places: PlaceTable,
  place: PlaceIndex,
  name: string,
  file: string,
  inBinary: (text: string) => string,
): string[] {
  const address = places.address[place];
  const line = places.line[place];
  const binary = places.binary[place];
  const parts: string[] = [];
  if (address !== 0n) parts.push(address.toString(16).padStart(ADDRESS_DIGITS, '0'));
  if (name !== '') parts.push(name);
  if (line !== 0) parts.push(`${file}:${line}`);
  else if (file !== '') parts.push(file);
  else if (name === '') parts.push(binary === '' ? '<unknown>' : `[${inBinary(baseName(binary))}]`);
  return parts;
}

/** For a DOT string: a line break is one that aligns to the left. */
export function escapeDot(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\l');
}

const ANONYMOUS = /^\(anonymous namespace\)::/;
/** `/v2` and up in the path of a Go module. */
const GO_VERSION = /^(.*?)\/v(?:[2-9]|[1-9]\d+)([./].*)$/;

/** What is left of a name is what a group takes. */
const SHORT_NAMES: readonly RegExp[] = [
  // Java: class and method, without package and parameters.
  /^(?:[a-z]\w*\.)*([A-Z][\w$]*\.(?:<init>|[a-z][\w$]*))(?:\(|$)/,
  // C++: class and method, without namespaces and parameters.
  /^(?:[_a-zA-Z]\w*::)+(_*[A-Z]\w*::~?[_a-zA-Z]\w*(?:<.*>)?)/,
];

/** A function's name without what says where it is from, by the rules of Go's pprof. */
export function shortFunctionName(name: string): string {
  const named = name.replace(ANONYMOUS, '');
  // The rule has no match across lines, and would take long to find out.
  const plain = named.includes('\n') ? named : named.replace(GO_VERSION, '$1$2');
  const goName = withoutDirectories(plain);
  if (goName !== undefined) return goName;
  for (const rule of SHORT_NAMES) {
    const short = rule.exec(plain)?.[1];
    if (short !== undefined) return short;
  }
  return plain;
}

const DIRECTORIES = /^(?:[\w\-.]+\/)*/;

/**
 * Of `github.com/a/b.F`, what stands behind as many directories as leave a package and a name with a
 * dot between them: `b.F`. One pass from the right, since a pattern takes the square of a long name.
 */
function withoutDirectories(name: string): string | undefined {
  const end = DIRECTORIES.exec(name)?.[0].length ?? 0;
  let dot = name.indexOf('.', end);
  for (let start = end; start > 0; start--) {
    if (name[start] === '.') dot = start;
    const isAfterSlash = name[start - 1] === '/';
    if (isAfterSlash && dot > start && dot + 1 < name.length && name[dot + 1] !== '\n') {
      const lineEnd = name.indexOf('\n', dot);
      return lineEnd === -1 ? name.slice(start) : name.slice(start, lineEnd);
    }
  }
  return undefined;
}
