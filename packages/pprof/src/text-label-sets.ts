import {
  createLabelSetInterner,
  type LabelSetIndex,
  type LabelSetTable,
  labelsOfSet,
  NO_LABELS,
  type SampleLabel,
} from '@emberscope/profile';

/** The label sets that are left when labels that are numbers are not counted. */
export type TextLabelSets = {
  /** The new set of an old one; numbered in the order of asking. */
  setOf(set: LabelSetIndex): LabelSetIndex;
  finish(): LabelSetTable;
};

/**
 * A label without a text is a number, even if it is 0. Labels are sorted, so that two orders of
 * the same labels are one set.
 */
export function createTextLabelSets(sets: LabelSetTable): TextLabelSets {
  const interner = createLabelSetInterner();
  const newSets = new Int32Array(sets.length).fill(UNKNOWN);
  newSets[NO_LABELS] = NO_LABELS;
  return {
    setOf(set) {
      if (newSets[set] === UNKNOWN) {
        newSets[set] = interner.intern(labelsOfSet(sets, set).filter(isText).sort(byKeyAndText));
      }
      return newSets[set];
    },
    finish: interner.finish,
  };
}

const UNKNOWN = -1;

type TextLabel = Extract<SampleLabel, { kind: 'text' }>;

function isText(label: SampleLabel): label is TextLabel {
  return label.kind === 'text' && label.text !== 0;
}

function byKeyAndText(a: TextLabel, b: TextLabel): number {
  return a.key - b.key || a.text - b.text;
}
