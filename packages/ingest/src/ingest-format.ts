/** How the body of `/ingest` is to be read. */
export type IngestFormat =
  | 'groups'
  | 'lines'
  | 'trie'
  | 'tree'
  | 'jfr'
  | 'pprof'
  | 'pprof-multipart'
  | 'speedscope';

/**
 * Chooses the format: by parameter or content type, the first that fits. `format=pprof` means that
 * the body is the pprof, whatever the content type says; anything unknown is folded groups.
 */
export function ingestFormat(formatParam: string, contentType: string): IngestFormat {
  if (formatParam === 'trie' || contentType === 'binary/octet-stream+trie') return 'trie';
  if (formatParam === 'tree' || contentType === 'binary/octet-stream+tree') return 'tree';
  switch (formatParam) {
    case 'lines':
    case 'jfr':
    case 'pprof':
    case 'speedscope':
      return formatParam;
    default:
      return contentType.includes('multipart/form-data') ? 'pprof-multipart' : 'groups';
  }
}
