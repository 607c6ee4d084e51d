import {
  type CallTree,
  type FunctionReport,
  type Int64Column,
  int64At,
  type Profile,
  textFromProfile,
} from '@emberscope/profile';
import type {
  BucketedSeries,
  FunctionTimelines,
  MergedFunction,
  MergedProfile,
  MergedTree,
  PointSeries,
  SingleProfiles,
} from '../answers.ts';
import type { ProfileId } from '../ids.ts';

/*
 * Answers as values that two stores must have in common: rows of tables drawn as text, ids of
 * profiles as numbers, and nothing of the order that no one promised.
 */

/** The number of a profile by the order of pushes: ids themselves are random. */
export type NumberOfId = (id: ProfileId) => number;
/** Two stores that know profiles by the same ids need no numbers. */
export type NameOfId = (id: ProfileId) => string | number;

export function plainTree({ tree, unnamed, coverage }: MergedTree) {
  return { nodes: nodesOf(tree), unnamed, coverage };
}

export function plainMergedProfile({ profile, coverage }: MergedProfile) {
  const header = headerOf(profile);
  return {
    header: { ...header, comments: [...header.comments].sort() },
    samples: textFromProfile(profile).sort(),
    coverage,
  };
}

export function plainFunction({ report, selected }: MergedFunction) {
  return { report: plainReport(report), selected };
}

export function plainSeries(all: readonly BucketedSeries[], numberOf: NumberOfId) {
  return all.map((series) => ({
    ...series,
    value: bigintsOf(series.value),
    exemplars: series.exemplars.map(({ profileId, labels, ...rest }) => ({
      ...rest,
      labels: labels.key,
      profile: numberOf(profileId),
    })),
  }));
}

/** Points by time and profile; of one profile in any order. */
export function plainPoints(all: readonly PointSeries[], nameOf: NameOfId = itself) {
  return all.map(({ labels, length, timeNanos, value, profileId, spanId }) => ({
    labels,
    points: inRuns(
      Array.from({ length }, (_, i) => {
        const id = profileId[i];
        const run = `${timeNanos[i]} ${id === undefined ? 'no id' : nameOf(id)}`;
        return { run, text: `${run} ${spanId[i]} ${value[i]}` };
      }),
    ),
  }));
}

export function plainSingles({ profiles, leftOut }: SingleProfiles, nameOf: NameOfId = itself) {
  return {
    leftOut,
    profiles: profiles.map(({ profileId, labels, profile, ...rest }) => ({
      ...rest,
      profileId: nameOf(profileId),
      labels: labels.key,
      header: headerOf(profile),
      samples: samplesByText(profile),
    })),
  };
}

/**
 * Samples as lines of text, sorted, equal stacks of equal tracing added up: an engine that writes
 * them down may do so, and nobody is promised anything else.
 */
export function samplesByText(profile: Profile): string[] {
  const sums = new Map<string, bigint>();
  for (const line of textFromProfile(profile)) {
    const [, stack = '', value = '0', tracing = ''] =
      /^(?:(.*) )?(-?\d+)(?: (\{.*\}))?$/.exec(line) ?? [];
    const labels = tracing.replace(/^\{|\}$/g, '').split(', ');
    const key = `${stack} ${labels.sort().join(', ').toLowerCase()}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(value));
  }
  return [...sums].map(([key, sum]) => `${key} = ${sum}`).sort();
}

export function plainTimelines({ functions, total, ...rest }: FunctionTimelines) {
  return {
    ...rest,
    total: bigintsOf(total),
    functions: functions.map(({ self, ...named }) => ({ ...named, self: bigintsOf(self) })),
  };
}

function nodesOf(tree: CallTree): string[] {
  const paths: string[] = [];
  return Array.from(tree.parent, (caller, node) => {
    const frame = tree.frame[node] ?? 0;
    const { name, file, line } = tree.frames;
    const drawn = `${name[frame]}@${file[frame]}:${line[frame]}`;
    paths[node] = caller === -1 ? drawn : `${paths[caller]};${drawn}`;
    return `${paths[node]} ${int64At(tree.self, node)} ${int64At(tree.total, node)}`;
  });
}

function headerOf({ symbols: _, stacks: __, labelSets: ___, samples: ____, ...header }: Profile) {
  return header;
}

function plainReport({ lines, callers, callees, ...sums }: FunctionReport) {
  const sorted = (rows: readonly object[]): string[] => rows.map(textOf).sort();
  return { ...sums, lines: sorted(lines), callers: sorted(callers), callees: sorted(callees) };
}

function textOf(row: object): string {
  return Object.entries(row)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

function bigintsOf(column: Int64Column): bigint[] {
  return Array.from(column, BigInt);
}

/** Sorts lines within runs of one profile, and leaves the runs where they are. */
function inRuns(lines: readonly { readonly run: string; readonly text: string }[]): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  for (const [i, line] of lines.entries()) {
    run.push(line.text);
    if (lines[i + 1]?.run === line.run) continue;
    sorted.push(...run.sort());
    run = [];
  }
  return sorted;
}

function itself(id: ProfileId): string {
  return id;
}
