import { useState } from 'react';
import { type DraftForm, draftFormSchema } from './form.ts';

/**
 * What is being written outlives a reload and a sign-in that has run out, in this tab. `name`: `new`, or the id of a draft.
 */
export function useKeptForm(name: string, initial: () => DraftForm) {
  const key = `suffrage:draft:${name}`;
  const [form, setForm] = useState(() => read(key) ?? initial());
  const change = (next: DraftForm) => {
    setForm(next);
    keep(key, next);
  };
  return { form, setForm: change, forget: () => forget(key) };
}

function read(key: string): DraftForm | undefined {
  try {
    return draftFormSchema.safeParse(JSON.parse(sessionStorage.getItem(key) ?? 'null')).data;
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
function keep(key: string, form: DraftForm): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(form));
  } catch {
    /* It is shown all the same. */
  }
}
