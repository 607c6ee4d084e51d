import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createProfileBuilder, profileFromText, textFromProfile } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ingestFormat } from './ingest-format.ts';
import { parseIngestParams } from './ingest-params.ts';
import { profileNameOf } from './profile-name.ts';
import { parseSampleTypeConfig } from './sample-type-config.ts';
import { withFileNames } from './scripting-spies.ts';
import { splitApplication, suffixType } from './type-suffix.ts';

const NOW = unixNanos(1_795_521_600_000_000_000n);

describe('the format of a body: the first rule that fits', () => {
  const cases: readonly [param: string, contentType: string, format: string][] = [
    ['', '', 'groups'],
    ['folded', 'text/plain', 'groups'],
    ['trie', 'multipart/form-data; boundary=x', 'trie'],
    ['', 'binary/octet-stream+trie', 'trie'],
    ['lines', 'binary/octet-stream+tree', 'tree'],
    ['pprof', 'binary/octet-stream+trie', 'trie'],
    ['tree', '', 'tree'],
    ['lines', 'multipart/form-data; boundary=x', 'lines'],
    ['jfr', 'multipart/form-data; boundary=x', 'jfr'],
    ['pprof', 'multipart/form-data; boundary=x', 'pprof'],
    ['speedscope', '', 'speedscope'],
    ['', 'multipart/form-data; boundary=x', 'pprof-multipart'],
  ];
  for (const [param, contentType, format] of cases) {
    test(`${param || 'none'}, ${contentType || 'none'}: ${format}`, () => {
      assert.equal(ingestFormat(param, contentType), format);
    });
  }
});

describe('parameters and their defaults', () => {
  const parse = (query: string) => {
    const parsed = parseIngestParams(new URLSearchParams(query), '', NOW);
    assert.ok(parsed.ok);
    return parsed.params;
  };
  test('what is left out', () => {
    const { from, until, sampleRateHertz, spyName, format } = parse('name=app');
    assert.deepEqual(
      [from, until, sampleRateHertz, spyName, format],
      [NOW, NOW, 100, 'unknown', 'groups'],
    );
  });
  for (const [text, rate] of [
    ['1000', 1000],
    ['0', 0],
    ['-5', 100],
    ['abc', 100],
    ['1.5', 100],
    ['99999999999', 100],
    ['4294967296', 100],
  ] as const) {
    test(`sampleRate=${text} is ${rate}`, () => {
      assert.equal(parse(`name=app&sampleRate=${text}`).sampleRateHertz, rate);
    });
  }
  test('an empty spy name is one', () => assert.equal(parse('name=app&spyName=').spyName, ''));
  test('a bad name is the only error', () => {
    const parsed = parseIngestParams(new URLSearchParams('from=x'), '', NOW);
    assert.ok(!parsed.ok);
    assert.equal(parsed.reason, 'name: service name is required');
  });
});

describe('the suffix of an application', () => {
  const cases: readonly [name: string, application: string, type: string][] = [
    ['shop', 'shop', 'process_cpu samples/count cpu'],
    ['shop.', 'shop', 'process_cpu samples/count cpu'],
    ['shop.cpu', 'shop', 'process_cpu samples/count cpu'],
    ['shop.itimer', 'shop', 'process_cpu samples/count cpu'],
    ['a.b.wall', 'a.b', 'wall samples/count wall'],
    ['shop.milliseconds', 'shop', 'wall samples/count wall'],
    ['shop.inuse_space', 'shop', 'memory inuse_space/bytes'],
    ['shop.alloc_objects', 'shop', 'memory alloc_objects/count'],
    ['shop.alloc_outside_tlab_bytes', 'shop', 'memory alloc_outside_tlab_bytes/bytes'],
    ['shop.live', 'shop', 'memory live/count'],
    ['shop.bytes', 'shop', 'memory samples/bytes'],
    ['shop.goroutines', 'shop', 'goroutine goroutines/count'],
    ['shop.mutex_count', 'shop', 'mutex contentions/count'],
    ['shop.mutex_duration', 'shop', 'mutex delay/nanoseconds'],
    ['shop.lock_count', 'shop', 'block contentions/count'],
    ['shop.block_duration', 'shop', 'block delay/nanoseconds'],
    ['shop.exceptions', 'shop', 'exceptions samples/count'],
    ['shop.nope', 'shop', ''],
    ['shop.constructor', 'shop', ''],
  ];
  for (const [name, application, type] of cases) {
    test(name, () => {
      const split = splitApplication(name);
      assert.equal(split.application, application);
      const found = suffixType(split.suffix);
      const drawn =
        found === undefined
          ? ''
          : [
              found.profileName,
              `${found.sampleType.type}/${found.sampleType.unit}`,
              found.timeType ?? [],
            ]
              .flat()
              .join(' ');
      assert.equal(drawn, type);
    });
  }
});

describe('the name of a pprof by its sample types', () => {
  const config = (text: string) => {
    const parsed = parseSampleTypeConfig(new TextEncoder().encode(text));
    assert.ok(parsed.ok);
    return parsed.config;
  };
  const cases: readonly [types: string[], configText: string | undefined, name: string][] = [
    [['samples', 'cpu'], undefined, 'process_cpu'],
    [['cpu', 'wall'], undefined, 'wall'],
    [['objects', 'space'], undefined, 'memory'],
    [['goroutine'], undefined, 'goroutines'],
    [['contentions', 'delay'], undefined, 'mutex'],
    [['inuse_objects'], undefined, 'memory'],
    [['zebra'], undefined, 'zebra'],
    [['zebra', 'ant'], undefined, 'ant'],
    [[], undefined, ''],
    [['samples'], '{}', 'samples'],
    [['samples', 'ns'], '{"samples":{"display-name":"cpu_samples"}}', 'process_cpu'],
    [['contentions', 'delay'], '{"contentions":{"display-name":"block_count"}}', 'block'],
    [['x'], '{"x":{"units":"samples"}}', 'x'],
    [['x'], '{"x":{"display-name":""}}', 'x'],
  ];
  for (const [types, configText, name] of cases) {
    test(`${types.join()} ${configText ?? ''}: ${name}`, () => {
      assert.equal(
        profileNameOf(types, configText === undefined ? undefined : config(configText)),
        name,
      );
    });
  }
  for (const text of ['nope{', '[]', '3', '{"a":1}', '{"a":{"display-name":3}}', '']) {
    test(`${text || 'nothing'} is no configuration`, () => {
      const parsed = parseSampleTypeConfig(new TextEncoder().encode(text));
      assert.ok(!parsed.ok);
      assert.match(parsed.reason, /^sample_type_config/);
    });
  }
});

describe('frames of scripting agents', () => {
  const drawn = 'main@app.py:3;f@/abs/lib.py:9 4 {k="main"}\nmain@app.py:3;g@mod/x.py:1 2';
  const drawNamed = (spyName: string): string[] => {
    const named = withFileNames(profileFromText(drawn), spyName);
    assert.ok(named.ok);
    return textFromProfile(named.profile);
  };
  test('py-spy keeps what lies outside of the application', () => {
    assert.deepEqual(drawNamed('pyspy'), [
      'app.py main@app.py:3;f@/abs/lib.py:9 4 {k="main"}',
      'app.py main@app.py:3;mod/x.py g@mod/x.py:1 2',
    ]);
  });
  test('rbspy puts every file in front', () => {
    assert.equal(
      drawNamed('rbspy')[0],
      'app.py main@app.py:3;/abs/lib.py f@/abs/lib.py:9 4 {k="main"}',
    );
  });
  test('a long file in front of thousands of names is refused', () => {
    const builder = createProfileBuilder({ sampleTypes: [{ type: 'cpu', unit: 'count' }] });
    const file = 'x'.repeat(60_000);
    for (let i = 0; i < 2000; i++) {
      builder.addSample(builder.stacks.push(-1, builder.frame({ name: `${i}`, file })), [1]);
    }
    const named = withFileNames(builder.finish(), 'rbspy');
    assert.ok(!named.ok);
    assert.match(named.reason, /names with their files are \d+ characters; the limit is 16777216/);
  });
});
