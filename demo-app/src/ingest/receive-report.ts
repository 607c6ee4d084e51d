import type { CommittedReport, ReportRecord, ReportStore } from '../database/report-store.ts';
import { Problem } from '../http/problem.ts';
import type { TurnBudget } from '../runtime/turn-budget.ts';
import { checkElement, isReference } from '../stix/element.ts';
import { createBundleParser, type ParsedElement } from './bundle-parser.ts';

/** What became of a bundle. */
export type ReceivedReport = {
  readonly record: ReportRecord;
  readonly rejected: Rejected;
};

export type Rejected = {
  readonly elementCount: number;
  readonly referenceCount: number;
  /** Why, for the first few of them. */
  readonly first: readonly RejectedElement[];
};

export type RejectedElement = { readonly index: number; readonly reason: string };

/** 200,000 elements of 300 bytes are 60 MB. */
export const BODY_MAX_BYTES = 128 * 1024 * 1024;
/** Parsed at once: 1 to 2 ms. Sockets give up to 64 KiB. */
const PARSED_AT_ONCE_BYTES = 16 * 1024;
/** A commit waits for the disk; in one of 500 elements that costs little each. */
const TEXTS_PER_BATCH = 500;
/** Several times 500 ordinary elements: putting more would take a turn of its own. */
const BATCH_MAX_CHARS = 1024 * 1024;
/** A sender who makes one mistake makes it in every element. */
const REASONS_MAX = 20;

/**
 * Reads a bundle from `body` and stores it, element by element, while it arrives: a bundle with one
 * report and whatever that refers to. Elements that are not valid are counted and left out.
 *
 * Throws a BundleError or a Problem when nothing can be stored, and whatever `body` throws when the
 * sender leaves; nothing of the report is left behind in either case.
 */
export async function receiveReport(
  body: AsyncIterable<Uint8Array>,
  store: ReportStore,
  turn: TurnBudget,
): Promise<ReceivedReport> {
  const parser = createBundleParser();
  const writer = await store.beginReport();
  const first: RejectedElement[] = [];
  let texts: string[] = [];
  let textChars = 0;
  let report: CommittedReport | undefined;
  let bodyBytes = 0;
  let storedCount = 0;
  let rejectedElements = 0;
  let rejectedReferences = 0;

  function reject(index: number, reason: string): void {
    rejectedElements++;
    if (first.length < REASONS_MAX) first.push({ index, reason });
  }

  function keep(text: string): void {
    texts.push(text);
    textChars += text.length;
  }

  async function checkParsed(): Promise<void> {
    for (const { index, value, references } of parser.takeParsed()) {
      const checked = checkElement(value);
      if (!checked.ok) {
        reject(index, checked.reason);
      } else if (checked.element.type === 'report') {
        if (report !== undefined) {
          reject(index, `a bundle brings one report, and ${report.stixId} came before`);
        } else if (references.length === 0) {
          reject(index, 'object_refs: a report refers to at least one element');
        } else {
          const { object_refs: _emptied, ...own } = checked.element;
          report = { stixId: own.id, name: own.name ?? '', reportSeq: storedCount + texts.length };
          keep(JSON.stringify(own));
          await storeReferences(references);
        }
      } else if (references.length > 0) {
        reject(index, `object_refs: only a report has them, not a ${checked.element.type}`);
      } else {
        keep(JSON.stringify(value));
      }
      if (turn.isSpent()) await turn.nextTurn();
    }
  }

  /** The sender waits for the disk here: what is read ahead stays small. */
  async function storeTexts(): Promise<void> {
    const batch = texts;
    texts = [];
    textChars = 0;
    storedCount += batch.length;
    await writer.appendElements(batch);
  }

  async function storeReferences(references: ParsedElement['references']): Promise<void> {
    let valid: string[] = [];
    for (const reference of references) {
      if (isReference(reference)) valid.push(reference);
      else rejectedReferences++;
      if (turn.isSpent()) {
        await writer.appendReferences(valid);
        valid = [];
        await turn.nextTurn();
      }
    }
    await writer.appendReferences(valid);
  }

  try {
    for await (const chunk of body) {
      bodyBytes += chunk.length;
      if (bodyBytes > BODY_MAX_BYTES) throw bodyTooLarge();
      for (let from = 0; from < chunk.length; from += PARSED_AT_ONCE_BYTES) {
        if (turn.isSpent()) await turn.nextTurn();
        parser.write(chunk.subarray(from, from + PARSED_AT_ONCE_BYTES));
        await checkParsed();
        if (texts.length >= TEXTS_PER_BATCH || textChars >= BATCH_MAX_CHARS) await storeTexts();
      }
    }
    parser.end();
    await storeTexts();
    const rejected: Rejected = {
      elementCount: rejectedElements,
      referenceCount: rejectedReferences,
      first,
    };
    if (report === undefined) {
      throw new Problem(422, 'the bundle brings no valid report', { rejected });
    }
    return { record: await writer.commit(report), rejected };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

export function bodyTooLarge(): Problem {
  return new Problem(413, `the body has more than ${BODY_MAX_BYTES} bytes`);
}
