import { JSONParser, TokenType } from '@streamparser/json';

/**
 * A bundle is read as it arrives, one element at a time: `JSON.parse` of 50,000 elements would hold
 * the loop for 100 ms, and the whole of them in memory.
 *
 *     { "type": "bundle", "id": "bundle--…", "objects": [ {element}, {element}, … ] }
 *
 * A report's `object_refs` are handed over apart and are gone from its element: 50,000 of them make
 * 2.5 MB, and no other field may be as long.
 */
export type BundleParser = {
  /**
   * Takes the next bytes, cut anywhere, and adds what became complete to `parsed`.
   * Throws a BundleError; the parser is of no use afterwards.
   */
  write(chunk: Uint8Array): void;
  /** To be called once, after the last byte. Throws a BundleError when something is missing. */
  end(): void;
  /** What is complete and not yet taken, in the order in which it arrived. */
  takeParsed(): readonly ParsedElement[];
};

export type ParsedElement = {
  /** Its place in `objects`, from 0. */
  readonly index: number;
  /** Plain JSON: nothing is known of it. */
  readonly value: unknown;
  /** The items of its `object_refs`, not checked either; empty without the field. */
  readonly references: readonly unknown[];
};

export type BundleLimits = {
  readonly maxElements: number;
  /** Of one element's JSON without its `object_refs`. */
  readonly elementMaxBytes: number;
  readonly maxReferences: number;
  /** Brackets open at once. */
  readonly maxDepth: number;
};

export const BUNDLE_LIMITS: BundleLimits = {
  maxElements: 200_000,
  // An indicator has 300 bytes, a long description some thousands. Also what one token may take.
  elementMaxBytes: 64 * 1024,
  maxReferences: 200_000,
  // The bundle, its list and an element are three.
  maxDepth: 20,
};

/** The body is no bundle, or too much of one: the sender's fault. */
export class BundleError extends Error {
  readonly status: 400 | 413 | 422;

  constructor(status: 400 | 413 | 422, message: string) {
    super(message);
    this.name = 'BundleError';
    this.status = status;
  }
}

const ELEMENT_DEPTH = 3;

export function createBundleParser(limits: BundleLimits = BUNDLE_LIMITS): BundleParser {
  let parsed: ParsedElement[] = [];
  let references: unknown[] = [];
  let elementCount = 0;
  let bundleType: unknown;
  let hasObjects = false;

  // Where we are, in tokens and bytes: the parser itself knows no limits.
  let depth = 0;
  let writtenBytes = 0;
  let lastTokenAt = 0;
  let lastText: unknown;
  /** Where the element would have begun if it had no references. */
  let elementStart = 0;
  let referencesStart: number | undefined;
  let lastReferenceAt = 0;

  const parser = new JSONParser({
    paths: ['$.type', '$.objects.*', '$.objects.*.object_refs.*'],
    keepStack: false,
  });

  parser.onToken = ({ token, value, offset }) => {
    lastTokenAt = offset;
    if (token === TokenType.STRING) lastText = value;
    else if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) {
      depth++;
      if (depth > limits.maxDepth) {
        throw new BundleError(400, `byte ${offset} is nested deeper than ${limits.maxDepth}`);
      }
      if (depth === ELEMENT_DEPTH - 1) {
        hasObjects ||= token === TokenType.LEFT_BRACKET && lastText === 'objects';
      } else if (depth === ELEMENT_DEPTH) {
        elementStart = offset;
      } else if (depth === ELEMENT_DEPTH + 1 && lastText === 'object_refs') {
        referencesStart = offset;
        lastReferenceAt = offset;
      }
    } else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) {
      depth--;
      if (depth === ELEMENT_DEPTH && referencesStart !== undefined) {
        elementStart += offset - referencesStart;
        referencesStart = undefined;
      }
    }
    checkElementSize(offset);
  };

  parser.onValue = ({ value, parent, stack }) => {
    // The length of the stack says which of the three paths it was: that many containers are open.
    if (stack.length === 4) takeReference(value, parent);
    else if (stack.length === 2) takeElement(value, parent);
    else bundleType = value;
  };

  function takeReference(value: unknown, parent: unknown): void {
    if (references.length === limits.maxReferences) {
      throw new BundleError(413, `a report has more than ${limits.maxReferences} object_refs`);
    }
    references.push(value);
    lastReferenceAt = lastTokenAt;
    // The parser keeps what belongs to an element until the element is complete. Its list is live.
    if (Array.isArray(parent)) parent.pop();
  }

  function takeElement(value: unknown, parent: unknown): void {
    if (elementCount === limits.maxElements) {
      throw new BundleError(413, `the bundle has more than ${limits.maxElements} elements`);
    }
    if (!Array.isArray(parent)) throw new BundleError(400, '"objects" must be a list');
    parsed.push({ index: elementCount++, value, references });
    references = [];
  }

  function checkElementSize(atByte: number): void {
    if (depth < ELEMENT_DEPTH) return;
    const ownBytes = (referencesStart ?? atByte) - elementStart;
    // What stands where references belong is not counted, but one of them is no longer than an element.
    const referenceBytes = referencesStart === undefined ? 0 : atByte - lastReferenceAt;
    if (Math.max(ownBytes, referenceBytes) > limits.elementMaxBytes) {
      throw new BundleError(
        413,
        `element ${elementCount} has more than ${limits.elementMaxBytes} bytes`,
      );
    }
  }

  function checkOpenToken(): void {
    // A token is told when it ends: one that never does is noticed by the bytes since the last one.
    if (writtenBytes - lastTokenAt > limits.elementMaxBytes) {
      throw new BundleError(
        413,
        `the value at byte ${lastTokenAt} is longer than ${limits.elementMaxBytes} bytes`,
      );
    }
  }

  return {
    write(chunk) {
      writtenBytes += chunk.length;
      asBundleError(() => parser.write(chunk));
      if (!parser.isEnded) checkOpenToken();
    },
    end() {
      if (!parser.isEnded) asBundleError(() => parser.end());
      if (writtenBytes === 0) throw new BundleError(400, 'the body is empty');
      if (bundleType !== 'bundle') {
        throw new BundleError(422, `the type must be "bundle", not ${JSON.stringify(bundleType)}`);
      }
      if (!hasObjects) throw new BundleError(422, 'a bundle has a list called "objects"');
    },
    takeParsed() {
      const taken = parsed;
      parsed = [];
      return taken;
    },
  };
}

function asBundleError(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (error instanceof BundleError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BundleError(400, `not JSON: ${reason.slice(0, 200)}`);
  }
}
