import { LABEL } from '@emberscope/labels';
import {
  createGrowableInt32,
  createInt64ColumnBuilder,
  createLabelSetInterner,
  type LabelSetIndex,
  NO_LABELS,
  NO_STACK,
  type Profile,
  type SampleLabel,
  type StackIndex,
} from '@emberscope/profile';
import { type ConversionBudget, ROW_BYTES } from './conversion-budget.ts';
import type { Dictionary, NamedText } from './dictionary.ts';
import type { Sample } from './otlp-export.ts';
import { createSymbolRows, noLocation, type SymbolRows } from './symbol-rows.ts';
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

/** The labels of a sample: their set, and how many they are. */
type Labelled = { readonly set: LabelSetIndex; readonly labelCount: number };

const UNLABELLED: Labelled = { set: NO_LABELS, labelCount: 0 };

type Stack = { readonly row: StackIndex; readonly depth: number };

/** A deeper stack loses its leaf side: no more than `maxStackDepth` frames of it are looked at. */
export function createSampleRows(
  dictionary: Dictionary,
  maxStackDepth: number,
  budget: ConversionBudget,
): SampleRows {
  const symbols = createSymbolRows(dictionary, budget);
  // Each stack has rows of its own: they are written out as pprof next, whose reader finds what is
  // shared. To look for that here, too, took half of the time of an export of many deep stacks.
  const parents = createGrowableInt32();
  const callees = createGrowableInt32();
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
    const first = Math.max(0, locationIndices.length - maxStackDepth);
    const depth = locationIndices.length - first;
    budget.spend(ROW_BYTES * depth);
    const unnamed = mappingsWithUnnamed(locationIndices, first, dictionary);
    const { mapping } = dictionary.locations;
    let stack = NO_STACK;
    for (let level = locationIndices.length - 1; level >= first; level--) {
      const location = locationIndices[level] ?? 0;
      const isSymbolized = unnamed === undefined || !unnamed.has(mapping[location] ?? 0);
      callees.push(symbols.location(location, isSymbolized));
      parents.push(stack);
      stack = parents.length() - 1;
    }
    const added = { row: stack, depth };
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

  /** Sets of labels that samples have had before, by the rows of their attributes and their link. */
  let labelled: Map<string, Labelled> | undefined;

  function labelledAs(sample: Sample, attributes: readonly NamedText[]): Labelled {
    const { attributeIndices, linkIndex } = sample;
    if (attributes.length === 0 && linkIndex === NO_LINK) return UNLABELLED;
    labelled ??= new Map();
    const key = `${linkIndex} ${attributeIndices.join()}`;
    const known = labelled.get(key);
    if (known !== undefined) return known;
    const labels = labelsOf(attributes, linkIndex);
    const made = { set: labelSets.intern(labels), labelCount: labels.length };
    labelled.set(key, made);
    return made;
  }

  return {
    add(sample, value, attributes) {
      const { set, labelCount } = labelledAs(sample, attributes);
      const { row, depth } = stackAt(sample.stackIndex);
      // As bytes of pprof each sample has all of its stack.
      budget.spend(ROW_BYTES * (2 + labelCount) + FRAME_BYTES * depth);
      stackColumn.push(row);
      labelColumn.push(set);
      values.push(value);
    },
    finish: () => ({
      symbols: symbols.finish(),
      stacks: {
        length: parents.length(),
        parent: parents.finish(),
        location: callees.finish(),
      },
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

/**
 * The mappings in which a location of the stack has no name: their addresses are all there is.
 * Undefined for none, as in most stacks.
 */
function mappingsWithUnnamed(
  stack: readonly number[],
  first: number,
  { locations }: Dictionary,
): ReadonlySet<number> | undefined {
  let found: Set<number> | undefined;
  for (let level = first; level < stack.length; level++) {
    const location = stack[level] ?? 0;
    if (locations.isNamed[location] === 1) continue;
    const mapping = locations.mapping[location];
    if (mapping === undefined) throw noLocation(location);
    found ??= new Set();
    found.add(mapping);
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
