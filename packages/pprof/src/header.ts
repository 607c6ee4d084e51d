import { NO_INDEX, type WireReader } from './wire-reader.ts';

/** A type and its unit as rows of the string table. */
export type ValueTypeRow = { type: number; unit: number };

/** The fields of a profile that are not tables, as they are read. Strings are rows. */
export class Header {
  readonly sampleTypes: ValueTypeRow[] = [];
  readonly comments: number[] = [];
  periodType: ValueTypeRow | undefined;
  period = 0n;
  timeNanos = 0n;
  durationNanos = 0n;
  dropFrames = 0;
  keepFrames = 0;
  defaultSampleType = 0;

  /** Reads the field of a tag that is none of the tables'. */
  read(tag: number, wire: WireReader): void {
    switch (tag) {
      case 0x0a: {
        const sampleType = { type: 0, unit: 0 };
        readValueType(wire, sampleType);
        this.sampleTypes.push(sampleType);
        break;
      }
      case 0x38:
        this.dropFrames = wire.index();
        break;
      case 0x40:
        this.keepFrames = wire.index();
        break;
      case 0x48:
        this.timeNanos = wire.int64();
        break;
      case 0x50:
        this.durationNanos = wire.int64();
        break;
      case 0x5a:
        this.periodType ??= { type: 0, unit: 0 };
        readValueType(wire, this.periodType);
        break;
      case 0x60:
        this.period = wire.int64();
        break;
      case 0x68:
        this.comments.push(wire.index());
        break;
      case 0x6a: {
        const outerEnd = wire.enter();
        while (wire.offset < wire.end) this.comments.push(wire.index());
        wire.leave(outerEnd);
        break;
      }
      case 0x70:
        this.defaultSampleType = wire.index();
        break;
      default:
        wire.skipUnknown(tag, LAST_FIELD);
    }
  }

  /** What names a string that is not there, or undefined. */
  findBadIndex(stringCount: number): string | undefined {
    const isBad = (row: number) => row === NO_INDEX || row >= stringCount;
    if (this.sampleTypes.some(({ type }) => isBad(type))) return 'sample type type';
    if (this.sampleTypes.some(({ unit }) => isBad(unit))) return 'sample type unit';
    if (this.periodType !== undefined && isBad(this.periodType.type)) return 'period type type';
    if (this.periodType !== undefined && isBad(this.periodType.unit)) return 'period type unit';
    if (isBad(this.dropFrames)) return 'drop frames';
    if (isBad(this.keepFrames)) return 'keep frames';
    if (isBad(this.defaultSampleType)) return 'default sample type';
    if (this.comments.some(isBad)) return 'comment';
    return undefined;
  }
}

/** The last field of a profile that is known here; pprof has added others since. */
const LAST_FIELD = 14;

/** A second occurrence of the same message adds to the first, as proto3 wants it. */
function readValueType(wire: WireReader, valueType: ValueTypeRow): void {
  const outerEnd = wire.enter();
  while (wire.offset < wire.end) {
    const tag = wire.tag();
    switch (tag) {
      case 0x08:
        valueType.type = wire.index();
        break;
      case 0x10:
        valueType.unit = wire.index();
        break;
      default:
        wire.skipUnknown(tag, 2);
    }
  }
  wire.leave(outerEnd);
}
