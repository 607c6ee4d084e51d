import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settledName } from './frame-names.ts';

test('what differs from process to process is `_`', () => {
  const cases: readonly [name: string, settled: string][] = [
    ['App$$Lambda$14/0x0000000800c03000', 'App$$Lambda_'],
    ['App$$Lambda$669.0x0000000800fd7318', 'App$$Lambda_'],
    ['App$$Lambda.0x00007ffa600c4da0', 'App$$Lambda_'],
    ['App$$Lambda/12345', 'App$$Lambda_'],
    ['kafka/log/LogValidator$$$Lambda$7.0x0000000801', 'kafka/log/LogValidator$$$Lambda_'],
    ['App$$Lambda$x', 'App$$Lambda$x'],
    [
      'jdk/internal/reflect/GeneratedMethodAccessor31',
      'jdk/internal/reflect/GeneratedMethodAccessor_',
    ],
    [
      'jdk/internal/reflect/GeneratedMethodAccessor',
      'jdk/internal/reflect/GeneratedMethodAccessor',
    ],
    ['./tmp/libzstd-jni-1.5.1-16931311898282279136.so', 'libzstd-jni-_.so'],
    ['/tmp/libzstd-jni-1.5.1-1.so (deleted)', 'libzstd-jni-_.so'],
    ['libzstd-jni-1.5.so', 'libzstd-jni-1.5.so'],
    [
      './tmp/amazonCorrettoCryptoProviderNativeLibraries.7382c2f79097f415/libcrypto.so (deleted)',
      'libamazonCorrettoCryptoProvider_.so',
    ],
    ['libamazonCorrettoCryptoProvider109b39cf33c563eb.so', 'libamazonCorrettoCryptoProvider_.so'],
    ['libasyncProfiler-linux-x64-d73f214b5053.so', 'libasyncProfiler-linux-x64-d73f214b5053.so'],
    [
      'java/lang/invoke/LambdaForm$MH.0x000000080157a000',
      'java/lang/invoke/LambdaForm$MH.0x000000080157a000',
    ],
    ['libjvm.so', 'libjvm.so'],
  ];
  for (const [name, settled] of cases) assert.equal(settledName(name), settled, name);
});
