import { ExemplarType } from '@emberscope/protocol/types';
import { compareUtf8 } from '@emberscope/units';
import type { BucketedSeries } from '../../store/answers.ts';
import { utf8 } from '../encode/answer-body.ts';
import { flamebearerJson } from '../encode/flamebearer-body.ts';
import { dotMaxNodes, dotText } from '../querier/dot-answer.ts';
import { mergedFlameGraph } from '../querier/merge-stacktraces.ts';
import { mergedPprof } from '../querier/pprof-answer.ts';
import { queryRange } from '../querier/query-range.ts';
import { profileSelection } from '../querier/query-selection.ts';
import { bucketedSeries } from '../querier/select-series.ts';
import { selectStacktraces } from '../querier/select-stacktraces.ts';
import type { Query } from '../query.ts';
import { pointIntervalMillis } from './point-interval.ts';
import type { QueryParams } from './query-params.ts';
import { type RenderAnswer, renderJson } from './render-answer.ts';
import { type RenderedSelection, readSelection } from './rendered-selection.ts';
import { type RenderedTimeline, renderedTimeline } from './rendered-timeline.ts';

const PARAMS = { query: 'query', from: 'from', until: 'until' };

/**
 * A flame graph and what it is made of over time, or with `format=dot` a call graph. `aggregation`
 * does nothing, as in Pyroscope v2.
 */
export async function render(query: Query<QueryParams>): Promise<RenderAnswer> {
  const params = query.request;
  const selection = readSelection(params, PARAMS, query.nowMillis());
  if (params.get('format') === 'dot') return renderDot(query, selection);
  return renderFlameGraph(query, selection, params.getAll('groupBy'));
}

async function renderFlameGraph(
  query: Query<unknown>,
  selection: RenderedSelection,
  groupBy: readonly string[],
): Promise<RenderAnswer> {
  const { profileType, labelSelector, start, end } = selection;
  const request = { profileTypeID: profileType.id, labelSelector, start, end };
  const selected = await selectStacktraces(
    { ...query, request: { ...request, maxNodes: selection.maxNodes } },
    { profileIds: [], spanIds: [], traceIds: [], callSite: [] },
  );
  const graph = await mergedFlameGraph(query, selected.selection, selected.maxNodes);

  const startMillis = Number(start);
  const endMillis = Number(end);
  const stepMillis = pointIntervalMillis(startMillis, endMillis);
  const series = await bucketedSeries({
    ...query,
    request: {
      ...request,
      step: stepMillis / 1000,
      groupBy: [...groupBy],
      exemplarType: ExemplarType.NONE,
    },
  });
  const timelineOf = (points: BucketedSeries | undefined): RenderedTimeline =>
    renderedTimeline(points, startMillis, endMillis, stepMillis);
  return renderJson(
    flamebearerJson(graph, profileType, {
      // Several series are not one.
      timeline: timelineOf(series.length === 1 ? series[0] : undefined),
      groups: groupBy.length === 0 ? undefined : groupsOf(series, groupBy[0] ?? '', timelineOf),
    }),
  );
}

/** The name of the series that lack a label. */
const NO_VALUE = '*';

/** Series by their value of a label. Of several with one value the last stands, which is the smallest. */
function groupsOf(
  series: readonly BucketedSeries[],
  label: string,
  timelineOf: (points: BucketedSeries) => RenderedTimeline,
): ReadonlyMap<string, RenderedTimeline> {
  const byValue = series.map((points): readonly [string, RenderedTimeline] => {
    const value = points.labels.find(({ name }) => name === label)?.value ?? NO_VALUE;
    return [value, timelineOf(points)];
  });
  return new Map([...new Map(byValue)].sort(([a], [b]) => compareUtf8(a, b)));
}

/** Of the whole profile: a number of nodes that is none is the default, and none is
 * too large, but a text may be. */
async function renderDot(
  query: Query<unknown>,
  { profileType, labelSelector, start, end, maxNodes }: RenderedSelection,
): Promise<RenderAnswer> {
  const request = { profileTypeID: profileType.id, labelSelector, start, end };
  const range = queryRange({ ...query, request });
  const selection = range && profileSelection({ ...query, request }, range);
  const profile = await mergedPprof(query, selection, end, undefined);
  if (profile === undefined) return { bytes: utf8(''), contentType: 'text/plain' };
  const dot = dotText(profile, dotMaxNodes(maxNodes));
  return { bytes: utf8(dot), contentType: 'text/plain; charset=utf-8' };
}
