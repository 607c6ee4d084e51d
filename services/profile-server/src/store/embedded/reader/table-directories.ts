import type { TableDirectory } from '../segment/segment-directory.ts';

/** Where the pages of a table are, and the remarks of its rows: what a query needs that reads rows. */
export type TablePages = Pick<TableDirectory, 'levels' | 'remarks'>;

/**
 * What directories say of pages, table by table. As objects that is 4 KB for each table: a segment of
 * ten thousand services took 40 MB in every thread that answers queries, and few of its tables are
 * ever read. Segments of many tables keep it as text, and of those the tables read last as objects.
 */
export type TableDirectories = {
  /** Of all tables of a segment, by place. Each answer is good for as long as who asked has it. */
  keep(tables: readonly TablePages[]): readonly (() => TablePages)[];
  /** How many texts were read, since the start. */
  readonly readCount: () => number;
};

/** A segment of fewer tables has all of them as objects: theirs have many blocks, and are read often. */
const MANY_TABLES = 500;

/** Tables of large segments that are objects at a time. */
const OBJECTS_MAX = 1_000;

export function createTableDirectories(
  { manyTables, objectsMax } = { manyTables: MANY_TABLES, objectsMax: OBJECTS_MAX },
): TableDirectories {
  /**
   * By the number of the text, the one read longest ago first. Not by the text itself: each is a window
   * on those of its whole segment, which would live on when that has been merged or deleted.
   */
  const objects = new Map<number, TablePages>();
  let textCount = 0;
  let readCount = 0;

  function keepText(text: Uint8Array): () => TablePages {
    const number = textCount++;
    return () => {
      const known = objects.get(number);
      if (known !== undefined) return known;
      // Text that was made of such an object.
      const read = JSON.parse(decoder.decode(text)) as TablePages;
      readCount++;
      objects.set(number, read);
      for (const oldest of objects.keys()) {
        if (objects.size <= objectsMax) break;
        objects.delete(oldest);
      }
      return read;
    };
  }

  return {
    keep(tables) {
      if (tables.length < manyTables) return tables.map((pages) => () => pages);
      const texts = tables.map(({ levels, remarks }) =>
        encoder.encode(JSON.stringify({ levels, remarks })),
      );
      // One piece of memory: ten thousand of their own would be as many objects again.
      const all = new Uint8Array(texts.reduce((sum, { length }) => sum + length, 0));
      let end = 0;
      return texts.map((text) => {
        const at = end;
        all.set(text, at);
        end += text.length;
        return keepText(all.subarray(at, end));
      });
    },
    readCount: () => readCount,
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
