import { type Environment, nodeFs, readSettings } from '@emberscope/node-kit';
import { PROGRAM } from '../program.ts';
import { type CollectorSettings, checkSettings, collectorSettings } from '../settings.ts';
import type { CommandResult } from './command-result.ts';

/** `collector check FILE`: says what is wrong with a file of settings, or what it amounts to. */
export async function runCheck(
  argv: readonly string[],
  environment: Environment,
): Promise<CommandResult> {
  const [path, ...rest] = argv;
  if (path === undefined || path.startsWith('-') || rest.length > 0) {
    return { code: 2, text: 'collector check takes one file: collector check collector.yaml\n' };
  }
  const loaded = await loadSettings(['--config', path], environment);
  if (!loaded.ok) return { code: 1, text: `${loaded.reasons.join('\n')}\n` };
  const { settings } = loaded;
  const labels = settings.externalLabels.map(({ name, value }) => `${name}=${value}`).join(', ');
  const lines = [
    `${path} is fine`,
    `delivers to ${settings.endpointUrl}`,
    `external labels: ${labels || 'none'}; where an agent sends the same, the ${settings.conflictWinner} one stays`,
    `relabel rules: ${settings.relabelRules.length}`,
  ];
  return { code: 0, text: `${lines.join('\n')}\n` };
}

export type LoadedSettings =
  | { readonly ok: true; readonly settings: CollectorSettings }
  | { readonly ok: false; readonly reasons: readonly string[] };

/** The settings as the collector itself would read them. */
export async function loadSettings(
  argv: readonly string[],
  environment: Environment,
): Promise<LoadedSettings> {
  const read = await readSettings({
    program: PROGRAM,
    version: '',
    shape: collectorSettings,
    argv,
    environment,
    fs: nodeFs,
  });
  switch (read.kind) {
    case 'settings':
      return checkSettings(read.settings);
    case 'refused':
      return { ok: false, reasons: read.reasons };
    case 'shown':
      return { ok: false, reasons: ['--help and --version are for the collector itself'] };
    default:
      return read satisfies never;
  }
}
