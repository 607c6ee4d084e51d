import { MalformedRecording } from './malformed-recording.ts';

/** Counts one of the things that a recording is made of. */
export class PartCount {
  private readonly what: string;
  private readonly most: number;
  private count = 0;

  constructor(what: string, most: number) {
    this.what = what;
    this.most = most;
  }

  /** @throws MalformedRecording where there are too many */
  add(more: number): void {
    this.count += more;
    if (this.count > this.most) {
      throw new MalformedRecording(`more than ${this.most} ${this.what}`);
    }
  }
}

/**
 * What a recording may have, all of its chunks together, of things that take a byte or two each and
 * much more in time and memory: as many of one of these take a second or two. A megabyte of a real one
 * has 20,000 events, 20,000 entries of pools and 200,000 frames at most: 100 MB are read of any.
 */
export function createPartCounts() {
  return {
    /** Each with metadata of its own. The JDK begins one every 12 MB. */
    chunks: new PartCount('chunks', 500),
    metadataStrings: new PartCount('strings of metadata', 500_000),
    metadataElements: new PartCount('elements of metadata', 500_000),
    poolEntries: new PartCount('entries of pools', 2_000_000),
    frames: new PartCount('frames of stack traces', 24_000_000),
    events: new PartCount('events', 8_000_000),
    eventsWithStack: new PartCount('events with a stack', 2_500_000),
    settings: new PartCount('settings', 1_000_000),
    stackRows: new PartCount('rows of stacks', 2_000_000),
    locations: new PartCount('locations', 1_000_000),
  };
}

export type PartCounts = Readonly<ReturnType<typeof createPartCounts>>;
