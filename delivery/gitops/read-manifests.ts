import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }).optional(),
});
export type Manifest = z.infer<typeof manifest> & { readonly file: string };

/** Every Kubernetes resource below a directory. @throws Error for a file that is no YAML, or holds something else */
export function readManifests(directory: string): Manifest[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.yaml'))
    .toSorted()
    .flatMap(file =>
      parseAllDocuments(readFileSync(join(directory, file), 'utf8')).map(document => {
        if (document.errors[0]) throw new Error(`${file}: ${document.errors[0].message}`);
        return { ...manifest.parse(document.toJS()), file };
      }),
    );
}
