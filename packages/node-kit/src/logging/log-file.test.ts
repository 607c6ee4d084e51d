import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

test('a reader that does not read stops nobody, and what it misses is counted', async () => {
  const url = new URL('./log-file.js', import.meta.url).href;
  const code = `
    const { openLogFile } = await import(${JSON.stringify(url)});
    const output = openLogFile(1);
    const line = 'x'.repeat(1023) + '\\n';
    for (let i = 0; i < 20_000; i++) output.write(line);
    process.stderr.write(String(output.droppedLines()));
    process.on('exit', () => output.flushSync());
    process.exit(0);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [dropped] = await once(child.stderr, 'data');
  assert.ok(Number(dropped) > 5000, `${dropped} dropped`);
  child.stdout.destroy();
  const [exitCode] = await once(child, 'exit');
  assert.equal(exitCode, 0);
});

test('a reader that went away stops nobody', async () => {
  const url = new URL('./log-file.js', import.meta.url).href;
  const code = `
    const { openLogFile } = await import(${JSON.stringify(url)});
    const output = openLogFile(1);
    const timer = setInterval(() => output.write('x\\n'), 5);
    setTimeout(() => { clearInterval(timer); output.flushSync(); process.stderr.write('alive'); }, 200);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  const [said] = await once(child.stderr, 'data');
  assert.equal(String(said), 'alive');
});

test('what is held is written at the end', async () => {
  const url = new URL('./log-file.js', import.meta.url).href;
  const code = `
    const { openLogFile } = await import(${JSON.stringify(url)});
    const output = openLogFile(1);
    process.on('exit', () => output.flushSync());
    output.write('first\\n');
    output.write('last\\n');
    process.exit(3);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [exitCode] = await once(child, 'close');
  assert.deepEqual([exitCode, text.split('\n').sort()], [3, ['', 'first', 'last']]);
});
