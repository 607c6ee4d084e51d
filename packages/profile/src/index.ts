export { type AlignedTrees, alignCallTrees, mergeCallTrees } from './align-call-trees.ts';
export {
  type CallTree,
  foldStacks,
  framesToNode,
  NO_NODE,
  type NodeIndex,
  orderCallTree,
  subtreeEnds,
  type TreeShape,
  treeTotal,
} from './call-tree.ts';
export { type ChildLists, childLists } from './child-lists.ts';
export { DIFF_LEVEL_CELLS, type DiffLevels, encodeDiff } from './diff-levels.ts';
export { cutStacks } from './dot/cut-stacks.ts';
export { type DotText, dotFromProfile } from './dot/dot-from-profile.ts';
export { profileFromText, textFromProfile } from './drawn-profile.ts';
export { createEdgeInterner, EDGE_BLOCK, type EdgeInterner } from './edge-interner.ts';
export {
  decodeFlameGraph,
  encodeFlameGraph,
  type FlameGraphLevels,
  LEVEL_CELLS,
  type LevelBox,
} from './flame-graph-levels.ts';
export {
  type FlameBoxes,
  type FlameRows,
  flameRows,
  layOutFlameGraph,
  nodeAt,
  visibleBoxes,
} from './flame-layout.ts';
export { type FoldedText, foldedTextFromTree, profileFromFoldedText } from './folded-text.ts';
export {
  createFrameCollector,
  type FrameCollector,
  type FrameIndex,
  type FrameTable,
  type Framing,
  frameRow,
  framesByFunction,
  framesByName,
  rankFrames,
} from './frame-table.ts';
export {
  type CallEdge,
  type FunctionReport,
  type RunningLine,
  reportFunction,
} from './function-report.ts';
export { createGrowableInt32, type GrowableInt32 } from './growable.ts';
export {
  createInt64ColumnBuilder,
  type Int64Column,
  type Int64ColumnBuilder,
  int64At,
  isWide,
  pickInt64,
  sumInt64,
  sumsStayNarrow,
  widen,
} from './int64-column.ts';
export { nthLargest } from './largest-values.ts';
export { type MergedProfiles, mergeProfiles } from './merge-profiles.ts';
export { createNamedProfileBuilder, type NamedProfileBuilder } from './named-profile-builder.ts';
export {
  type Profile,
  type SampleColumns,
  sampleTypeIndex,
  type ValueType,
} from './profile.ts';
export {
  createProfileBuilder,
  type ProfileBuilder,
  type ProfileHeader,
  type SourceFrame,
} from './profile-builder.ts';
export {
  type ParsedProfileType,
  type ProfileType,
  parseProfileType,
  profileTypeId,
} from './profile-type.ts';
export { reusableFloat64, reusableInt32 } from './reusable-cells.ts';
export {
  createLabelSetInterner,
  type LabelSetIndex,
  type LabelSetInterner,
  type LabelSetTable,
  labelsOfSet,
  NO_LABELS,
  type SampleLabel,
} from './sample-labels.ts';
export { type ReportedFunction, type SourceFunction, sourceFunction } from './source-function.ts';
export { createStackInterner, type StackInterner } from './stack-interner.ts';
export {
  locationsOfStack,
  NO_STACK,
  pushStacks,
  type StackIndex,
  type StackTable,
} from './stack-table.ts';
export { addUpTree, selfByStack, type TreeValues } from './stack-values.ts';
export { createStringInterner, type StringIndex, type StringInterner } from './strings.ts';
export {
  createSymbolInterner,
  functionTableOf,
  locationTableOf,
  mappingTableOf,
  type SymbolInterner,
} from './symbol-interner.ts';
export {
  type FunctionIndex,
  type FunctionRow,
  type FunctionTable,
  functionRow,
  type LineRow,
  type LocationIndex,
  type LocationRow,
  type LocationTable,
  locationRow,
  MAPPING_HAS,
  type MappingIndex,
  type MappingRow,
  type MappingTable,
  mappingRow,
  NO_MAPPING,
  type Symbols,
} from './symbols.ts';
export { type DecodedTree, decodeTreeBytes, encodeTreeBytes } from './tree-bytes.ts';
export { OTHER, truncateCallTree, truncationThreshold } from './truncate.ts';
export {
  createUvarintReader,
  createUvarintWriter,
  type UvarintReader,
  type UvarintWriter,
} from './uvarint.ts';
