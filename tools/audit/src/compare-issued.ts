import { readFileSync } from 'node:fs';
import { checkIssuedCount, type IssuedCount, issuedCountSchema } from '@suffrage/contracts/issued-count';
import type { Election } from '@suffrage/contracts/ballot';
import { z } from 'zod';
import { callService } from './call-service.ts';
import { type Case, countedOf, type Source } from './case.ts';

/** What the registrar has stated of each election. */
export type IssuedByElection = Readonly<Record<string, Pick<IssuedCount, 'issued' | 'exact' | 'roll'>>>;

/** A registrar answers at once, or within its pause of a second. */
const REQUEST_MILLIS = 10_000;
const inFile = z.union([z.array(issuedCountSchema), issuedCountSchema.transform(count => [count])]);

/**
 * INV-3: no election counts more votes than the registrar says it has given tokens, and none gives more than its roll has
 * voters. Returns what was stated and verifies.
 * @param sources registrars' addresses (http: or https:), or files that hold one signed count or a list of them as JSON
 * @throws Error when a required source can't be read.
 */
export async function compareIssued(
  theCase: Case,
  sources: readonly Source[],
  clock: () => number = Date.now,
): Promise<IssuedByElection> {
  const verified: Record<string, Pick<IssuedCount, 'issued' | 'exact' | 'roll'>> = {};
  for (const source of sources) {
    for (const stated of await readSource(theCase, source)) {
      if (!(await judgeIssued(theCase, stated, clock()))) continue;
      const { electionId, issued, exact, roll } = stated;
      verified[electionId] = { issued, exact, ...(roll === undefined ? {} : { roll }) };
    }
  }
  return verified;
}

async function readSource(theCase: Case, source: Source): Promise<IssuedCount[]> {
  if (/^https?:\/\//.test(source.from)) return fetchCounts(theCase, source);
  try {
    return inFile.parse(JSON.parse(readFileSync(source.from, 'utf8')));
  } catch (cause) {
    throw new Error(`${source.from} holds no signed counts of issued tokens`, { cause });
  }
}

async function fetchCounts(theCase: Case, { from, isRequired }: Source): Promise<IssuedCount[]> {
  const counts: IssuedCount[] = [];
  for (const electionId of theCase.electionIds) {
    // Elections from before there were such keys have no signed count.
    if (!theCase.findElection(electionId)?.definition.registrarKeys) continue;
    const address = new URL(`/v1/elections/${electionId}/issued`, from);
    try {
      const count = await fetchCount(address);
      // A genuine statement about another election says nothing of this one.
      if (count?.electionId === electionId) counts.push(count);
      else
        theCase.findings.add(
          'issued-count-missing',
          'the registrar does not say how many tokens it has given',
          { electionId },
        );
    } catch (cause) {
      if (!isRequired) return counts;
      throw new Error(`the count of issued tokens at ${address.href} can not be read`, { cause });
    }
  }
  return counts;
}

/** `undefined` when the registrar refuses. */
async function fetchCount(address: URL): Promise<IssuedCount | undefined> {
  const response = await callService(address, { signal: AbortSignal.timeout(REQUEST_MILLIS) });
  if (response.status >= 500) throw new Error(`status ${response.status}`);
  return response.ok ? issuedCountSchema.parse(await response.json()) : undefined;
}

/** Whether the statement is genuine and whole, whatever it says. */
async function judgeIssued(theCase: Case, stated: IssuedCount, now: number): Promise<boolean> {
  const { electionId, issued, exact, roll } = stated;
  const place = { electionId };
  const election = theCase.findElection(electionId);
  const check = await checkIssuedCount(stated, election?.definition.registrarKeys ?? []);
  const flaw = check === 'valid' ? election && gapIn(stated, election, now) : check;
  if (flaw !== undefined) {
    theCase.findings.add('issued-count-invalid', `the count of issued tokens: ${FLAWS[flaw]}`, place);
    return false;
  }
  const counted = countedOf(theCase).get(electionId) ?? 0;
  if (counted > issued) {
    const word = exact ? '' : 'at most ';
    const message = `${counted} votes are counted, the registrar has given ${word}${issued} tokens`;
    theCase.findings.add('more-counted-than-issued', message, place);
  }
  if (roll !== undefined && issued > roll) {
    const message = `the registrar has given ${issued} tokens to a roll of ${roll}`;
    theCase.findings.add('more-issued-than-roll', message, place);
  }
  return true;
}

/** The registrar's clock may be behind ours. */
const EXACT_AFTER_MILLIS = 60_000;

/** What a genuine statement lacks. An old bound would leave room for votes that nobody has cast. */
function gapIn({ roll, exact }: IssuedCount, { definition, closesAt }: Election, now: number) {
  if (definition.eligibility === 'roll' && roll === undefined) return 'roll-missing';
  return !exact && now > closesAt + EXACT_AFTER_MILLIS ? 'not-final' : undefined;
}

const FLAWS = {
  'key-unknown': 'it is not signed with a key of this election',
  'signature-invalid': 'its signature is not of these numbers',
  'roll-missing': 'it does not say how many voters are on the roll',
  'not-final': 'it is a rounded one from before the closing: ask the registrar for the final one',
};
