import type { Receipt } from '@suffrage/contracts/receipt';
import { useState } from 'react';
import { Redirect } from 'wouter';
import { say } from '../language/say.ts';
import { addresses, checkAddress } from '../route.ts';
import { Message } from '../views/message.tsx';
import { useCopy } from '../hooks.ts';
import { Link } from '../views/shell.tsx';
import { StepHeading } from '../vote/step-heading.tsx';
import { QrCode } from './qr-code.tsx';
import { saveReceipt } from './save-receipt.ts';
import { forgetReceipt, useKeptReceipt } from './use-kept-receipt.ts';
import { VoteAgain } from './vote-again.tsx';

/** What the voter keeps of a vote: its ID, and the signed proof that it was accepted. */
export function ReceiptPage({ id }: { id: string }) {
  const kept = useKeptReceipt(id);
  const [isForgotten, setForgotten] = useState(false);
  if (kept.status === 'looking') return <Message title={say('vote.looking')} />;
  const { result } = kept;
  // What is wrong with a vote that is not counted, or with what this device keeps, the way of the vote says.
  if (result?.ok === false && result.voteId === undefined)
    return <Redirect to={addresses.vote(id)} replace />;
  if (isForgotten || result?.voteId === undefined) {
    return (
      <Message title={say('receipt.none')}>
        {say('receipt.none-why')} <Link to={addresses.check}>{say('nav.check')}</Link>
      </Message>
    );
  }
  const forget = async () => {
    if (!window.confirm(say('receipt.forget-sure'))) return;
    await forgetReceipt(id);
    setForgotten(true);
  };
  const { voteId, receipt } = result;
  return (
    <section className="vote">
      <StepHeading title={say('receipt.title')} />
      <p className="card notice" role="status" data-testid="outcome">
        {result.ok
          ? say(result.status === 'counted' ? 'receipt.counted' : 'receipt.superseded')
          : say(`problem.${result.code}`)}
      </p>
      <VoteId electionId={id} voteId={voteId} />
      {receipt ? <SavedReceipt receipt={receipt} /> : <p>{say('receipt.lost')}</p>}
      <p className="soft">{say('receipt.secret')}</p>
      <p className="buttons">
        <Link to={addresses.election(id)} className="button">
          {say('elections.results')}
        </Link>
        {result.ok ? <VoteAgain id={id} /> : null}
        {result.ok ? (
          <button type="button" className="button" onClick={() => void forget()}>
            {say('receipt.forget')}
          </button>
        ) : null}
      </p>
    </section>
  );
}

function VoteId({ electionId, voteId }: { electionId: string; voteId: string }) {
  const { copied, copy } = useCopy(voteId);
  const address = checkAddress({ electionId, voteId });
  return (
    <div className="card vote-id">
      <div>
        <h2>{say('receipt.vote-id')}</h2>
        <p>
          <code dir="ltr" data-testid="vote-id">
            {voteId}
          </code>
        </p>
        <p className="buttons">
          <button type="button" className="button" onClick={copy}>
            {say('receipt.copy')}
          </button>
          <a className="button" href={address}>
            {say('receipt.check')}
          </a>
          <span role="status">
            {copied === undefined ? null : say(copied ? 'receipt.copied' : 'copy.failed')}
          </span>
        </p>
      </div>
      <figure>
        <QrCode text={new URL(address, window.location.origin).href} label={say('receipt.qr')} />
        <figcaption className="soft">{say('receipt.qr-help')}</figcaption>
      </figure>
    </div>
  );
}

function SavedReceipt({ receipt }: { receipt: Receipt }) {
  return (
    <p>
      <button type="button" className="button primary" onClick={() => saveReceipt(receipt)}>
        {say('receipt.download')}
      </button>
    </p>
  );
}
