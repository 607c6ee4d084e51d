export { expandTemplate, type MatchedGroups } from './go-expand.ts';
export { type GoString, quoteGoString, readGoString } from './go-string.ts';
export { isLegacyLabelName, isUtf8LabelName, LABEL } from './label-names.ts';
export {
  type BuiltLabelSet,
  compareLabelSets,
  EMPTY_LABEL_SET,
  filterLabels,
  formatLabelSet,
  type Label,
  type LabelSet,
  labelSet,
  labelSetFromRecord,
  labelValue,
  withLabels,
} from './label-set.ts';
export { fnv1a64, hashLabelSet } from './label-set-hash.ts';
export { createLabelSetIds, type LabelSetId, type LabelSetIds } from './label-set-ids.ts';
export {
  type BuiltMatcher,
  type Matcher,
  type MatcherOp,
  matcher,
  matchesAll,
  matchesValue,
} from './matcher.ts';
export { PATTERN_MAX_LENGTH, PATTERN_MAX_STEPS } from './re2-pattern.ts';
export { type Relabelled, relabel } from './relabel.ts';
export {
  type CompiledRule,
  compileRelabelRule,
  type NameValidation,
  RELABEL_ACTIONS,
  type RelabelAction,
  type RelabelConfig,
  type RelabelRule,
} from './relabel-rule.ts';
export {
  formatSelector,
  type ParsedSelector,
  parseSelector,
  SELECTOR_MAX_LENGTH,
  SELECTOR_MAX_MATCHERS,
} from './selector.ts';
export {
  type CompiledPattern,
  compileValuePattern,
  type ValuePattern,
} from './value-pattern.ts';
