import { unixNanos } from '@emberscope/units';
import { createGrowableInt32 } from './growable.ts';
import { createInt64ColumnBuilder } from './int64-column.ts';
import type { Profile, ValueType } from './profile.ts';
import {
  createLabelSetInterner,
  type LabelSetIndex,
  type LabelSetInterner,
  NO_LABELS,
} from './sample-labels.ts';
import { createStackInterner, type StackInterner } from './stack-interner.ts';
import type { StackIndex } from './stack-table.ts';
import { createSymbolInterner, type SymbolInterner } from './symbol-interner.ts';
import { type LocationIndex, NO_MAPPING } from './symbols.ts';

/** One frame of a format that knows functions and lines but no binaries. */
export type SourceFrame = {
  readonly name: string;
  readonly systemName?: string;
  readonly file?: string;
  /** Where the function is defined; 0 when unknown. */
  readonly startLine?: number;
  /** The line that ran; 0 when unknown. */
  readonly line?: number;
};

/** All of a profile but its samples and what they stand on. */
export type ProfileHeader = {
  readonly sampleTypes: readonly ValueType[];
} & Partial<
  Pick<
    Profile,
    | 'defaultSampleType'
    | 'periodType'
    | 'period'
    | 'timeNanos'
    | 'durationNanos'
    | 'comments'
    | 'dropFrames'
    | 'keepFrames'
  >
>;

export type ProfileBuilder = {
  readonly symbols: SymbolInterner;
  readonly stacks: StackInterner;
  readonly labelSets: LabelSetInterner;
  /** A location of one line, in no mapping, without an address. */
  frame(frame: SourceFrame): LocationIndex;
  /** `values` has a value for each sample type. */
  addSample(stack: StackIndex, values: readonly (number | bigint)[], labels?: LabelSetIndex): void;
  finish(): Profile;
};

/** Builds a profile sample by sample: for every reader that is not in a hurry. */
export function createProfileBuilder(header: ProfileHeader): ProfileBuilder {
  const symbols = createSymbolInterner();
  const stacks = createStackInterner();
  const labelSets = createLabelSetInterner();
  const sampleStack = createGrowableInt32();
  const sampleLabels = createGrowableInt32();
  const columns = header.sampleTypes.map(() => createInt64ColumnBuilder());

  return {
    symbols,
    stacks,
    labelSets,
    frame({ name, systemName = '', file = '', startLine = 0, line = 0 }) {
      const row = symbols.function({
        name: symbols.string(name),
        systemName: symbols.string(systemName),
        fileName: symbols.string(file),
        startLine,
      });
      const lines = [{ function: row, lineNumber: line }];
      return symbols.location({ mapping: NO_MAPPING, address: 0n, isFolded: false, lines });
    },
    addSample(stack, values, labels = NO_LABELS) {
      if (values.length !== columns.length) {
        throw new RangeError(`${values.length} values for ${columns.length} sample types`);
      }
      sampleStack.push(stack);
      sampleLabels.push(labels);
      for (const [i, value] of values.entries()) columns[i].push(value);
    },
    finish: () => ({
      sampleTypes: header.sampleTypes,
      defaultSampleType: header.defaultSampleType ?? '',
      periodType: header.periodType,
      period: header.period ?? 0n,
      timeNanos: header.timeNanos ?? unixNanos(0n),
      durationNanos: header.durationNanos ?? 0n,
      symbols: symbols.finish(),
      stacks: stacks.finish(),
      labelSets: labelSets.finish(),
      samples: {
        length: sampleStack.length(),
        stack: sampleStack.finish(),
        labels: sampleLabels.finish(),
        values: columns.map((column) => column.finish()),
      },
      comments: header.comments ?? [],
      dropFrames: header.dropFrames ?? '',
      keepFrames: header.keepFrames ?? '',
    }),
  };
}
