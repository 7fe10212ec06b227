import type { CrashPoint } from '@suffrage/runtime/crash-point';
import { createPart, type Part } from '@suffrage/stack/part';

/** The same process, under the same name and on the same ports, that kills itself at `point` after so many passes. */
export function armedPart({ description }: Part, point: CrashPoint, passes: number): Part {
  const environment = {
    ...description.process.environment,
    SUFFRAGE_CRASH_POINT: `${point}:${passes}`,
  };
  const changed = { ...description, process: { ...description.process, environment } };
  return createPart(changed, { lifetime: 'owner', onChange: () => undefined });
}
