import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settledName } from './frame-names.ts';

test('what differs from process to process is `_`', () => {
  const cases: readonly [name: string, settled: string][] = [
    ['App$$Lambda$14/0x0000000800c03000', 'App$$Lambda_'],
    ['App$$Lambda$7.0x00000000c0ffee00', 'App$$Lambda_'],
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
    ['./tmp/libzstd-jni-1.5.1-4083151126.so', 'libzstd-jni-_.so'],
    ['/tmp/libzstd-jni-1.5.1-1.so (deleted)', 'libzstd-jni-_.so'],
    ['libzstd-jni-1.5.so', 'libzstd-jni-1.5.so'],
    [
      './tmp/amazonCorrettoCryptoProviderNativeLibraries.0123456789abcdef/libcrypto.so (deleted)',
      'libamazonCorrettoCryptoProvider_.so',
    ],
    ['libamazonCorrettoCryptoProvider00112233aabbccdd.so', 'libamazonCorrettoCryptoProvider_.so'],
    ['libasyncProfiler-linux-x64-0a1b2c3d4e5f.so', 'libasyncProfiler-linux-x64-0a1b2c3d4e5f.so'],
    [
      'java/lang/invoke/LambdaForm$MH.0x00000000c0ffee10',
      'java/lang/invoke/LambdaForm$MH.0x00000000c0ffee10',
    ],
    ['libjvm.so', 'libjvm.so'],
  ];
  for (const [name, settled] of cases) assert.equal(settledName(name), settled, name);
});
