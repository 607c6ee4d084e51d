import type { Profile, ValueType } from './profile.ts';
import {
  createProfileBuilder,
  type ProfileBuilder,
  type ProfileHeader,
} from './profile-builder.ts';
import { type LabelSetIndex, labelsOfSet, type SampleLabel } from './sample-labels.ts';
import { locationsOfStack, NO_STACK, type StackIndex } from './stack-table.ts';
import { type LineRow, type LocationIndex, NO_MAPPING } from './symbols.ts';

/*
 * Profiles as text that a person can read and write, for tests, examples and error reports:
 *
 *     main;serve;json 3
 *     main;serve@src/http.ts:12;outer|inner 1 20 {route="/hits", bytes=512}
 *     0x4f00 7
 *
 * One sample a line: frames from the root, a value for each sample type, labels. A frame is
 * `name`, `name@file:line` (the line that ran) or `name@file:definition:line`; `outer|inner` is
 * one location of two lines, the inlined one last; `0x…` is an address that has no name. A sample
 * without frames is values alone. Spaces before values and labels may be several. Names with any
 * of `;|@{`, and stacks that begin with a number and a space, cannot be drawn.
 */

const COUNT: readonly ValueType[] = [{ type: 'samples', unit: 'count' }];
const SAMPLE_LINE =
  /^(?:(?!-?\d+(?: |$))(?<stack>\S.*?) +)?(?<values>-?\d+(?: +-?\d+)*)(?: +\{(?<labels>.*)\})?$/;
const FRAME = /^(?<name>.*?)(?:@(?<file>.*?)(?::(?<definition>\d+))?:(?<line>\d+))?$/;
const LABEL = /^(?<key>[^=]+)=(?:"(?<text>[^"]*)"|(?<number>-?\d+)(?<unit>[a-z]*))$/;

/** A profile from its drawing. Throws on a line that is none: a drawing is part of the program. */
export function profileFromText(text: string, header: Partial<ProfileHeader> = {}): Profile {
  const builder = createProfileBuilder({ ...header, sampleTypes: header.sampleTypes ?? COUNT });
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const groups = SAMPLE_LINE.exec(line)?.groups;
    if (groups === undefined) throw new SyntaxError(`not a sample: ${line}`);
    const values = groups.values.split(/ +/).map(BigInt);
    builder.addSample(
      stackFromText(builder, groups.stack),
      values,
      labelsFromText(builder, groups.labels),
    );
  }
  return builder.finish();
}

function stackFromText(builder: ProfileBuilder, text: string | undefined): StackIndex {
  if (text === undefined) return NO_STACK;
  return builder.stacks.intern(text.split(';').map((part) => locationFromText(builder, part)));
}

function locationFromText({ symbols }: ProfileBuilder, text: string): LocationIndex {
  if (/^0x[0-9a-f]+$/.test(text)) {
    return symbols.location({
      mapping: NO_MAPPING,
      address: BigInt(text),
      isFolded: false,
      lines: [],
    });
  }
  const outermostFirst = text.split('|').map((part): LineRow => {
    const { name = '', file = '', definition = '0', line = '0' } = FRAME.exec(part)?.groups ?? {};
    const row = {
      name: symbols.string(name),
      systemName: 0,
      fileName: symbols.string(file),
      startLine: Number(definition),
    };
    return { function: symbols.function(row), lineNumber: Number(line) };
  });
  const lines = outermostFirst.reverse();
  return symbols.location({ mapping: NO_MAPPING, address: 0n, isFolded: false, lines });
}

function labelsFromText(builder: ProfileBuilder, text: string | undefined): LabelSetIndex {
  const { string } = builder.symbols;
  const labels = (text ?? '')
    .split(', ')
    .filter((part) => part !== '')
    .map((part): SampleLabel => {
      const groups = LABEL.exec(part)?.groups;
      if (groups === undefined) throw new SyntaxError(`not a label: ${part}`);
      const key = string(groups.key);
      return groups.number === undefined
        ? { kind: 'text', key, text: string(groups.text) }
        : { kind: 'number', key, number: BigInt(groups.number), unit: string(groups.unit) };
    });
  return builder.labelSets.intern(labels);
}

/** The drawing of a profile, one line a sample, in the profile's order. */
export function textFromProfile(profile: Profile): string[] {
  const lines: string[] = [];
  for (let i = 0; i < profile.samples.length; i++) {
    const stack = textFromStack(profile, profile.samples.stack[i]);
    const values = profile.samples.values.map((column) => column[i]);
    const labels = textFromLabels(profile, profile.samples.labels[i]);
    lines.push([...(stack === '' ? [] : [stack]), ...values, ...labels].join(' '));
  }
  return lines;
}

function textFromStack({ stacks, symbols }: Profile, stack: StackIndex): string {
  const { locations } = symbols;
  const textFromLocation = (row: LocationIndex): string => {
    const first = locations.lineStart[row];
    const end = locations.lineStart[row + 1];
    if (first === end) return `0x${locations.address[row].toString(16)}`;
    const lines: string[] = [];
    for (let line = end - 1; line >= first; line--) {
      lines.push(textFromLine(symbols, locations.lineFunction[line], locations.lineNumber[line]));
    }
    return lines.join('|');
  };
  return locationsOfStack(stacks, stack).map(textFromLocation).join(';');
}

function textFromLine({ strings, functions }: Profile['symbols'], row: number, line: number) {
  const name = strings[functions.name[row]];
  const file = strings[functions.fileName[row]];
  const startLine = functions.startLine[row];
  if (file === '' && startLine === 0 && line === 0) return name;
  return startLine === 0 ? `${name}@${file}:${line}` : `${name}@${file}:${startLine}:${line}`;
}

function textFromLabels({ labelSets, symbols }: Profile, set: LabelSetIndex): string[] {
  const labels = labelsOfSet(labelSets, set).map((label) => {
    const key = symbols.strings[label.key];
    return label.kind === 'text'
      ? `${key}="${symbols.strings[label.text]}"`
      : `${key}=${label.number}${symbols.strings[label.unit]}`;
  });
  return labels.length === 0 ? [] : [`{${labels.join(', ')}}`];
}
