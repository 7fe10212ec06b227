/** One line of what was checked. */
export type Check = { readonly what: string; readonly ok: boolean; readonly detail: string };

export function equal(what: string, is: number, expected: number): Check {
  const detail = is === expected ? String(is) : `${is}, expected ${expected}`;
  return { what, ok: is === expected, detail };
}
