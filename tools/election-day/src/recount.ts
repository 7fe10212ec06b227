import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';

export type Recount = { readonly ok: boolean; readonly said: string };

/** The recount of an export by `docs/verify/verify.py`, which knows nothing of this code. */
export function recount(directory: string): Promise<Recount> {
  const python = join(repositoryDirectory, '.tools/bin/python-verify');
  const script = join(repositoryDirectory, 'docs/verify/verify.py');
  return new Promise(resolve => {
    execFile(python, [script, directory], { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ ok: !error, said: `${stdout}${stderr}`.trim() }),
    );
  });
}
