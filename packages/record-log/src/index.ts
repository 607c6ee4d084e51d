export {
  type Crc32,
  type LogRecord,
  RECORD_HEADER_BYTES,
  type RecordLimits,
  type RecordRead,
  readRecord,
} from './record.ts';
export { createRecordBatch, type RecordBatch } from './record-batch.ts';
export {
  createRecordScanner,
  RESYNC_MAX_CHECKED_BYTES,
  type RecordScanner,
  type ScanEnd,
  type ScanEvent,
  scanRecords,
} from './record-scanner.ts';
