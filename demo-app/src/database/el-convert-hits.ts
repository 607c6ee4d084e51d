import type { Fault } from '../config.ts';
import type { TurnBudget } from '../runtime/turn-budget.ts';
import { type ApiObject, elDataConverter, type NameDirectory } from './el-data-converter.ts';
import type { EngineHit } from './engine-hit.ts';

/**
 * Converts a page of hits, in slices that give the loop back when the turn's time is used up.
 *
 * The fault `el-data-converter` makes two mistakes that are common enough: names are searched in a
 * list, and the loop is not given back before the whole page is done.
 */
export async function elConvertHits(
  hits: readonly EngineHit[],
  turn: TurnBudget,
  fault: Fault | undefined,
): Promise<readonly ApiObject[]> {
  const isHealthy = fault !== 'el-data-converter';
  const directory = isHealthy ? await indexNames(hits, turn) : listNames(hits);
  const objects: ApiObject[] = [];
  for (const hit of hits) {
    objects.push(elDataConverter(hit, directory));
    if (isHealthy && turn.isSpent()) await turn.nextTurn();
  }
  return objects;
}

async function indexNames(hits: readonly EngineHit[], turn: TurnBudget): Promise<NameDirectory> {
  const nameById = new Map<string, string>();
  for (const hit of hits) {
    const name = nameOf(hit);
    if (name !== undefined) nameById.set(hit._source.internal_id, name);
    if (turn.isSpent()) await turn.nextTurn();
  }
  return { kind: 'index', nameById };
}

function listNames(hits: readonly EngineHit[]): NameDirectory {
  return {
    kind: 'list',
    entries: hits.map((hit) => ({ id: hit._source.internal_id, name: nameOf(hit) })),
  };
}

function nameOf({ _source: { name } }: EngineHit): string | undefined {
  return typeof name === 'string' ? name : undefined;
}
