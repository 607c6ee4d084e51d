import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';

/** One post of the agent. */
export type SunkProfile = {
  /** `demo-worker{instance=one,…}` as the agent wrote it. */
  readonly name: string;
  readonly profile: Profile;
};

/** A profile server that takes everything and keeps it. */
export type ProfileSink = {
  readonly url: string;
  readonly profiles: readonly SunkProfile[];
  close(): Promise<void>;
};

export async function startProfileSink(): Promise<ProfileSink> {
  const profiles: SunkProfile[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const name = new URL(request.url ?? '', 'http://sink').searchParams.get('name') ?? '';
      profiles.push({ name, profile: Profile.decode(gunzipSync(Buffer.concat(chunks))) });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    profiles,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What one kind of value of a profile says about a function. */
export type FunctionShare = {
  readonly name: string;
  /** Of the profile's sum, 0 to 1, with and without what the function calls. */
  readonly total: number;
  readonly self: number;
};
export type Shares = { readonly sum: number; readonly functions: readonly FunctionShare[] };

/** The functions of a profile by their own share of `sampleType` (`cpu`, `wall` …), largest first. */
export function sharesOf(profile: Profile, sampleType: string): Shares {
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? '';
  const column = profile.sampleType.findIndex(({ type }) => text(type) === sampleType);
  const nameByFunction = new Map(profile.function.map(({ id, name }) => [Number(id), text(name)]));
  const namesByLocation = new Map(
    profile.location.map(({ id, line }) => [
      Number(id),
      line.map(({ functionId }) => nameByFunction.get(Number(functionId)) ?? ''),
    ]),
  );
  const totals = new Map<string, number>();
  const selfs = new Map<string, number>();
  let sum = 0;
  for (const { locationId, value } of profile.sample) {
    const amount = Number(value[column] ?? 0);
    sum += amount;
    const names = locationId.flatMap((id) => namesByLocation.get(Number(id)) ?? []);
    for (const name of new Set(names)) totals.set(name, (totals.get(name) ?? 0) + amount);
    const [leaf] = names;
    if (leaf !== undefined) selfs.set(leaf, (selfs.get(leaf) ?? 0) + amount);
  }
  const functions = [...totals]
    .map(([name, total]) => ({ name, total: total / sum, self: (selfs.get(name) ?? 0) / sum }))
    .sort((a, b) => b.self - a.self);
  return { sum, functions };
}
