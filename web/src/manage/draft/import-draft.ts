import { draftOf, type ElectionDraft, electionDefinition, electionDraft } from '@suffrage/contracts/election';
import { z } from 'zod';
import type { Faults } from './form.ts';
import { instantsOf } from './form.ts';

export type Imported =
  | { readonly ok: true; readonly draft: ElectionDraft }
  | { readonly ok: false; readonly faults: Faults };

const timed = z.looseObject({ opensAt: z.string(), closesAt: z.string(), timeZone: z.string() });

/**
 * Reads an election from a file: a draft, an exported definition, or what the registrar answers. Times without `Z` are wall
 * times of its zone, as in files for `make election`.
 */
export function importDraft(text: string): Imported {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, faults: new Map([['', 'this is no JSON']]) };
  }
  const inner = z.looseObject({ definition: z.unknown() }).safeParse(json);
  const written = withInstants(inner.success ? inner.data.definition : json);
  const definition = electionDefinition.safeParse(written);
  if (definition.success) return { ok: true, draft: draftOf(definition.data) };
  const draft = electionDraft.safeParse(written);
  if (draft.success) return { ok: true, draft: draft.data };
  return {
    ok: false,
    faults: new Map(draft.error.issues.map(issue => [issue.path.join('.'), issue.message])),
  };
}

function withInstants(json: unknown): unknown {
  const read = timed.safeParse(json);
  if (!read.success) return json;
  const instant = (time: string) => instantsOf(time, read.data.timeZone)[0] ?? time;
  return { ...read.data, opensAt: instant(read.data.opensAt), closesAt: instant(read.data.closesAt) };
}
