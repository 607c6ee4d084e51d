import { engineHit } from '../database/engine-hit.ts';
import {
  REFERENCES_PER_PAGE,
  type ReportRecord,
  type ReportStore,
} from '../database/report-store.ts';
import { checkElement } from '../stix/element.ts';

/** Rows read and written at once: about 50 kB of text, under 2 ms. */
const ELEMENTS_PER_PIECE = 100;

/** A report was removed to make room while it was being read. */
export class ReportGoneError extends Error {
  constructor(id: string, seq: number) {
    super(`report ${id} was removed while it was read, at element ${seq}`);
    this.name = 'ReportGoneError';
  }
}

/**
 * The bundle as it was stored, in pieces of its JSON: 50,000 elements in one `JSON.stringify` would
 * hold the loop for 50 ms. The report's references stand where they stood.
 */
export function* bundlePieces(store: ReportStore, record: ReportRecord): Generator<string> {
  yield '{"type":"bundle","objects":[';
  for (let seq = 0; seq < record.elementCount; seq += ELEMENTS_PER_PIECE) {
    const texts = elementTexts(store, record, seq, ELEMENTS_PER_PIECE);
    const separator = seq === 0 ? '' : ',';
    const reportAt = record.reportSeq - seq;
    const report = texts[reportAt];
    if (report === undefined) {
      yield separator + texts.join(',');
    } else {
      // The report's text ends in "}": its last field goes before that.
      yield [separator, [...texts.slice(0, reportAt), report.slice(0, -1)].join(',')].join('');
      yield* referencePieces(store, record);
      yield ['}', ...texts.slice(reportAt + 1)].join(',');
    }
  }
  yield ']}';
}

function* referencePieces(store: ReportStore, record: ReportRecord): Generator<string> {
  yield ',"object_refs":[';
  for (let page = 0; page * REFERENCES_PER_PAGE < record.referenceCount; page++) {
    const references = store.readReferences(record.id, page);
    if (references.length === 0) throw new ReportGoneError(record.id, record.reportSeq);
    // Checked at the door: an id needs no escaping.
    yield (page === 0 ? '' : ',') + references.map((id) => `"${id}"`).join(',');
  }
  yield ']';
}

/** Elements `fromSeq` up to `fromSeq + limit` as the engine answers them: one hit per line of JSON. */
export function* hitPieces(
  store: ReportStore,
  record: ReportRecord,
  fromSeq: number,
  limit: number,
): Generator<string> {
  const endSeq = Math.min(record.elementCount, fromSeq + limit);
  for (let seq = fromSeq; seq < endSeq; seq += ELEMENTS_PER_PIECE) {
    const texts = elementTexts(store, record, seq, Math.min(ELEMENTS_PER_PIECE, endSeq - seq));
    yield texts.map((text, i) => `${JSON.stringify(hitOf(text, seq + i))}\n`).join('');
  }
}

function hitOf(text: string, seq: number): unknown {
  const checked = checkElement(JSON.parse(text));
  if (!checked.ok) throw new Error(`stored element ${seq} is not valid: ${checked.reason}`);
  return engineHit(checked.element, seq);
}

function elementTexts(
  store: ReportStore,
  { id, elementCount }: ReportRecord,
  seq: number,
  limit: number,
): readonly string[] {
  const expected = Math.min(limit, elementCount - seq);
  const texts = store.readElements(id, seq, limit);
  if (texts.length < expected) throw new ReportGoneError(id, seq + texts.length);
  return texts;
}
