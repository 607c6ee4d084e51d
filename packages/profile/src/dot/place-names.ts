import { baseName, type PlaceIndex, type PlaceTable } from './graph-places.ts';
import { shortFunctionName } from './short-function-name.ts';

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
