import { elConvertHits } from '../database/el-convert-hits.ts';
import { engineHit } from '../database/engine-hit.ts';
import { createOverviewBuilder } from '../database/report-overview.ts';
import { createBundleParser } from '../ingest/bundle-parser.ts';
import { checkElement, type Element } from '../stix/element.ts';
import { hitOfLine } from '../worker/read-hits.ts';
import type { TurnBudget } from './turn-budget.ts';

/** Enough for the optimizing compiler to have seen it all; 0.2 s. */
const ELEMENTS = 3_000;
const FETCH_MAX_MILLIS = 1_000;

/**
 * Takes made-up elements along the way of real ones, as far as it leads through one process, and
 * asks `neighbourUrl` once. Code that runs for the first time is slow, and the first `fetch` loads an
 * HTTP client: the first report would hold the loop for over 30 ms. Belongs before a process says
 * that it is ready; stores nothing.
 */
export async function warmUpApi(turn: TurnBudget, neighbourUrl: string): Promise<void> {
  const parser = createBundleParser();
  const encoder = new TextEncoder();
  let hitCount = 0;
  parser.write(encoder.encode('{"type":"bundle","objects":['));
  for (let number = 0; number < ELEMENTS; number++) {
    parser.write(encoder.encode(`${number === 0 ? '' : ','}${JSON.stringify(elementOf(number))}`));
    for (const { index, value } of parser.takeParsed()) {
      const checked = checkElement(value);
      if (checked.ok && JSON.stringify(engineHit(checked.element, index)) !== '') hitCount++;
    }
    if (turn.isSpent()) await turn.nextTurn();
  }
  parser.write(encoder.encode(']}'));
  parser.end();
  if (hitCount !== ELEMENTS) throw new Error(`${hitCount} of ${ELEMENTS} elements were valid`);
  await ask(neighbourUrl);
}

/** The same for demo-worker: hits are read, converted and summed up. */
export async function warmUpWorker(turn: TurnBudget, neighbourUrl: string): Promise<void> {
  const overview = createOverviewBuilder();
  for (let number = 0; number < ELEMENTS; number++) {
    const hit = hitOfLine(JSON.stringify(engineHit(elementOf(number), number)));
    for (const object of await elConvertHits([hit], turn, undefined)) overview.add(object);
    if (turn.isSpent()) await turn.nextTurn();
  }
  const { objectCount } = overview.finish();
  if (objectCount !== ELEMENTS)
    throw new Error(`${objectCount} of ${ELEMENTS} hits were converted`);
  await ask(neighbourUrl);
}

async function ask(url: string): Promise<void> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MAX_MILLIS) });
    await response.body?.cancel();
  } catch {
    // It may start after us: what counts is that the client is loaded.
  }
}

function elementOf(number: number): Element {
  const id = (type: string, of: number): string =>
    `${type}--00000000-0000-4000-a000-${of.toString(16).padStart(12, '0')}`;
  const common = {
    created_by_ref: id('identity', 1),
    object_marking_refs: [id('marking-definition', 1)],
    labels: ['warm-up'],
    confidence: 50,
  };
  switch (number % 3) {
    case 0:
      return { ...common, type: 'malware', id: id('malware', number), name: `malware ${number}` };
    case 1:
      return {
        ...common,
        type: 'indicator',
        id: id('indicator', number),
        name: `indicator ${number}`,
        pattern: "[domain-name:value = 'example.org']",
        pattern_type: 'stix',
      };
    default:
      return {
        ...common,
        type: 'relationship',
        id: id('relationship', number),
        relationship_type: 'indicates',
        source_ref: id('indicator', number - 1),
        target_ref: id('malware', number - 2),
        x_inferences: [{ rule: 'warm_up', explanation: [id('malware', number - 2)] }],
      };
  }
}
