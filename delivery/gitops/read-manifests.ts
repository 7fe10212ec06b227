import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readDocuments } from './read-documents.ts';

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  // A run is given its name (`generateName`).
  metadata: z.looseObject({ name: z.string().optional() }).optional(),
});
export type Manifest = z.infer<typeof manifest> & { readonly file: string };

/** Every Kubernetes resource below a directory. @throws Error for a file that is no YAML, or holds something else */
export function readManifests(directory: string): Manifest[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.yaml'))
    .toSorted()
    .flatMap(file => {
      try {
        return readDocuments(readFileSync(join(directory, file), 'utf8')).map(document => ({
          ...manifest.parse(document),
          file,
        }));
      } catch (error) {
        throw new Error(`${file} holds no resources`, { cause: error });
      }
    });
}
