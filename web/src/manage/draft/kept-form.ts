import { useState } from 'react';
import { z } from 'zod';
import { type DraftForm, draftFormSchema } from './form.ts';

/** `replaces`: the revision of the draft that it began with. */
const writtenSchema = z.object({ form: draftFormSchema, replaces: z.string().optional() });
type Written = z.infer<typeof writtenSchema>;

/**
 * What is being written outlives a reload and a sign-in that has run out, in this tab. `name`: `new`, or the id of a draft.
 */
export function useKeptForm(name: string, initial: () => Written) {
  const key = `suffrage:draft:${name}`;
  const [written, setWritten] = useState(() => read(key) ?? initial());
  const setForm = (form: DraftForm) => {
    const next = { ...written, form };
    setWritten(next);
    keep(key, next);
  };
  return { ...written, setForm, forget: () => forget(key) };
}

function read(key: string): Written | undefined {
  try {
    return writtenSchema.safeParse(JSON.parse(sessionStorage.getItem(key) ?? 'null')).data;
  } catch {
    return undefined;
  }
}

function forget(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    /* Nothing was kept. */
  }
}

/** Where the browser keeps nothing, the form lasts until the page is left. */
function keep(key: string, written: Written): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(written));
  } catch {
    /* It is shown all the same. */
  }
}
