import { checkReceipt, type ReceiptCheck } from '@suffrage/contracts/check-receipt';
import type { PublicKey } from '@suffrage/contracts/election';
import type { Receipt } from '@suffrage/contracts/receipt';
import { type ReactNode, useEffect, useState } from 'react';
import { paths } from '../api/fetch.ts';
import { formatInstant } from '../format.ts';
import { useDocument } from '../hooks.ts';
import { say } from '../language/say.ts';
import { votableSchema } from '../vote/votable.ts';
import { VoteStatusLine } from './vote-status-line.tsx';

const REFRESH_MILLIS = 60_000;

/** Whether a receipt is genuine, by the keys that the election publishes. */
export function Verdict({ receipt, children }: { receipt: Receipt; children?: ReactNode }) {
  const loaded = useDocument(paths.election(receipt.electionId), votableSchema, REFRESH_MILLIS);
  switch (loaded.status) {
    case 'loading':
      return <p className="card">{say('election.loading')}</p>;
    case 'unreachable':
      return <p className="card">{say('registrar.away')}</p>;
    case 'unknown':
      return <p className="card">{say('election.unknown')}</p>;
    case 'ready': {
      const { receiptKeys, timeZone } = loaded.value.definition;
      return <Verified {...{ receipt, receiptKeys, timeZone }}>{children}</Verified>;
    }
  }
}

type Props = {
  receipt: Receipt;
  receiptKeys: readonly PublicKey[];
  timeZone: string;
  /** What may be done with a receipt that is genuine. */
  children?: ReactNode;
};

function Verified({ receipt, receiptKeys, timeZone, children }: Props) {
  const [verdict, setVerdict] = useState<ReceiptCheck>();
  useEffect(() => {
    void checkReceipt(receipt, receiptKeys).then(setVerdict);
  }, [receipt, receiptKeys]);
  if (verdict === undefined) return <p className="card">{say('check.working')}</p>;
  if (!verdict.ok) {
    return (
      <div className="card verdict" data-genuine="false" data-testid="verdict">
        <h2>{say('check.bad')}</h2>
        <p>{say(`check.${verdict.reason}`)}</p>
      </div>
    );
  }
  const when = formatInstant(new Date(receipt.timestamp).toISOString(), timeZone);
  const place = `${receipt.topic} ${receipt.partition}:${receipt.offset}`;
  return (
    <div className="card verdict" data-genuine="true" data-testid="verdict">
      <h2>{say('check.ok')}</h2>
      <p>{say('check.ok-why', { when, place })}</p>
      <VoteStatusLine electionId={receipt.electionId} voteId={receipt.voteId} />
      {children}
    </div>
  );
}
