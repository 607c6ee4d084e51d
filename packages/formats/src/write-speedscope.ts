import { int64At, locationsOfStack, type Profile, sourceFunction } from '@emberscope/profile';
import { SPEEDSCOPE_SCHEMA, type SpeedscopeUnit } from './speedscope-file.ts';

/**
 * Writes a speedscope file with a sampled profile for each sample type. Names are as a person says
 * them; weights are doubles, so values past 2^53 lose their last digits.
 */
export function writeSpeedscope(profile: Profile, name: string): Uint8Array {
  const { functions, locations, strings } = profile.symbols;
  const frames = Array.from({ length: functions.length }, (_, row) => {
    const said = sourceFunction({
      name: strings[functions.name[row]],
      systemName: strings[functions.systemName[row]],
      fileName: strings[functions.fileName[row]],
      startLine: functions.startLine[row],
    });
    const file = said.file === '' ? {} : { file: said.file };
    return { name: said.name, ...file, ...(said.line === 0 ? {} : { line: said.line }) };
  });
  // A location without a name is its address; such frames stand behind the functions.
  const addressFrame = new Map<number, number>();
  const framesOfLocation = (location: number): number[] => {
    const lines = locations.lineFunction.subarray(
      locations.lineStart[location],
      locations.lineStart[location + 1],
    );
    if (lines.length > 0) return [...lines].reverse();
    let frame = addressFrame.get(location);
    if (frame === undefined) {
      frame = frames.push({ name: `0x${locations.address[location].toString(16)}` }) - 1;
      addressFrame.set(location, frame);
    }
    return [frame];
  };

  const { samples, stacks } = profile;
  const sampleFrames = Array.from(samples.stack, (stack) =>
    locationsOfStack(stacks, stack).flatMap(framesOfLocation),
  );
  const profiles = profile.sampleTypes.map(({ type, unit }, column) => {
    const rows = Array.from({ length: samples.length }, (_, row) => row).filter(
      (row) => int64At(samples.values[column], row) > 0n,
    );
    const weights = rows.map((row) => Number(samples.values[column][row]));
    return {
      type: 'sampled',
      name: profile.sampleTypes.length === 1 ? name : `${name} ${type}`,
      unit: speedscopeUnit(unit),
      startValue: 0,
      endValue: weights.reduce((sum, weight) => sum + weight, 0),
      samples: rows.map((row) => sampleFrames[row]),
      weights,
    };
  });
  const file = { $schema: SPEEDSCOPE_SCHEMA, name, shared: { frames }, profiles };
  return new TextEncoder().encode(JSON.stringify(file));
}

function speedscopeUnit(unit: string): SpeedscopeUnit {
  switch (unit) {
    case 'nanoseconds':
    case 'microseconds':
    case 'milliseconds':
    case 'seconds':
    case 'bytes':
      return unit;
    default:
      return 'none';
  }
}
