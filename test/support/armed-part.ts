import type { CrashPoint } from '@suffrage/runtime/crash-point';
import { createPart, type Part } from '@suffrage/stack/part';

/** The same process, under the same name and on the same ports, with further settings. */
export function changedPart({ description }: Part, settings: Readonly<Record<string, string>>): Part {
  const { process } = description;
  const environment = { ...process.environment, ...settings };
  const changed = { ...description, process: { ...process, environment } };
  return createPart(changed, { lifetime: 'owner', onChange: () => undefined });
}

/** The same, one that kills itself at `point` after so many passes. */
export function armedPart(part: Part, point: CrashPoint, passes: number): Part {
  return changedPart(part, { SUFFRAGE_CRASH_POINT: `${point}:${passes}` });
}
