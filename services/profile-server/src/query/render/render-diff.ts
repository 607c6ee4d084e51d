import { create } from '@bufbuild/protobuf';
import { SelectMergeStacktracesRequestSchema } from '@emberscope/protocol/querier';
import { flamebearerDiffJson } from '../encode/flamebearer-body.ts';
import { diffLevels } from '../querier/diff.ts';
import type { Query } from '../query.ts';
import { refuseArgument } from '../query-refusal.ts';
import type { QueryParams } from './query-params.ts';
import { type RenderAnswer, renderJson } from './render-answer.ts';
import { type RenderedSelection, readSelection } from './rendered-selection.ts';

const LEFT = { query: 'leftQuery', from: 'leftFrom', until: 'leftUntil' };
const RIGHT = { query: 'rightQuery', from: 'rightFrom', until: 'rightUntil' };

/** Two selections of one profile type as one flame graph. */
export async function renderDiff(query: Query<QueryParams>): Promise<RenderAnswer> {
  const left = readSelection(query.request, LEFT, query.nowMillis());
  const right = readSelection(query.request, RIGHT, query.nowMillis());
  if (left.profileType.id !== right.profileType.id) refuseArgument('profile types must match');
  const request = { left: sideRequest(left), right: sideRequest(right) };
  const levels = await diffLevels({ ...query, request });
  return renderJson(flamebearerDiffJson(levels, left.profileType));
}

function sideRequest({ profileType, ...selection }: RenderedSelection) {
  return create(SelectMergeStacktracesRequestSchema, {
    ...selection,
    profileTypeID: profileType.id,
  });
}
