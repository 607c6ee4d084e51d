import type { EngineConnection, EngineHit } from './engine-hit.ts';

/** An element as the API shows it: nested, named, without the engine's flat keys. */
export type ApiObject = {
  readonly id: string;
  readonly index: string;
  readonly sort: readonly number[];
  readonly entityType: string;
  readonly baseType: 'ENTITY' | 'RELATION';
  /** By kind: `created-by`, `object-marking`, `object-label` … */
  readonly references: Readonly<Record<string, readonly ApiReference[]>>;
  readonly inferences: readonly ApiInference[];
  /** Of relations alone. */
  readonly from?: ApiEnd;
  readonly to?: ApiEnd;
  /** Everything the engine has no say in: name, pattern, confidence … */
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** `name` is undefined when the element is not among those that were read together. */
export type ApiReference = { readonly id: string; readonly name: string | undefined };
export type ApiEnd = ApiReference & { readonly role: string; readonly type: string };

export type ApiInference = {
  readonly rule: string;
  readonly explanation: readonly string[];
  readonly attributes: readonly (readonly [key: string, value: unknown])[];
};

/** The names of the elements that were read together, to be looked up by id. */
export type NameDirectory =
  | { readonly kind: 'index'; readonly nameById: ReadonlyMap<string, string> }
  /** The same as a list, to be searched from its start: what DEMO_FAULT=el-data-converter uses. */
  | { readonly kind: 'list'; readonly entries: readonly NameEntry[] };

export type NameEntry = { readonly id: string; readonly name: string | undefined };

const REFERENCE_KEY = /^rel_(.+)\.internal_id$/;
const RULE_PREFIX = 'i_rule_';
/** Written by the engine for itself, and said by other fields of an ApiObject. */
const ENGINE_KEYS: ReadonlySet<string> = new Set([
  'internal_id',
  'entity_type',
  'base_type',
  'connections',
]);

/**
 * Turns one hit of the engine into the object that the API shows. About 3 µs with an index of names;
 * with a list it is as slow as the list is long.
 */
export function elDataConverter(hit: EngineHit, directory: NameDirectory): ApiObject {
  const source = hit._source;
  const references: Record<string, ApiReference[]> = {};
  const inferences: ApiInference[] = [];
  const attributes: Record<string, unknown> = {};

  // Phase 1: take the flat keys apart.
  const ids: (readonly [kind: string, id: string])[] = [];
  for (const [key, value] of Object.entries(source)) {
    if (ENGINE_KEYS.has(key)) continue;
    const kind = REFERENCE_KEY.exec(key)?.[1];
    if (kind !== undefined) {
      for (const id of new Set(listOfStrings(value))) ids.push([kind, id]);
    } else if (key.startsWith(RULE_PREFIX)) {
      inferences.push(...inferencesOf(key.slice(RULE_PREFIX.length), value));
    } else {
      attributes[key] = value;
    }
  }
  const ends = source.base_type === 'RELATION' ? endsOf(source.connections ?? []) : {};
  if (ends.from !== undefined) ids.push(['from', ends.from.internal_id]);
  if (ends.to !== undefined) ids.push(['to', ends.to.internal_id]);

  // Phase 2: give every id its name. In this function and not in one of its own, so that a profile
  // shows the searching where the list was chosen over the index.
  for (const [kind, id] of ids) {
    let name: string | undefined;
    if (directory.kind === 'index') {
      name = directory.nameById.get(id);
    } else {
      for (const entry of directory.entries) {
        // The last one wins, as it does in an index.
        if (entry.id === id && entry.name !== undefined) name = entry.name;
      }
    }
    references[kind] ??= [];
    references[kind].push({ id, name });
  }

  // Phase 3: put the object together; a relation's ends leave the references for fields of their own.
  const { from: fromReferences, to: toReferences, ...others } = references;
  return {
    id: source.internal_id,
    index: hit._index,
    sort: hit.sort,
    entityType: source.entity_type,
    baseType: source.base_type,
    references: others,
    inferences,
    ...(ends.from === undefined ? {} : { from: apiEnd(ends.from, fromReferences) }),
    ...(ends.to === undefined ? {} : { to: apiEnd(ends.to, toReferences) }),
    attributes,
  };
}

function listOfStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function inferencesOf(rule: string, conclusions: unknown): ApiInference[] {
  if (!Array.isArray(conclusions)) return [];
  return conclusions.map((conclusion: unknown) => {
    const { explanation, attributes } = fieldsOf(conclusion);
    return {
      rule,
      explanation: listOfStrings(explanation),
      attributes: Object.entries(fieldsOf(attributes)),
    };
  });
}

function fieldsOf(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

type Ends = { readonly from?: EngineConnection; readonly to?: EngineConnection };

function endsOf(connections: readonly EngineConnection[]): Ends {
  const from = connections.find(({ role }) => role.endsWith('_from'));
  const to = connections.find(({ role }) => role.endsWith('_to'));
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function apiEnd(end: EngineConnection, named: readonly ApiReference[] | undefined): ApiEnd {
  return {
    id: end.internal_id,
    name: named?.[0]?.name,
    role: end.role,
    type: end.types[0] ?? 'unknown',
  };
}
