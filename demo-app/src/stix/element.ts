import { z } from 'zod';

/**
 * One object of a bundle, as in STIX 2.1 (OASIS, "STIX Version 2.1", section 3): what this app needs
 * of it is checked, everything else is kept as it came.
 */
export type Element = {
  readonly type: ElementType;
  readonly id: string;
  readonly name?: string | undefined;
  readonly created_by_ref?: string | undefined;
  readonly object_marking_refs?: readonly string[] | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly confidence?: number | undefined;
  /** What a rule of the sender concluded, and from which elements. */
  readonly x_inferences?: readonly Inference[] | undefined;
  /** Of relationships alone. */
  readonly relationship_type?: string | undefined;
  readonly source_ref?: string | undefined;
  readonly target_ref?: string | undefined;
  readonly [key: string]: unknown;
};

export type Inference = {
  readonly rule: string;
  readonly explanation: readonly string[];
  readonly attributes?: Readonly<Record<string, string | number | boolean>> | undefined;
};

export const ELEMENT_TYPES = [
  'attack-pattern',
  'campaign',
  'identity',
  'indicator',
  'intrusion-set',
  'location',
  'malware',
  'marking-definition',
  'relationship',
  'report',
  'threat-actor',
  'tool',
  'vulnerability',
] as const;
export type ElementType = (typeof ELEMENT_TYPES)[number];

export type ElementCheck =
  | { readonly ok: true; readonly element: Element }
  /** Says which field, and what is wrong with it. */
  | { readonly ok: false; readonly reason: string };

/** A longer list is no list of labels or markings any more. */
const SMALL_LIST_MAX = 100;
/** A STIX id is a type, two hyphens and a UUID; the longest type has 20 letters. */
const REFERENCE_MAX_CHARS = 100;
const NAME_MAX_CHARS = 1_000;
const PATTERN_MAX_CHARS = 10_000;

const reference = z
  .string()
  .max(REFERENCE_MAX_CHARS)
  .regex(/^[a-z][a-z0-9-]*--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const name = z.string().min(1).max(NAME_MAX_CHARS);

const common = {
  id: reference,
  created_by_ref: reference.optional(),
  object_marking_refs: z.array(reference).max(SMALL_LIST_MAX).optional(),
  labels: z.array(name).max(SMALL_LIST_MAX).optional(),
  confidence: z.number().int().min(0).max(100).optional(),
  x_inferences: z
    .array(
      z.object({
        rule: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
        explanation: z.array(reference).max(SMALL_LIST_MAX),
        attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
      }),
    )
    .max(SMALL_LIST_MAX)
    .optional(),
};

const named = z.looseObject({ ...common, type: z.enum(ELEMENT_TYPES), name });
const schemaByType: ReadonlyMap<string, z.ZodType<Element>> = new Map<string, z.ZodType<Element>>([
  ...ELEMENT_TYPES.map((type) => [type, named] as const),
  [
    'indicator',
    z.looseObject({
      ...common,
      type: z.literal('indicator'),
      name: name.optional(),
      pattern: z.string().min(1).max(PATTERN_MAX_CHARS),
      pattern_type: z.string().min(1).max(64),
    }),
  ],
  [
    'relationship',
    z.looseObject({
      ...common,
      type: z.literal('relationship'),
      relationship_type: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
      source_ref: reference,
      target_ref: reference,
    }),
  ],
]);

/** `value` is what one object of the bundle was in JSON; a report's references are checked apart. */
export function checkElement(value: unknown): ElementCheck {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, reason: 'an element must be an object' };
  }
  const type = 'type' in value ? value.type : undefined;
  const schema = typeof type === 'string' ? schemaByType.get(type) : undefined;
  if (schema === undefined) {
    return {
      ok: false,
      reason: `type ${quote(type)} is not one of ${ELEMENT_TYPES.join(', ')}`,
    };
  }
  const checked = schema.safeParse(value);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    return { ok: false, reason: `${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { id } = checked.data;
  if (!id.startsWith(`${type}--`)) {
    return { ok: false, reason: `id ${quote(id)} does not belong to type ${quote(type)}` };
  }
  return { ok: true, element: checked.data };
}

/** Whether a value may stand in a report's `object_refs`. */
export function isReference(value: unknown): value is string {
  return typeof value === 'string' && reference.safeParse(value).success;
}

/** The type that a reference names: `malware` of `malware--…`. */
export function typeOfReference(id: string): string {
  return id.slice(0, id.indexOf('--'));
}

/** As it stood in the JSON, but short: it goes into a sentence. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
