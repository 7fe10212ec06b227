/** One line of what was checked. */
export type Check = { readonly what: string; readonly ok: boolean; readonly detail: string };

/** Of the command: 0 when all is as it should be. */
export const statusOf = (checks: readonly Check[]): 0 | 1 => (checks.every(({ ok }) => ok) ? 0 : 1);

export function equal(what: string, is: number, expected: number): Check {
  const detail = is === expected ? String(is) : `${is}, expected ${expected}`;
  return { what, ok: is === expected, detail };
}
