import { looksLikePerfScript } from '@emberscope/formats';

/** What an uploaded file is taken for. */
export type FileKind = 'json' | 'pprof' | 'collapsed' | 'perf-script';

/** As much as tells text from protobuf: that has a small number within its first bytes. */
const LOOK_BYTES = 512;

/** By its name where that says it, else by how it begins. */
export function kindOfFile(name: string, content: Uint8Array): FileKind {
  const extension = /\.[^./]*$/.exec(name.toLowerCase())?.[0] ?? '';
  if (extension === '.json') return 'json';
  if (extension === '.pprof' || extension === '.pb' || extension === '.gz') return 'pprof';
  if (extension === '.txt' || extension === '.folded' || extension === '.collapsed') {
    return kindOfText(content);
  }
  if (content[0] === 0x7b) return 'json';
  return isText(content) ? kindOfText(content) : 'pprof';
}

function kindOfText(content: Uint8Array): FileKind {
  return looksLikePerfScript(content) ? 'perf-script' : 'collapsed';
}

/** Without control characters but tab, line feed and carriage return. */
function isText(content: Uint8Array): boolean {
  for (const byte of content.subarray(0, LOOK_BYTES)) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  return true;
}
