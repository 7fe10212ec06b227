import { readFileSync } from 'node:fs';
import { type ElectionDraft, electionDraft } from '@suffrage/contracts/election';
import { instantsAt } from '@suffrage/contracts/local-time';
import { z } from 'zod';

const loose = z.looseObject({ timeZone: z.string(), opensAt: z.string(), closesAt: z.string() });

/**
 * Reads the definition of an election from JSON. `opensAt` and `closesAt` may be wall times of its zone
 * (`2026-05-07T07:00`) instead of instants in UTC.
 * @throws Error with one line for each thing that is wrong, and where.
 */
export function readElectionFile(file: string): ElectionDraft {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(
      `${file} can not be read as JSON: ${cause instanceof Error ? cause.message : 'unknown'}`,
      {
        cause,
      },
    );
  }
  const parsed = electionDraft.safeParse(withInstants(json));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    ({ path, message }) => `  ${path.join('.') || '(whole)'}: ${message}`,
  );
  throw new Error(`${file} is no election:\n${lines.join('\n')}`);
}

/** What is wrong otherwise the schema says. */
function withInstants(json: unknown): unknown {
  const times = loose.safeParse(json);
  if (!times.success) return json;
  const { timeZone, opensAt, closesAt } = times.data;
  return {
    ...times.data,
    opensAt: instantOf('opensAt', opensAt, timeZone),
    closesAt: instantOf('closesAt', closesAt, timeZone),
  };
}

/** @throws Error when clocks of the zone never show that time, or show it twice. */
function instantOf(field: string, text: string, timeZone: string): string {
  if (!/T[\d:]+$/.test(text)) return text;
  let instants: readonly string[];
  try {
    instants = instantsAt(text, timeZone);
  } catch {
    return text;
  }
  const [first] = instants;
  if (first === undefined)
    throw new Error(`${field}: clocks in ${timeZone} skip ${text} that day: give another time`);
  if (instants.length > 1)
    throw new Error(
      `${field}: clocks in ${timeZone} show ${text} twice that day: write ${instants.join(' or ')}`,
    );
  return first;
}
