import type { QueryContext } from '../../store/selection.ts';
import type { Query, QueryParts } from '../query.ts';
import { type QueryCall, RENDER_METHODS, type RenderMethod } from '../query-call.ts';
import { type QueryParams, readQueryParams } from './query-params.ts';
import { render } from './render.ts';
import type { RenderAnswer } from './render-answer.ts';
import { renderDiff } from './render-diff.ts';
import { renderedLabelValues } from './rendered-label-values.ts';

const METHODS: Readonly<
  Record<RenderMethod, (query: Query<QueryParams>) => Promise<RenderAnswer>>
> = {
  'pyroscope/render': render,
  'pyroscope/render-diff': renderDiff,
  'pyroscope/label-values': renderedLabelValues,
};

export function isRenderMethod(method: QueryCall['method']): method is RenderMethod {
  return RENDER_METHODS.some((known) => known === method);
}

/** Answers a question of Pyroscope's older HTTP API; throws `QueryRefused` where it cannot. */
export async function answerRender(
  { method, request, tenants, takesUtf8LabelNames }: QueryCall & { readonly method: RenderMethod },
  parts: QueryParts,
  context: QueryContext,
): Promise<RenderAnswer> {
  const params = readQueryParams(new TextDecoder().decode(request));
  return METHODS[method]({ ...parts, tenants, takesUtf8LabelNames, context, request: params });
}
