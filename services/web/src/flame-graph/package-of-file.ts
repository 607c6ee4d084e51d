/** Where a function's code comes from: what flame graphs are coloured by. */
export type CodeOrigin =
  /** The team's own code. */
  | { readonly kind: 'own' }
  /** A package from npm. */
  | { readonly kind: 'npm'; readonly packageName: string }
  /** Node's own JavaScript. */
  | { readonly kind: 'node' }
  /** Native code, garbage collection, and whatever has no file. */
  | { readonly kind: 'native' };

const MODULES = 'node_modules/';

/**
 * Reads a frame's file. The innermost `node_modules` decides, since that is what ran; pnpm's
 * `.pnpm/ws@8.18.0/node_modules/ws/` is the same package `ws`.
 */
export function originOfFile(file: string): CodeOrigin {
  if (file === '') return { kind: 'native' };
  if (file.startsWith('node:')) return { kind: 'node' };
  const path = file.replaceAll('\\', '/');
  const at = path.lastIndexOf(MODULES);
  if (at === -1 || (at > 0 && path[at - 1] !== '/')) return { kind: 'own' };
  const [first = '', second = ''] = path.slice(at + MODULES.length).split('/', 2);
  const packageName = first.startsWith('@') ? `${first}/${second}` : first;
  return packageName === '' ? { kind: 'own' } : { kind: 'npm', packageName };
}

/** As a legend or a search for `pkg:` names it: `own code`, `lmdb`, `node`, `native`. */
export function nameOfOrigin(origin: CodeOrigin): string {
  switch (origin.kind) {
    case 'own':
      return 'own code';
    case 'npm':
      return origin.packageName;
    case 'node':
      return 'node';
    case 'native':
      return 'native';
    default:
      return origin satisfies never;
  }
}
