import type { Receipt } from '@suffrage/contracts/receipt';
import { type ChangeEvent, type FormEvent, useEffect, useState } from 'react';
import { say } from '../language/say.ts';
import { readSought, type Sought } from '../route.ts';
import { StepHeading } from '../vote/step-heading.tsx';
import { readReceipt } from './read-receipt.ts';
import { Verdict } from './verdict.tsx';
import { VoteStatusLine } from './vote-status-line.tsx';

/** Checks a receipt on this device, and follows the vote that it names, or that a scanned address names. */
export function CheckPage() {
  const sought = useSought();
  const [text, setText] = useState('');
  const [checked, setChecked] = useState<Receipt | 'unreadable'>();
  const check = (receiptText: string) => setChecked(readReceipt(receiptText) ?? 'unreadable');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    check(text);
  };
  const takeFile = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const fileText = (await target.files?.[0]?.text()) ?? '';
    setText(fileText);
    check(fileText);
  };
  return (
    <section className="vote">
      <StepHeading title={say('check.title')} />
      {sought ? (
        <div className="card">
          <p>
            {say('receipt.vote-id')} <code dir="ltr">{sought.voteId}</code>
          </p>
          <VoteStatusLine {...sought} />
          <p className="soft">{say('check.unverified')}</p>
        </div>
      ) : null}
      <form className="card field" onSubmit={submit}>
        <p>{say('check.intro')}</p>
        <label htmlFor="receipt">{say('check.text')}</label>
        <textarea
          id="receipt"
          dir="ltr"
          rows={6}
          spellCheck={false}
          value={text}
          onChange={event => setText(event.target.value)}
        />
        <label htmlFor="receipt-file">{say('check.file')}</label>
        <input
          id="receipt-file"
          type="file"
          accept="application/json,.json"
          onChange={event => void takeFile(event)}
        />
        <button type="submit" className="button primary">
          {say('check.go')}
        </button>
      </form>
      <div role="status">
        {checked === 'unreadable' ? <p className="card">{say('check.unreadable')}</p> : null}
        {checked !== undefined && checked !== 'unreadable' ? (
          <Verdict key={JSON.stringify(checked)} receipt={checked} />
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
