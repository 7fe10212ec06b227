import { basename } from 'node:path';
import { createAuthority } from '@suffrage/test/certificates';

/** One authority and one certificate of it, by the names that cert-manager has for them in a Secret. */
export async function certificates(): Promise<{ find(file: string): string | undefined }> {
  const authority = await createAuthority('authority');
  const { certificate, key } = await authority.issue('service');
  const files = new Map([
    ['ca.crt', authority.pem],
    ['tls.crt', certificate],
    ['tls.key', key],
  ]);
  return { find: file => files.get(file.includes('/authorities/') ? 'ca.crt' : basename(file)) };
}
