export { type PreparedExport, prepareExport } from './prepare-export.ts';
export { type ExportMessage, type ReadExport, readExport } from './read-export.ts';
