import { checkReceipt, type ReceiptCheck } from '@suffrage/contracts/check-receipt';
import { type Receipt, receiptSchema } from '@suffrage/contracts/receipt';
import { useEffect, useState } from 'react';
import { paths } from '../api/fetch.ts';
import { useDocument } from '../hooks.ts';
import { say } from '../language/say.ts';
import { type Votable, votableSchema } from '../vote/votable.ts';
import { StepHeading } from '../vote/step-heading.tsx';
import { sayWatch } from '../watch/say.ts';
import { ReceiptForm } from './receipt-form.tsx';
import { Statement } from './statement.tsx';

const REFRESH_MILLIS = 60_000;

/** Turns a receipt into a statement to print or save. A receipt comes from the check page, or is pasted here. */
export function StatementPage() {
  const [receipt, setReceipt] = useState<Receipt | 'unreadable' | undefined>(readHandedOver);
  return (
    <section className="vote">
      <StepHeading title={sayWatch('statement.title')} />
      {receipt === undefined || receipt === 'unreadable' ? (
        <ReceiptForm intro={sayWatch('statement.intro')} onRead={setReceipt} />
      ) : (
        <Loaded receipt={receipt} />
      )}
      <div role="status">
        {receipt === 'unreadable' ? <p className="card">{say('check.unreadable')}</p> : null}
      </div>
    </section>
  );
}

/** What the view before has handed over with the link. */
function readHandedOver(): Receipt | undefined {
  return receiptSchema.safeParse(window.history.state).data;
}

function Loaded({ receipt }: { receipt: Receipt }) {
  const loaded = useDocument(paths.election(receipt.electionId), votableSchema, REFRESH_MILLIS);
  switch (loaded.status) {
    case 'loading':
      return <p className="card">{say('election.loading')}</p>;
    case 'unreachable':
      return <p className="card">{say('registrar.away')}</p>;
    case 'unknown':
      return <p className="card">{say('election.unknown')}</p>;
    case 'ready':
      return <Checked receipt={receipt} definition={loaded.value.definition} />;
  }
}

function Checked({ receipt, definition }: { receipt: Receipt; definition: Votable['definition'] }) {
  const [verdict, setVerdict] = useState<ReceiptCheck>();
  const { receiptKeys } = definition;
  useEffect(() => {
    void checkReceipt(receipt, receiptKeys).then(setVerdict);
  }, [receipt, receiptKeys]);
  if (verdict === undefined) return <p className="card">{say('check.working')}</p>;
  if (verdict.ok) return <Statement receipt={receipt} definition={definition} />;
  return (
    <div className="card verdict" data-genuine="false" data-testid="verdict">
      <h2>{say('check.bad')}</h2>
      <p>{say(`check.${verdict.reason}`)}</p>
    </div>
  );
}
