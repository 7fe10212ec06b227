import type { Receipt } from '@suffrage/contracts/receipt';
import { type ChangeEvent, type FormEvent, useState } from 'react';
import { say } from '../language/say.ts';
import { readReceipt } from './read-receipt.ts';

type Props = { intro: string; onRead: (receipt: Receipt | 'unreadable') => void };

/** Where a receipt is pasted, or its file chosen. It is read here and sent nowhere. */
export function ReceiptForm({ intro, onRead }: Props) {
  const [text, setText] = useState('');
  const read = (receiptText: string) => onRead(readReceipt(receiptText) ?? 'unreadable');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    read(text);
  };
  const takeFile = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const fileText = (await target.files?.[0]?.text()) ?? '';
    setText(fileText);
    read(fileText);
  };
  return (
    <form className="card field" onSubmit={submit}>
      <p>{intro}</p>
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
  );
}
