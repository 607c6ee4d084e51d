/**
 * Makes bundles of threat intelligence up, in the form of STIX 2.1: one report and the elements that
 * it refers to. The same seed makes the same bundle, byte for byte.
 */

/** Numbers in [0, 1), the same for the same seed. Mulberry32: 32 bits of state are enough to make names up. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often each type is made, of 100; the rest are relationships. */
const INDICATORS = 45;
const MALWARE = 12;
const ATTACK_PATTERNS = 8;

const WORDS = 'amber basalt cobalt drift ember falcon garnet harbor iris juniper krait lotus'.split(
  ' ',
);
const LABELS = ['phishing', 'ransomware', 'botnet', 'espionage', 'banking', 'wiper', 'loader'];
const RELATIONS = ['indicates', 'uses', 'targets', 'related-to', 'delivers'];

type MadeElement = { readonly id: string; readonly [field: string]: unknown };

/** Elements of JSON text that are joined to one piece: about 16 kB. */
const ELEMENTS_PER_PIECE = 50;

/** The bundle's JSON in pieces, so that 50,000 elements need neither memory nor a pause. */
export function* bundlePieces(elementCount: number, seed: number): Generator<string> {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const id = (type: string): string => `${type}--${uuid(random)}`;
  const name = (): string => `${pick(WORDS)}-${pick(WORDS)}-${Math.floor(random() * 1000)}`;

  const author = id('identity');
  const markings = [id('marking-definition'), id('marking-definition')];
  const references: string[] = [author, ...markings];
  const entities: string[] = [author];

  yield '{"type":"bundle","id":"';
  yield id('bundle');
  yield '","objects":[';
  yield JSON.stringify({ type: 'identity', id: author, name: 'Load Observatory' });
  for (const [i, name] of ['TLP:GREEN', 'PAP:AMBER'].entries()) {
    yield `,${JSON.stringify({ type: 'marking-definition', id: markings[i], name })}`;
  }

  let piece = '';
  for (let made = references.length; made < elementCount; made++) {
    const element = makeElement();
    references.push(element.id);
    piece += `,${JSON.stringify(element)}`;
    if (made % ELEMENTS_PER_PIECE === 0) {
      yield piece;
      piece = '';
    }
  }
  yield piece;

  const report = {
    type: 'report',
    id: id('report'),
    name: `Campaign ${name()}`,
    created_by_ref: author,
    labels: ['threat-report'],
  };
  yield `,${JSON.stringify(report).slice(0, -1)},"object_refs":[`;
  for (let from = 0; from < references.length; from += ELEMENTS_PER_PIECE) {
    const some = references.slice(from, from + ELEMENTS_PER_PIECE).map((ref) => `"${ref}"`);
    yield `${from === 0 ? '' : ','}${some.join(',')}`;
  }
  yield ']}]}';

  function makeElement(): MadeElement {
    const dice = random() * 100;
    const common = {
      created_by_ref: author,
      object_marking_refs: markings,
      labels: [pick(LABELS), pick(LABELS), pick(LABELS)],
      confidence: Math.floor(random() * 101),
    };
    if (dice >= INDICATORS + MALWARE + ATTACK_PATTERNS) {
      return {
        type: 'relationship',
        id: id('relationship'),
        relationship_type: pick(RELATIONS),
        source_ref: pick(entities),
        target_ref: pick(entities),
        ...common,
        ...(random() < 0.2 ? { x_inferences: [makeInference()] } : {}),
      };
    }
    const entity = makeEntity(dice, common);
    entities.push(entity.id);
    return entity;
  }

  function makeEntity(dice: number, common: object): MadeElement {
    if (dice < INDICATORS) {
      const octets = [0, 0, 0, 0].map(() => Math.floor(random() * 256)).join('.');
      return {
        type: 'indicator',
        id: id('indicator'),
        name: name(),
        pattern: `[ipv4-addr:value = '${octets}']`,
        pattern_type: 'stix',
        ...common,
      };
    }
    const type = dice < INDICATORS + MALWARE ? 'malware' : 'attack-pattern';
    return { type, id: id(type), name: name(), ...common };
  }

  function makeInference(): object {
    return {
      rule: 'shared_infrastructure',
      explanation: [pick(entities), pick(entities)],
      attributes: { score: Math.floor(random() * 100) },
    };
  }
}

function uuid(random: () => number): string {
  const hex = (digits: number): string =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`;
}
