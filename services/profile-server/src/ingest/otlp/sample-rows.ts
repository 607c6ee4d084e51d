import { LABEL } from '@emberscope/labels';
import {
  createGrowableInt32,
  createInt64ColumnBuilder,
  createLabelSetInterner,
  createStackInterner,
  NO_STACK,
  type Profile,
  type SampleLabel,
  type StackIndex,
} from '@emberscope/profile';
import type { Sample } from '@emberscope/protocol/otlp/profiles';
import { type ConversionBudget, ROW_BYTES } from './conversion-budget.ts';
import type { Dictionary, NamedText } from './dictionary.ts';
import { createSymbolRows, locationAt, type SymbolRows } from './symbol-rows.ts';
import { rowAt, Unconvertible } from './unconvertible.ts';

/** The samples of one series of a profile, as they are added. */
export type SampleRows = {
  add(sample: Sample, value: bigint, attributes: readonly NamedText[]): void;
  finish(): Pick<Profile, 'symbols' | 'stacks' | 'labelSets' | 'samples'>;
};

/** The first link of every table is none. */
const NO_LINK = 0;

/** The number of a location, as a varint. */
const FRAME_BYTES = 2;

type Stack = { readonly row: StackIndex; readonly depth: number };

/** A deeper stack loses its leaf side: no more than `maxStackDepth` frames of it are looked at. */
export function createSampleRows(
  dictionary: Dictionary,
  maxStackDepth: number,
  budget: ConversionBudget,
): SampleRows {
  const symbols = createSymbolRows(dictionary, budget);
  const stacks = createStackInterner();
  const labelSets = createLabelSetInterner();
  const stackOf = new Map<number, Stack>();
  const labelOf = new Map<NamedText, SampleLabel>();
  const tracingOf = new Map<number, readonly SampleLabel[]>();
  const stackColumn = createGrowableInt32();
  const labelColumn = createGrowableInt32();
  const values = createInt64ColumnBuilder();

  function stackAt(index: number): Stack {
    const known = stackOf.get(index);
    if (known !== undefined) return known;
    const found = dictionary.tables.stackTable[index];
    if (found === undefined) throw new Unconvertible(`invalid stack index: ${index}`);
    const { locationIndices } = found;
    // Leaf first there, root first here.
    const kept = locationIndices.slice(Math.max(0, locationIndices.length - maxStackDepth));
    budget.spend(ROW_BYTES * kept.length);
    const isUnnamed = mappingsWithUnnamed(kept, dictionary, budget);
    let stack = NO_STACK;
    for (let level = kept.length - 1; level >= 0; level--) {
      const location = kept[level] ?? 0;
      const { mappingIndex } = locationAt(dictionary, location);
      stack = stacks.push(stack, symbols.location(location, !isUnnamed.has(mappingIndex)));
    }
    const added = { row: stack, depth: kept.length };
    stackOf.set(index, added);
    return added;
  }

  function labelsOf(attributes: readonly NamedText[], linkIndex: number): readonly SampleLabel[] {
    const labels = distinctKeys(attributes).flatMap((attribute) => {
      const label = labelOf.get(attribute) ?? textLabel(attribute, symbols);
      if (label === undefined) return [];
      labelOf.set(attribute, label);
      return [label];
    });
    const tracing = tracingOf.get(linkIndex) ?? tracingLabels(linkIndex, dictionary, symbols);
    tracingOf.set(linkIndex, tracing);
    return [...labels, ...tracing];
  }

  return {
    add(sample, value, attributes) {
      const labels = labelsOf(attributes, sample.linkIndex);
      const { row, depth } = stackAt(sample.stackIndex);
      // As bytes of pprof each sample has all of its stack.
      budget.spend(ROW_BYTES * (2 + labels.length) + FRAME_BYTES * depth);
      stackColumn.push(row);
      labelColumn.push(labelSets.intern(labels));
      values.push(value);
    },
    finish: () => ({
      symbols: symbols.finish(),
      stacks: stacks.finish(),
      labelSets: labelSets.finish(),
      samples: {
        length: stackColumn.length(),
        stack: stackColumn.finish(),
        labels: labelColumn.finish(),
        values: [values.finish()],
      },
    }),
  };
}

/** The mappings in which a location of the stack has no name: their addresses are all there is. */
function mappingsWithUnnamed(
  locations: readonly number[],
  dictionary: Dictionary,
  budget: ConversionBudget,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const index of locations) {
    const { lines, mappingIndex } = locationAt(dictionary, index);
    budget.spend(lines.length);
    const isNamed = lines.length > 0 && lines.every(({ functionIndex }) => functionIndex > 0);
    if (!isNamed) found.add(mappingIndex);
  }
  return found;
}

/** Of a key that comes twice the first counts, as for resources. */
function distinctKeys(attributes: readonly NamedText[]): readonly NamedText[] {
  if (attributes.length < 2) return attributes;
  const seen = new Set<number>();
  return attributes.filter(({ nameRow, text }) => {
    const isFirst = text !== undefined && !seen.has(nameRow);
    if (isFirst) seen.add(nameRow);
    return isFirst;
  });
}

function textLabel({ name, text }: NamedText, symbols: SymbolRows): SampleLabel | undefined {
  if (text === undefined) return undefined;
  return { kind: 'text', key: symbols.string(name), text: symbols.string(text) };
}

const TRACE_ID_BYTES = 16;

function tracingLabels(
  linkIndex: number,
  { tables }: Dictionary,
  symbols: SymbolRows,
): readonly SampleLabel[] {
  if (linkIndex === NO_LINK) return [];
  const failed = `could not access link at index ${linkIndex}`;
  const { spanId, traceId } = rowAt(tables.linkTable, linkIndex, failed);
  const hexLabel = (name: string, bytes: Uint8Array): SampleLabel => ({
    kind: 'text',
    key: symbols.string(name),
    text: symbols.string(Buffer.from(bytes).toString('hex')),
  });
  return [
    ...(spanId.length > 0 ? [hexLabel(LABEL.spanId, spanId)] : []),
    ...(traceId.length === TRACE_ID_BYTES ? [hexLabel(LABEL.traceId, traceId)] : []),
  ];
}
