import { engineHit } from '../database/engine-hit.ts';
import {
  REFERENCES_PER_PAGE,
  type ReportRecord,
  type ReportStore,
} from '../database/report-store.ts';
import { checkElement } from '../stix/element.ts';

/** Rows read at once: about 50 kB of text, under 2 ms. */
const ELEMENTS_PER_READ = 100;
/** Ordinary elements fill it to a third; whoever reads hits keeps all of an answer in memory. */
const HITS_MAX_CHARS = 8 * 1024 * 1024;
/** Text that is written at once; a single element may have 64 KiB. */
const PIECE_MIN_CHARS = 32 * 1024;

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
export function bundlePieces(store: ReportStore, record: ReportRecord): Generator<string> {
  return inPieces(bundleParts(store, record));
}

/**
 * Elements from `fromSeq` on as the engine answers them, one hit per line of JSON: `limit` of them,
 * or fewer when they are long. None at all means that there are no more.
 */
export function hitPieces(
  store: ReportStore,
  record: ReportRecord,
  fromSeq: number,
  limit: number,
): Generator<string> {
  return inPieces(hitLines(store, record, fromSeq, limit));
}

function* bundleParts(store: ReportStore, record: ReportRecord): Generator<string> {
  yield '{"type":"bundle","objects":[';
  let seq = 0;
  for (const text of elementTexts(store, record, 0, record.elementCount)) {
    if (seq > 0) yield ',';
    if (seq === record.reportSeq) {
      // The report's text ends in "}": its last field goes before that.
      yield text.slice(0, -1);
      yield* referenceParts(store, record);
      yield '}';
    } else {
      yield text;
    }
    seq++;
  }
  yield ']}';
}

function* referenceParts(store: ReportStore, record: ReportRecord): Generator<string> {
  yield ',"object_refs":[';
  for (let page = 0; page * REFERENCES_PER_PAGE < record.referenceCount; page++) {
    const references = store.readReferences(record.id, page);
    if (references.length === 0) throw new ReportGoneError(record.id, record.reportSeq);
    // Checked at the door: an id needs no escaping.
    yield (page === 0 ? '' : ',') + references.map((id) => `"${id}"`).join(',');
  }
  yield ']';
}

function* hitLines(
  store: ReportStore,
  record: ReportRecord,
  fromSeq: number,
  limit: number,
): Generator<string> {
  let seq = fromSeq;
  let writtenChars = 0;
  for (const text of elementTexts(store, record, fromSeq, fromSeq + limit)) {
    const line = `${JSON.stringify(hitOf(text, seq))}\n`;
    yield line;
    seq++;
    writtenChars += line.length;
    if (writtenChars >= HITS_MAX_CHARS) return;
  }
}

function hitOf(text: string, seq: number): unknown {
  const checked = checkElement(JSON.parse(text));
  if (!checked.ok) throw new Error(`stored element ${seq} is not valid: ${checked.reason}`);
  return engineHit(checked.element, seq);
}

/** Elements `fromSeq` up to, not including, `endSeq` or the last one. */
function* elementTexts(
  store: ReportStore,
  { id, elementCount }: ReportRecord,
  fromSeq: number,
  endSeq: number,
): Generator<string> {
  const lastSeq = Math.min(endSeq, elementCount);
  for (let seq = fromSeq; seq < lastSeq; seq += ELEMENTS_PER_READ) {
    const limit = Math.min(ELEMENTS_PER_READ, lastSeq - seq);
    const texts = store.readElements(id, seq, limit);
    yield* texts;
    if (texts.length < limit) throw new ReportGoneError(id, seq + texts.length);
  }
}

/** `parts` joined to pieces that are worth a write. */
function* inPieces(parts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length < PIECE_MIN_CHARS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
