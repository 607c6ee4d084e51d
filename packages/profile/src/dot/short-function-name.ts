/*
 * Functions as a picture names them: without what says where they are from. What is dropped are the
 * habits of languages, seen in what Go's pprof draws: directories of a package in Go, packages and
 * parameters in Java, namespaces and parameters in C++.
 */

const ANONYMOUS_NAMESPACE = '(anonymous namespace)::';

/** A function's name without what says where it is from. Takes time in proportion to its length. */
export function shortFunctionName(name: string): string {
  const named = name.startsWith(ANONYMOUS_NAMESPACE)
    ? name.slice(ANONYMOUS_NAMESPACE.length)
    : name;
  const plain = withoutMajorVersion(named);
  return goName(plain) ?? javaName(plain) ?? cppName(plain) ?? plain;
}

/** `b/v2.F` and `b/v2/c.F` of a Go module are `b.F` and `b/c.F`; there is no version 0 or 1 in a path. */
function withoutMajorVersion(name: string): string {
  if (name.includes('\n')) return name;
  for (let at = name.indexOf('/v'); at !== -1; at = name.indexOf('/v', at + 1)) {
    const start = at + '/v'.length;
    const end = endOf(isDigit, name, start);
    const version = name.slice(start, end);
    const isMajor = version !== '' && version !== '1' && !version.startsWith('0');
    if (isMajor && (name[end] === '.' || name[end] === '/')) {
      return name.slice(0, at) + name.slice(end);
    }
  }
  return name;
}

/**
 * `b.F` of `github.com/a/b.F`: what is behind as many directories as leave a package and a name with a
 * dot between them. One pass from the right, since a name may be one long path.
 */
function goName(name: string): string | undefined {
  const end = directoriesEnd(name);
  let dot = name.indexOf('.', end);
  for (let start = end; start > 0; start--) {
    if (name[start] === '.') dot = start;
    const isAfterSlash = name[start - 1] === '/';
    if (isAfterSlash && dot > start && dot + 1 < name.length && name[dot + 1] !== '\n') {
      const lineEnd = name.indexOf('\n', dot);
      return lineEnd === -1 ? name.slice(start) : name.slice(start, lineEnd);
    }
  }
  return undefined;
}

/** Behind the slash of the last directory at the beginning of a name. */
function directoriesEnd(name: string): number {
  let start = 0;
  for (;;) {
    const end = endOf(isOfDirectory, name, start);
    if (end === start || name[end] !== '/') return start;
    start = end + 1;
  }
}

/** `Class.method` of `com.company.Class.method(int)`. */
function javaName(name: string): string | undefined {
  const parameters = name.indexOf('(');
  const path = (parameters === -1 ? name : name.slice(0, parameters)).split('.');
  const method = path.pop() ?? '';
  const owner = path.pop() ?? '';
  const isMethod = method === '<init>' || (isLower(method[0]) && isAll(isOfJavaName, method));
  const isClass = isUpper(owner[0]) && isAll(isOfJavaName, owner);
  const arePackages = path.every((word) => isLower(word[0]) && isAll(isOfWord, word));
  return isMethod && isClass && arePackages ? `${owner}.${method}` : undefined;
}

/** `Class::method<int>` of `space::Class::method<int>(char)`; a class begins with a capital. */
function cppName(name: string): string | undefined {
  /** Where each word of the path begins; the last one may be a destructor's. */
  const starts: number[] = [];
  let end = 0;
  for (let start = 0; ; start = end + '::'.length) {
    const wordStart = starts.length > 0 && name[start] === '~' ? start + 1 : start;
    if (!isFirstOfWord(name[wordStart])) break;
    starts.push(start);
    end = endOf(isOfWord, name, wordStart);
    if (wordStart !== start || !name.startsWith('::', end)) break;
  }
  for (let method = starts.length - 1; method >= 2; method--) {
    const owner = starts[method - 1];
    if (!isUpper(name[endOf(isUnderscore, name, owner)])) continue;
    const methodStart = starts[method] + (name[starts[method]] === '~' ? 1 : 0);
    const methodEnd = endOf(isOfWord, name, methodStart);
    return name.slice(owner, endOfTemplate(name, methodEnd));
  }
  return undefined;
}

/** Behind the last `>` of the line, where `start` is a `<`. */
function endOfTemplate(name: string, start: number): number {
  if (name[start] !== '<') return start;
  const lineEnd = name.indexOf('\n', start);
  const close = name.lastIndexOf('>', lineEnd === -1 ? name.length : lineEnd);
  return close > start ? close + 1 : start;
}

type IsOfKind = (character: string | undefined) => boolean;

/** Where the first character from `start` on is that is not of the kind. */
function endOf(isOfKind: IsOfKind, text: string, start: number): number {
  let end = start;
  while (end < text.length && isOfKind(text[end])) end++;
  return end;
}

function isAll(isOfKind: IsOfKind, text: string): boolean {
  return endOf(isOfKind, text, 0) === text.length;
}

const between =
  (first: string, last: string): IsOfKind =>
  (character) =>
    character !== undefined && character >= first && character <= last;

const isDigit = between('0', '9');
const isLower = between('a', 'z');
const isUpper = between('A', 'Z');
const isUnderscore: IsOfKind = (character) => character === '_';
const isFirstOfWord: IsOfKind = (c) => isLower(c) || isUpper(c) || isUnderscore(c);
const isOfWord: IsOfKind = (c) => isFirstOfWord(c) || isDigit(c);
const isOfJavaName: IsOfKind = (c) => isOfWord(c) || c === '$';
const isOfDirectory: IsOfKind = (c) => isOfWord(c) || c === '-' || c === '.';
