import assert from 'node:assert/strict';

const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

export type AskedRange = { readonly startMillis: number; readonly endMillis: number };

/** What the flame graph of a range comes to. */
export async function flameTotal(
  url: string,
  labelSelector: string,
  { startMillis, endMillis }: AskedRange,
): Promise<number> {
  const { flamegraph } = await ask(url, 'SelectMergeStacktraces', {
    ...{ profileTypeID: TYPE, labelSelector, start: startMillis, end: endMillis },
    maxNodes: 64,
  });
  return Number(flamegraph?.total ?? 0);
}

/** What all points of all series come to. */
export async function seriesTotal(
  url: string,
  labelSelector: string,
  { startMillis, endMillis }: AskedRange,
  stepSeconds: number,
): Promise<number> {
  const { series = [] } = await ask(url, 'SelectSeries', {
    ...{ profileTypeID: TYPE, labelSelector, start: startMillis, end: endMillis },
    step: stepSeconds,
    groupBy: ['service_name'],
  });
  return series.flatMap(({ points = [] }) => points).reduce((sum, { value = 0 }) => sum + value, 0);
}

type Answer = {
  readonly flamegraph?: { readonly total?: string };
  readonly series?: readonly { readonly points?: readonly { readonly value?: number }[] }[];
};

async function ask(url: string, method: string, body: object): Promise<Answer> {
  const answer = await fetch(`${url}/querier.v1.QuerierService/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method}: ${answer.status} ${text}`);
  return JSON.parse(text) as Answer;
}
