import type { Receipt } from '@suffrage/contracts/receipt';
import { useEffect, useState } from 'react';
import { say } from '../language/say.ts';
import { addresses, readSought, type Sought } from '../route.ts';
import { Link } from '../views/shell.tsx';
import { StepHeading } from '../vote/step-heading.tsx';
import { sayWatch } from '../watch/say.ts';
import { ReceiptForm } from './receipt-form.tsx';
import { Verdict } from './verdict.tsx';
import { VoteStatusLine } from './vote-status-line.tsx';

/** Checks a receipt on this device, and follows the vote that it names, or that a scanned address names. */
export function CheckPage() {
  const sought = useSought();
  const [checked, setChecked] = useState<Receipt | 'unreadable'>();
  return (
    <section className="vote">
      <StepHeading title={say('check.title')} />
      {sought ? (
        <div className="card">
          <p>
            {say('receipt.vote-id')} <code dir="ltr">{sought.voteId}</code>
          </p>
          <VoteStatusLine key={sought.voteId} {...sought} />
          <p className="soft">{say('check.unverified')}</p>
        </div>
      ) : null}
      <ReceiptForm intro={say('check.intro')} onRead={setChecked} />
      <div role="status">
        {checked === 'unreadable' ? <p className="card">{say('check.unreadable')}</p> : null}
        {checked !== undefined && checked !== 'unreadable' ? (
          <Verdict key={JSON.stringify(checked)} receipt={checked}>
            <p>
              <Link to={addresses.statement} state={checked}>
                {sayWatch('statement.make')}
              </Link>
            </p>
          </Verdict>
        ) : null}
      </div>
    </section>
  );
}

/** The router does not look at this part of the address. */
function useSought(): Sought | undefined {
  const [hash, setHash] = useState(() => window.location.hash);
  useEffect(() => {
    const read = () => setHash(window.location.hash);
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, []);
  return readSought(hash);
}
