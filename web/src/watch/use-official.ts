import { type ResultsDocument, resultsDocumentSchema } from '@suffrage/contracts/official';
import { checkStatement } from '@suffrage/contracts/signed-statement';
import { useEffect, useState } from 'react';
import { fetchDocument, paths } from '../api/fetch.ts';
import type { Election, Snapshot } from '../api/schemas.ts';

/**
 * How far totals may be relied on. `official`: signed, verified in this browser, and the same as those shown. `doubtful`: there
 * is a signed document, and it does not hold.
 */
export type Standing =
  | { readonly kind: 'provisional' | 'counted' | 'doubtful' }
  | { readonly kind: 'official'; readonly statedAt: string };

const ASK_AGAIN_MILLIS = 5_000;

type Definition = Pick<Election['definition'], 'id' | 'resultsKeys'>;

/** Asks for the signed results as soon as every vote is counted, until they are there. */
export function useStanding(definition: Definition, snapshot: Snapshot | null): Standing {
  const [document, setDocument] = useState<ResultsDocument>();
  const [isSigned, setSigned] = useState<boolean>();
  const isFinal = snapshot !== null && !snapshot.provisional;
  const { id, resultsKeys } = definition;
  // A definition that is loaded anew is the same one as long as it says the same.
  const keys = JSON.stringify(resultsKeys ?? []);
  useEffect(() => (isFinal ? askFor(id, setDocument) : undefined), [id, isFinal]);
  useEffect(() => {
    if (document) void checkStatement(document, JSON.parse(keys)).then(check => setSigned(check === 'valid'));
  }, [document, keys]);
  if (!isFinal) return { kind: 'provisional' };
  if (!document || isSigned === undefined) return { kind: 'counted' };
  const holds = isSigned && document.electionId === id && agrees(document, snapshot);
  return holds ? { kind: 'official', statedAt: document.statedAt } : { kind: 'doubtful' };
}

function askFor(id: string, tell: (document: ResultsDocument) => void): () => void {
  const leaving = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async () => {
    const answer = await fetchDocument(paths.official(id), resultsDocumentSchema, leaving.signal);
    if (leaving.signal.aborted) return;
    if (answer.ok) tell(answer.value);
    else timer = setTimeout(() => void ask(), ASK_AGAIN_MILLIS);
  };
  void ask();
  return () => {
    leaving.abort();
    clearTimeout(timer);
  };
}

/** Totals that are hidden say nothing else. */
function agrees({ counted, contests }: ResultsDocument, shown: Snapshot): boolean {
  if (counted !== shown.counted) return false;
  const votes = new Map(
    (contests ?? []).flatMap(contest =>
      contest.options.map(option => [`${contest.id} ${option.id}`, option.votes] as const),
    ),
  );
  return (shown.contests ?? []).every(contest =>
    contest.options.every(option => votes.get(`${contest.id} ${option.id}`) === option.votes),
  );
}
