import type { VoteResult } from '@suffrage/client/browser';
import { useEffect, useState } from 'react';
import { deviceVoter } from '../vote/device-voter.ts';

export type KeptReceipt =
  | { readonly status: 'looking' }
  | { readonly status: 'read'; readonly result: VoteResult | undefined };

const voter = deviceVoter();

/** What this device keeps of the vote that was cast here; a vote that is not counted yet goes on meanwhile. */
export function useKeptReceipt(electionId: string): KeptReceipt {
  const [kept, setKept] = useState<KeptReceipt>({ status: 'looking' });
  useEffect(() => {
    const leaving = new AbortController();
    void voter.resume(electionId, undefined, { signal: leaving.signal }).then(result => {
      if (!leaving.signal.aborted) setKept({ status: 'read', result });
    });
    return () => leaving.abort();
  }, [electionId]);
  return kept;
}

export const forgetReceipt = (electionId: string): Promise<void> => voter.forget(electionId);
