import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The check is run once, on a copy of the package with one defect of each kind. */

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'emberscope-protocol-copy-'));
let status: number | null;
let complaints: string;

before(() => {
  for (const part of ['proto', 'src/gen', 'buf.yaml', 'buf.gen.yaml']) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  appendFileSync(join(copy, 'src/gen/push/v1/push_pb.ts'), '// changed by hand\n');
  rmSync(join(copy, 'src/gen/vcs/v1/vcs_pb.ts'));
  writeFileSync(join(copy, 'src/gen/orphan_pb.ts'), '');
  appendFileSync(
    join(copy, 'proto/emberscope/page/v1/frames.proto'),
    '\n// A message.\nmessage Odd {\n  int64 noComment = 1;\n}\n',
  );
  const script = join(root, 'scripts', 'check-generated.mjs');
  const run = spawnSync(process.execPath, [script, copy], { encoding: 'utf8' });
  ({ status, stderr: complaints } = run);
});

after(() => rmSync(copy, { recursive: true, force: true }));

test('it fails', () => assert.equal(status, 1));

for (const complaint of [
  /^stale: src\/gen\/push\/v1\/push_pb\.ts$/m,
  /^missing: src\/gen\/vcs\/v1\/vcs_pb\.ts$/m,
  /^left over: src\/gen\/orphan_pb\.ts$/m,
  /^stale: src\/gen\/emberscope\/page\/v1\/frames_pb\.ts$/m,
  /frames\.proto:\d+:\d+:Field name "noComment" should be lower_snake_case/,
  /frames\.proto:\d+:\d+:Field "noComment" should have a non-empty comment/,
  /^buf lint failed$/m,
  /npm run generate -w packages\/protocol/,
]) {
  test(`it says ${complaint.source}`, () => assert.match(complaints, complaint));
}

test('it says nothing else', () => {
  const files = complaints.match(/^(stale|missing|left over): /gm);
  assert.equal(files?.length, 4);
});
