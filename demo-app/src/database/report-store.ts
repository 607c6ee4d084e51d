import { open } from 'lmdb';
import type { TurnBudget } from '../runtime/turn-budget.ts';
import type { ReportOverview } from './report-overview.ts';

/**
 * What is known of one report beside its elements.
 *
 * Rows in LMDB, each table a B+ tree sorted by key; `id` begins with the time of arrival, so the
 * newest report is the last row.
 *
 *     reports     id            → ReportRecord
 *     elements    [id, seq]     → the element's JSON text, seq 0 … elementCount - 1 as they arrived
 *     references  [id, page]    → 1,000 of the report's object_refs
 *
 * The file belongs to one process: LMDB knows its readers by process id, and two containers may both
 * be number 7. Whoever else wants to read asks over HTTP.
 */
export type ReportRecord = {
  readonly id: string;
  /** The id that the sender gave the report. */
  readonly stixId: string;
  readonly name: string;
  readonly receivedAtMillis: number;
  readonly elementCount: number;
  readonly referenceCount: number;
  /** Which of the elements is the report itself. */
  readonly reportSeq: number;
  readonly conversion: Conversion;
};

/** How far the worker is with it. */
export type Conversion =
  | { readonly state: 'waiting' }
  | { readonly state: 'done'; readonly overview: ReportOverview }
  | { readonly state: 'failed'; readonly reason: string };

/** A report that is still arriving. Only `commit` makes it visible. */
export type ReportWriter = {
  readonly id: string;
  /** JSON texts. Resolves when they are written: who waits for it needs no queue. */
  appendElements(texts: readonly string[]): Promise<void>;
  appendReferences(references: readonly string[]): Promise<void>;
  commit(report: CommittedReport): Promise<ReportRecord>;
  /** Removes what was written. */
  abandon(): Promise<void>;
};

export type CommittedReport = Pick<ReportRecord, 'stixId' | 'name' | 'reportSeq'>;

export type ReportStore = {
  beginReport(): Promise<ReportWriter>;
  /** Undefined when there is none of that id. */
  readReport(id: string): ReportRecord | undefined;
  /** The newest first; `beforeId` leaves out that one and all newer ones. */
  listReports(limit: number, beforeId?: string): readonly ReportRecord[];
  /** JSON texts of elements `fromSeq` up to, not including, `fromSeq + limit`. */
  readElements(id: string, fromSeq: number, limit: number): readonly string[];
  /** Page `page` of the references, REFERENCES_PER_PAGE a page but for the last. */
  readReferences(id: string, page: number): readonly string[];
  setConversion(id: string, conversion: Conversion): Promise<void>;
  /** Ids of reports that are arriving or being removed: begun and not committed. */
  listArriving(): readonly string[];
  /** Reports that no worker has finished, the oldest first. */
  listWaiting(limit: number): readonly string[];
  /** Removes the oldest reports until no more than `maxElements` elements are stored. */
  trim(maxElements: number): Promise<number>;
  /** Throws when the database cannot be written or read. */
  probe(): Promise<void>;
  /** Does not wait for rows that are being removed: that goes on at the next start. */
  close(): Promise<void>;
};

export const REFERENCES_PER_PAGE = 1_000;
/** Rows put or removed before waiting for the commit: 2 to 3 ms of the loop. */
const ROWS_PER_BATCH = 500;

/** A report that was arriving when the process died has this row and no record. */
type ArrivingRow = { readonly sinceMillis: number };

export type StoreParts = {
  readonly dataDir: string;
  readonly turn: TurnBudget;
  readonly nowMillis?: () => number;
  readonly newSuffix?: () => string;
};

/**
 * Opens (creating it) the database in `dataDir`; opening and making tables blocks the loop for some
 * milliseconds. Reports that were arriving when the last process died are removed.
 */
export async function openReportStore({
  dataDir,
  turn,
  nowMillis = Date.now,
  newSuffix = () => crypto.randomUUID().slice(0, 8),
}: StoreParts): Promise<ReportStore> {
  const root = open({ path: dataDir, maxDbs: 5, noSubdir: false });
  const reports = root.openDB<ReportRecord, string>({ name: 'reports' });
  const arriving = root.openDB<ArrivingRow, string>({ name: 'arriving' });
  const elements = root.openDB<string, [string, number]>({ name: 'elements', encoding: 'string' });
  const references = root.openDB<readonly string[], [string, number]>({ name: 'references' });
  const probes = root.openDB<number, string>({ name: 'probes' });

  let isClosing = false;
  const forgetting = new Set<Promise<void>>();
  let storedElements = 0;
  for (const { value } of reports.getRange({})) storedElements += value.elementCount;
  for (const id of [...arriving.getKeys({})]) await forgetRows(id);

  /** Elements, references and the mark of an arriving report; the record is the caller's. */
  async function forgetRows(id: string): Promise<void> {
    const one = removeRows(id).finally(() => forgetting.delete(one));
    forgetting.add(one);
    await one;
  }

  async function removeRows(id: string): Promise<void> {
    for (const table of [elements, references]) {
      for (;;) {
        const keys = [...table.getKeys({ ...rowsOf(id), limit: ROWS_PER_BATCH })];
        if (keys.length === 0) break;
        let removed: Promise<boolean> | undefined;
        for (const key of keys) removed = table.remove(key);
        await removed;
        // Its mark is still there: the next start goes on here.
        if (isClosing) return;
        if (turn.isSpent()) await turn.nextTurn();
      }
    }
    await arriving.remove(id);
  }

  async function beginReport(): Promise<ReportWriter> {
    const receivedAtMillis = nowMillis();
    const id = `${receivedAtMillis.toString(16).padStart(12, '0')}-${newSuffix()}`;
    let elementCount = 0;
    let referenceCount = 0;
    let pageCount = 0;
    let openPage: string[] = [];
    await arriving.put(id, { sinceMillis: receivedAtMillis });

    async function flushPage(): Promise<void> {
      const page = openPage;
      openPage = [];
      if (page.length > 0) await references.put([id, pageCount++], page);
    }

    return {
      id,
      async appendElements(texts) {
        for (let from = 0; from < texts.length; from += ROWS_PER_BATCH) {
          let written: Promise<boolean> | undefined;
          for (const text of texts.slice(from, from + ROWS_PER_BATCH)) {
            written = elements.put([id, elementCount++], text);
          }
          await written;
          if (turn.isSpent()) await turn.nextTurn();
        }
      },
      async appendReferences(given) {
        for (const reference of given) {
          openPage.push(reference);
          referenceCount++;
          if (openPage.length === REFERENCES_PER_PAGE) await flushPage();
        }
      },
      async commit(report) {
        await flushPage();
        const record: ReportRecord = {
          ...report,
          id,
          receivedAtMillis,
          elementCount,
          referenceCount,
          conversion: { state: 'waiting' },
        };
        // One transaction: the report is there and no longer arriving, or neither.
        await root.batch(() => {
          void reports.put(id, record);
          void arriving.remove(id);
        });
        storedElements += elementCount;
        return record;
      },
      abandon: () => forgetRows(id),
    };
  }

  async function trim(maxElements: number): Promise<number> {
    let removedCount = 0;
    while (storedElements > maxElements && !isClosing) {
      const [oldest] = [...reports.getRange({ limit: 1 })];
      // The newest stays, however large: removing it would make the upload's answer a lie.
      const [newestId] = [...reports.getKeys({ reverse: true, limit: 1 })];
      if (oldest === undefined || oldest.key === newestId) break;
      storedElements -= oldest.value.elementCount;
      removedCount++;
      await root.batch(() => {
        void arriving.put(oldest.key, { sinceMillis: oldest.value.receivedAtMillis });
        void reports.remove(oldest.key);
      });
      await forgetRows(oldest.key);
    }
    return removedCount;
  }

  return {
    beginReport,
    readReport: (id) => reports.get(id),
    listReports: (limit, beforeId) =>
      [
        ...reports.getRange({
          reverse: true,
          limit,
          ...(beforeId === undefined ? {} : { start: beforeId, exclusiveStart: true }),
        }),
      ].map(({ value }) => value),
    readElements: (id, fromSeq, limit) =>
      [...elements.getRange({ start: [id, fromSeq], end: [id, fromSeq + limit] })].map(
        ({ value }) => value,
      ),
    readReferences: (id, page) => references.get([id, page]) ?? [],
    async setConversion(id, conversion) {
      const record = reports.get(id);
      // Trimmed in the meantime: nobody will ask for it.
      if (record !== undefined) await reports.put(id, { ...record, conversion });
    },
    listArriving: () => [...arriving.getKeys({})],
    listWaiting(limit) {
      const waiting: string[] = [];
      for (const { key, value } of reports.getRange({})) {
        if (value.conversion.state === 'waiting') waiting.push(key);
        if (waiting.length === limit) break;
      }
      return waiting;
    },
    trim,
    async probe() {
      const stamp = nowMillis();
      await probes.put('ready', stamp);
      if (probes.get('ready') !== stamp)
        throw new Error('the database does not keep what it is given');
    },
    async close() {
      isClosing = true;
      await Promise.allSettled(forgetting);
      await root.close();
    },
  };
}

/** All keys [id, n] of one report. */
function rowsOf(id: string): { start: [string, number]; end: [string, number] } {
  return { start: [id, 0], end: [id, Number.MAX_SAFE_INTEGER] };
}
