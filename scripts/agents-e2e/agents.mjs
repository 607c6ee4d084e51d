/**
 * The clients that push in `npm run test:agents`: how each is installed into a folder of its own, how
 * its program is run, and where its function is to be found. Versions are pinned; they are real ones,
 * from the registries, and no dependency of the project.
 */
import { join } from 'node:path';

const NODE_TYPES = [
  'wall:cpu:nanoseconds:wall:nanoseconds',
  'wall:wall:nanoseconds:wall:nanoseconds',
];
const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

export const agents = [
  nodeAgent('0.6.4'),
  nodeAgent('0.6.1'),
  nodeAgent('0.4.13'),
  nodeAgent('0.4.5'),
  {
    name: 'Python pyroscope-io 1.4.0',
    needs: ['python3'],
    program: 'busy.py',
    install: (folder) => [
      ['python3', ['-m', 'venv', 'venv']],
      [venv(folder), ['-m', 'pip', 'install', '--quiet', 'pyroscope-io==1.4.0']],
    ],
    run: (folder) => [venv(folder), ['busy.py']],
    types: [CPU],
    function: /\bhot_loop\b/,
    inPage: 'hot_loop',
  },
  {
    name: 'Go pyroscope-go 1.4.3',
    needs: ['go'],
    program: 'busy.go',
    install: () => [
      ['go', ['mod', 'init', 'busy']],
      ['go', ['get', 'github.com/grafana/pyroscope-go@v1.4.3']],
      ['go', ['build', '-o', 'busy', 'busy.go']],
    ],
    run: (folder) => [join(folder, 'busy'), []],
    types: [CPU],
    function: /\bmain\.hotLoop\b/,
    inPage: 'hotLoop',
  },
  {
    name: 'Java agent 2.1.2',
    needs: ['java', 'javac', 'mvn'],
    program: 'Busy.java',
    install: (folder) => [
      [
        'mvn',
        [
          '-q',
          'dependency:copy',
          '-Dartifact=io.pyroscope:agent:2.1.2',
          `-DoutputDirectory=${folder}`,
        ],
      ],
      ['javac', ['Busy.java']],
    ],
    run: (folder) => [
      'java',
      [`-javaagent:${join(folder, 'agent-2.1.2.jar')}`, '-Xmx256m', '-cp', folder, 'Busy'],
    ],
    environment: {
      PYROSCOPE_FORMAT: 'jfr',
      // Counting by timers needs no leave of the kernel.
      PYROSCOPE_PROFILER_EVENT: 'itimer',
      PYROSCOPE_UPLOAD_INTERVAL: '3s',
    },
    types: [CPU],
    function: /\bBusy\.hotLoop\b/,
    inPage: 'hotLoop',
  },
];

function nodeAgent(version) {
  return {
    name: `Node.js @pyroscope/nodejs ${version}`,
    needs: ['npm'],
    program: 'busy.cjs',
    // Its native part comes built inside the package.
    install: () => [
      ['npm', ['init', '--yes']],
      [
        'npm',
        ['install', '--ignore-scripts', '--no-audit', '--no-fund', `@pyroscope/nodejs@${version}`],
      ],
    ],
    run: () => [process.execPath, ['busy.cjs']],
    types: NODE_TYPES,
    function: /\bhotLoop\b/,
    inPage: 'hotLoop',
  };
}

function venv(folder) {
  return join(folder, 'venv/bin/python');
}
