import { type Element, typeOfReference } from '../stix/element.ts';

/**
 * An element as a search engine answers it: the document as it was indexed, with everything it points
 * to spread over flat keys.
 *
 *     rel_<kind>.internal_id     ids at the other end, `rel_created-by.internal_id`
 *     i_rule_<name>              what that rule concluded
 *     connections                both ends of a relation, in no order that one may rely on
 */
export type EngineHit = {
  readonly _index: string;
  readonly _id: string;
  readonly _source: EngineSource;
  readonly sort: readonly [seq: number];
};

export type EngineSource = {
  readonly internal_id: string;
  readonly entity_type: string;
  readonly base_type: 'ENTITY' | 'RELATION';
  readonly connections?: readonly EngineConnection[] | undefined;
  readonly [key: string]: unknown;
};

export type EngineConnection = {
  readonly internal_id: string;
  /** `<relationship type>_from` or `<relationship type>_to`. */
  readonly role: string;
  readonly types: readonly string[];
};

/** Told apart by their own keys of an element; every other field goes into the document as it is. */
const SPREAD_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'created_by_ref',
  'object_marking_refs',
  'labels',
  'x_inferences',
  'relationship_type',
  'source_ref',
  'target_ref',
]);

/** The engine's own keys: a sender who writes them would have them taken for facts. */
const ENGINE_FIELD =
  /^(?:rel_|i_rule_|connections$|internal_id$|entity_type$|base_type$|__proto__$)/;

export function engineHit(element: Element, seq: number): EngineHit {
  const source: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(element)) {
    if (!SPREAD_FIELDS.has(key) && !ENGINE_FIELD.test(key)) source[key] = value;
  }
  if (element.created_by_ref !== undefined) {
    source['rel_created-by.internal_id'] = [element.created_by_ref];
  }
  if (element.object_marking_refs !== undefined) {
    source['rel_object-marking.internal_id'] = element.object_marking_refs;
  }
  if (element.labels !== undefined) source['rel_object-label.internal_id'] = element.labels;
  for (const { rule, ...conclusion } of element.x_inferences ?? []) {
    const key = `i_rule_${rule}`;
    const others = source[key];
    source[key] = [...(Array.isArray(others) ? others : []), conclusion];
  }
  return {
    _index: `threats_${element.type}`,
    _id: element.id,
    _source: { ...source, ...identity(element) },
    sort: [seq],
  };
}

function identity(element: Element): EngineSource {
  const { id, type, relationship_type: kind, source_ref: from, target_ref: to } = element;
  if (kind === undefined || from === undefined || to === undefined) {
    return { internal_id: id, entity_type: type, base_type: 'ENTITY' };
  }
  return {
    internal_id: id,
    entity_type: kind,
    base_type: 'RELATION',
    connections: [
      { internal_id: to, role: `${kind}_to`, types: [typeOfReference(to)] },
      { internal_id: from, role: `${kind}_from`, types: [typeOfReference(from)] },
    ],
  };
}
