import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What `make publish` has pushed: later stages install exactly this, by digest. */
const releaseFile = z.strictObject({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  images: z
    .array(
      z.strictObject({
        name: z.string(),
        repository: z.string(),
        digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      }),
    )
    .min(1),
});
export type ReleaseFile = z.infer<typeof releaseFile>;

/** @throws Error when there is none or it is not whole */
export function loadRelease(file: string): ReleaseFile {
  if (!existsSync(file))
    throw new Error(`${file} is not there: run make publish, or fetch it from the run that did`);
  return releaseFile.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export function saveRelease(file: string, content: ReleaseFile): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(releaseFile.parse(content), null, 2)}\n`);
}
