import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type LabelSet, labelValue } from '@emberscope/labels';
import { PYROSCOPE_PPROF_LIMITS, writePprof } from '@emberscope/pprof';
import { type Profile, profileFromText, profileTypeId, textFromProfile } from '@emberscope/profile';
import { sharedFile, sharedMissing } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { plainSeries } from './ingest-body.ts';
import { parseIngestParams } from './ingest-params.ts';
import type { IngestedSeries } from './ingested-series.ts';
import { type PprofUpload, pprofSeries } from './pprof-series.ts';

/*
 * Requests to `/ingest` of a real Pyroscope server and what it made of them, replayed without
 * HTTP and without a store: statuses and messages, labels of series, types, stacks and values.
 */

type Part = {
  name: string;
  filename?: string | null;
  text?: string;
  json?: unknown;
  pprof?: Drawn;
};
type Drawn = {
  types: string[];
  period?: [string, number];
  stacks: unknown[];
  time?: string;
  bad?: string;
};
type Body = {
  text?: string;
  json?: unknown;
  file?: string;
  trie?: unknown;
  hex?: string;
  pprof?: Drawn;
  multipart?: Part[];
  gzipBody?: boolean;
};
type Step = {
  http?: {
    method: string;
    path: string;
    query?: Record<string, string>;
    headers?: Record<string, string>;
    body?: Body;
  };
  rpc?: string;
  message?: { profileTypeID?: string; labelSelector?: string; labelNames?: string[] };
  expect?: {
    status: number;
    error?: { message: string | { pattern: string } };
    json?: { labelsSet?: { labels: { name: string; value: string }[] }[]; stacks?: string[] };
  };
};

const SVC = 'svc-1';
const T0_SECONDS = 1_795_521_000;
const NOW = unixNanos(BigInt(T0_SECONDS + 900) * 1_000_000_000n);
/** Labels that a store derives or strips: not ingest's to make. */
const NOT_OURS =
  /^__(delta|session_id|profile_type|type|unit|period_type|period_unit|service_name)__$/;

describe('what a real server made of requests', { skip: sharedMissing }, () => {
  const areas = sharedMissing ? [] : ['ingest-text', 'ingest-speedscope', 'ingest-pprof'];
  for (const area of areas) {
    const cases: { name: string; steps: Step[] }[] = JSON.parse(
      new TextDecoder().decode(sharedFile(`conformance/cases/${area}.json`)),
    ).cases;
    for (const { name, steps } of cases) {
      // Times out of the window and sizes are the server's to judge, and so are methods.
      if (/too old|too new|methods|4 MiB|validation error|boundary/.test(name)) continue;
      // Labels of samples become labels of series later on, where all pushes meet.
      if (/sample labels split/.test(name)) continue;
      test(`${area}: ${name}`, () => replay(steps));
    }
  }
});

function replay(steps: readonly Step[]): void {
  const stored: IngestedSeries[] = [];
  for (const step of steps) {
    if (step.http !== undefined && step.expect !== undefined) {
      const answer = post(step.http);
      assert.equal(answer.status, step.expect.status, answer.reason);
      const message = step.expect.error?.message;
      if (typeof message === 'string') assert.ok(message.endsWith(answer.reason), answer.reason);
      stored.push(...answer.series);
    }
    if (step.rpc?.endsWith('/Series') && (step.message?.labelNames ?? []).length === 0) {
      assert.deepEqual(drawSeries(stored), recordedSeries(step));
    }
    const isWhole = step.message?.labelSelector === '{service_name="{{svc}}"}';
    if (step.rpc?.endsWith('/SelectMergeProfile') && isWhole) {
      assert.deepEqual(
        drawStacks(stored, step.message?.profileTypeID ?? ''),
        (step.expect?.json?.stacks ?? []).map(String).sort(),
      );
    }
  }
}

type Answer = { status: number; reason: string; series: readonly IngestedSeries[] };

/** What HTTP will do around this package: statuses, parts, and gzip where a body may have it. */
function post(http: NonNullable<Step['http']>): Answer {
  const query = new URLSearchParams(
    Object.entries(http.query ?? {}).map(([name, value]): [string, string] => [name, fill(value)]),
  );
  const contentType =
    http.headers?.['content-type'] ??
    (http.body?.multipart ? 'multipart/form-data; boundary=x' : '');
  const parsed = parseIngestParams(query, contentType, NOW);
  if (!parsed.ok) return { status: 400, reason: parsed.reason, series: [] };
  const { params } = parsed;
  switch (params.format) {
    case 'pprof':
    case 'pprof-multipart': {
      const upload = uploadOf(http.body ?? {}, params.format === 'pprof');
      const made = pprofSeries(params, upload, PYROSCOPE_PPROF_LIMITS);
      return made.ok
        ? { status: 200, reason: '', series: made.series }
        : { status: 422, reason: made.reason, series: [] };
    }
    case 'jfr':
      throw new Error('no case here is a Java recording');
    default: {
      const made = plainSeries(params, params.format, bodyBytes(http.body ?? {}));
      if (made.ok) return { status: 200, reason: '', series: made.series };
      return {
        status: made.kind === 'invalid-argument' ? 400 : 422,
        reason: made.reason,
        series: [],
      };
    }
  }
}

function uploadOf(body: Body, isRaw: boolean): PprofUpload {
  if (isRaw) {
    // A multipart body that is taken for a pprof is garbage.
    const profile = body.pprof === undefined ? bodyBytes(body) : pprofBytes(body.pprof);
    return { profile: body.multipart ? new TextEncoder().encode('--boundary') : profile };
  }
  const files = (body.multipart ?? []).filter(({ filename }) => filename !== null);
  const part = (name: string) => files.find((each) => each.name === name);
  const config = part('sample_type_config');
  const profile = part('profile');
  return {
    profile: profile?.pprof === undefined ? new Uint8Array(0) : pprofBytes(profile.pprof),
    hasPreviousProfile: part('prev_profile') !== undefined,
    sampleTypeConfig:
      config === undefined
        ? undefined
        : new TextEncoder().encode(config.text ?? JSON.stringify(config.json)),
  };
}

function pprofBytes({ types, period, stacks, time }: Drawn): Uint8Array {
  const typeOf = (text: string) => {
    const [type = '', unit = ''] = text.split(':');
    return { type, unit };
  };
  const lines = stacks.map((stack) => {
    if (typeof stack === 'string') return stack;
    assert.ok(Array.isArray(stack));
    const labels = Object.entries(stack[2] ?? {}).map(([name, value]) => `${name}="${value}"`);
    return `${stack[0]} ${stack[1].join(' ')}${labels.length > 0 ? ` {${labels.join(', ')}}` : ''}`;
  });
  const nanos = time === undefined || !/^\d+$/.test(time) ? NOW : BigInt(time);
  return writePprof(
    profileFromText(lines.join('\n'), {
      sampleTypes: types.map(typeOf),
      ...(period === undefined ? {} : { periodType: typeOf(period[0]), period: BigInt(period[1]) }),
      timeNanos: unixNanos(nanos),
    }),
  );
}

function bodyBytes(body: Body): Uint8Array {
  if (body.gzipBody) return Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0);
  if (body.hex !== undefined) return new Uint8Array(Buffer.from(body.hex, 'hex'));
  if (body.file !== undefined) return sharedFile(`conformance/inputs/${body.file}`);
  if (body.trie !== undefined) return Uint8Array.from(nodeStream(body.trie));
  return new TextEncoder().encode(
    body.json === undefined ? fill(body.text ?? '') : JSON.stringify(body.json),
  );
}

function nodeStream(node: unknown): number[] {
  assert.ok(Array.isArray(node));
  const [name, value, children] = node;
  const bytes = [...Buffer.from(String(name))];
  return [bytes.length, ...bytes, value, children.length, ...children.flatMap(nodeStream)];
}

/** Fills the templates that the recorded requests have. */
function fill(text: string): string {
  return text
    .replaceAll(/\{\{repeat:(\d+):(.*?)\}\}/g, (_, count, part) => part.repeat(Number(count)))
    .replaceAll(/\{\{svc\}\}/g, SVC)
    .replaceAll(/\{\{(?:t0|now)[^}]*\}\}/g, `${T0_SECONDS}`);
}

function drawSeries(stored: readonly IngestedSeries[]): string[] {
  const drawn = stored
    .filter(
      ({ labels, profile }) =>
        profile.samples.length > 0 && labelValue(labels, 'service_name').startsWith(SVC),
    )
    .flatMap(({ labels, profile }) =>
      typesOf(labels, profile).map((type) => `${type} ${drawLabels(labels.labels)}`),
    );
  return [...new Set(drawn)].sort();
}

function recordedSeries(step: Step): string[] {
  return (
    (step.expect?.json?.labelsSet ?? [])
      .map(({ labels }) => {
        const type = labels.find(({ name }) => name === '__profile_type__')?.value;
        return `${type} ${fill(drawLabels(labels))}`;
      })
      // Labels of samples become labels of series later on, where all pushes meet.
      .filter((line) => !/ (thread|vehicle)=/.test(line))
      .sort()
  );
}

function drawLabels(labels: readonly { readonly name: string; readonly value: string }[]): string {
  return labels
    .filter(({ name }) => !NOT_OURS.test(name))
    .map(({ name, value }) => `${name}=${value}`)
    .sort()
    .join(' ');
}

function typesOf(labels: LabelSet, { sampleTypes, periodType }: Profile): string[] {
  return sampleTypes.map(({ type, unit }) =>
    profileTypeId({
      name: labelValue(labels, '__name__'),
      sampleType: type,
      sampleUnit: unit,
      periodType: periodType?.type ?? '',
      periodUnit: periodType?.unit ?? '',
    }),
  );
}

/** Stacks of one type with their sums, as `root;…;leaf value`; what a store would drop is left out. */
function drawStacks(stored: readonly IngestedSeries[], typeId: string): string[] {
  const sums = new Map<string, bigint>();
  for (const { labels, profile } of stored) {
    const column = typesOf(labels, profile).indexOf(typeId);
    if (column === -1) continue;
    for (const line of textFromProfile(profile)) {
      // As many words at the end as there are sample types are values; a name may look like one.
      const words = line.replace(/ \{.*\}$/, '').split(' ');
      const values = words.splice(-profile.sampleTypes.length);
      const stack = words.join(' ');
      const value = BigInt(values[column] ?? 0);
      if (value > 0n) sums.set(stack, (sums.get(stack) ?? 0n) + value);
    }
  }
  return [...sums].map(([stack, value]) => `${stack} ${value}`).sort();
}
