import type { ReportStore } from '../database/report-store.ts';
import type { TurnBudget } from '../runtime/turn-budget.ts';
import { checkElement, type ElementType } from '../stix/element.ts';

export type Search = {
  /** Any part of the name, in any case. */
  readonly name: string;
  readonly type?: ElementType | undefined;
  readonly limit: number;
};

export type SearchResult = {
  /** The newest report's first. */
  readonly matches: readonly SearchMatch[];
  readonly scannedElements: number;
  /** False when there are more elements than a search looks at, or more matches than asked for. */
  readonly isComplete: boolean;
};

export type SearchMatch = {
  readonly reportId: string;
  readonly id: string;
  readonly type: ElementType;
  readonly name: string;
};

/** About 0.2 s of work in slices: a search looks at every element, there is no index of names. */
export const SCANNED_MAX = 50_000;
const REPORTS_PER_PAGE = 20;
const ELEMENTS_PER_READ = 100;

export async function searchElements(
  store: ReportStore,
  { name, type, limit }: Search,
  turn: TurnBudget,
): Promise<SearchResult> {
  const wanted = name.toLowerCase();
  const matches: SearchMatch[] = [];
  let scannedElements = 0;

  for (let beforeId: string | undefined; ; ) {
    const records = store.listReports(REPORTS_PER_PAGE, beforeId);
    if (records.length === 0) return { matches, scannedElements, isComplete: true };
    for (const { id, elementCount } of records) {
      beforeId = id;
      for (let seq = 0; seq < elementCount; seq += ELEMENTS_PER_READ) {
        for (const text of store.readElements(id, seq, ELEMENTS_PER_READ)) {
          if (scannedElements === SCANNED_MAX || matches.length === limit) {
            return { matches, scannedElements, isComplete: false };
          }
          scannedElements++;
          const match = matchOf(id, text, wanted, type);
          if (match !== undefined) matches.push(match);
          // After each: 100 elements may have 64 KiB apiece.
          if (turn.isSpent()) await turn.nextTurn();
        }
      }
    }
  }
}

function matchOf(
  reportId: string,
  text: string,
  wanted: string,
  type: ElementType | undefined,
): SearchMatch | undefined {
  const checked = checkElement(JSON.parse(text));
  if (!checked.ok || checked.element.name === undefined) return undefined;
  const { element } = checked;
  const { id, name = '' } = element;
  if (type !== undefined && element.type !== type) return undefined;
  return name.toLowerCase().includes(wanted)
    ? { reportId, id, type: element.type, name }
    : undefined;
}
