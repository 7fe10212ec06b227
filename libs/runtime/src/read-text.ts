import { readFileSync } from 'node:fs';

export type TextRead =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** The file that a setting names; `message` says of the setting what is wrong with it. */
export function readText(path: string): TextRead {
  try {
    return { ok: true, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const reason =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable';
    return { ok: false, message: `names a file that can not be read (${reason}): ${path}` };
  }
}
