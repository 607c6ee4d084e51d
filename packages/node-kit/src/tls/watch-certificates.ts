import type { Clock } from '../clock/clock.ts';
import type { Fs } from '../fs/fs.ts';
import { type CertificateFiles, type Certificates, loadCertificates } from './load-certificates.ts';

export type CertificateWatchOptions = {
  readonly fs: Fs;
  readonly clock: Clock;
  readonly files: CertificateFiles;
  /** Those in use now. */
  readonly current: Certificates;
  /** Default 10,000. */
  readonly pollMillis?: number;
  /**
   * How long files may contradict each other before it counts as trouble: certificate and key are
   * two files, and whoever replaces them replaces one first. Default 30,000.
   */
  readonly graceMillis?: number;
  readonly onChange: (certificates: Certificates) => void;
  /** Once for each trouble; the certificates in use stay. */
  readonly onTrouble: (reason: string) => void;
};

export type CertificateWatch = {
  /** Looks at once, beside the regular times. */
  check(): Promise<void>;
  stop(): void;
};

/**
 * Tells of new certificates, however they arrive: written in place, renamed over the old (certbot),
 * or by a swap of the symbolic link above them (Kubernetes). The files are read and compared at
 * intervals: the system's notifications miss the last kind, network mounts and bind mounts, and a
 * certificate can wait ten seconds.
 */
export function watchCertificates(options: CertificateWatchOptions): CertificateWatch {
  const { fs, clock, files, onChange, onTrouble } = options;
  const { pollMillis = 10_000, graceMillis = 30_000 } = options;
  let current = options.current;
  let troubleSinceMillis: number | undefined;
  let toldReason: string | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;

  async function look(): Promise<void> {
    const loaded = await loadCertificates(fs, files);
    if (isStopped) return;
    if (loaded.ok) {
      troubleSinceMillis = undefined;
      toldReason = undefined;
      if (loaded.certificates.contentDigest === current.contentDigest) return;
      current = loaded.certificates;
      onChange(current);
      return;
    }
    const nowMillis = clock.monotonicMillis();
    troubleSinceMillis ??= nowMillis;
    const isSettled = nowMillis - troubleSinceMillis >= graceMillis;
    if (isSettled && loaded.reason !== toldReason) {
      toldReason = loaded.reason;
      onTrouble(loaded.reason);
    }
  }

  /** One look at a time: a slow disk must not let an older answer overtake a newer one. */
  function check(): Promise<void> {
    running ??= look().finally(() => {
      running = undefined;
    });
    return running;
  }

  const stopTimer = clock.every(pollMillis, () => {
    check().catch((error: unknown) => onTrouble(String(error)));
  });
  return {
    check,
    stop() {
      isStopped = true;
      stopTimer();
    },
  };
}
