import type { Receipt } from '@suffrage/contracts/receipt';
import { type VoteStatement, voteStatementSchema, voteStatusSchema } from '@suffrage/contracts/results';
import { checkStatement } from '@suffrage/contracts/signed-statement';
import { type ReactNode, useEffect, useState } from 'react';
import { fetchDocument, paths } from '../api/fetch.ts';
import { formatInstant } from '../format.ts';
import { say } from '../language/say.ts';
import { preferredLanguages, textIn } from '../text.ts';
import type { Votable } from '../vote/votable.ts';
import { sayWatch } from '../watch/say.ts';
import { saveJson } from './save-receipt.ts';

type Definition = Votable['definition'];

/** What the results service says of a vote, and in what form. */
type Word =
  | { readonly kind: 'asking' | 'unreachable' }
  | { readonly kind: 'signed' | 'forged'; readonly statement: VoteStatement }
  | { readonly kind: 'unsigned'; readonly status: string };

/** A genuine receipt in words, with what became of its vote; made to be printed. */
export function Statement({ receipt, definition }: { receipt: Receipt; definition: Definition }) {
  const word = useWord(receipt, definition);
  const [checkedAt] = useState(() => new Date().toISOString());
  const { timeZone } = definition;
  const { title, lang } = textIn(definition.title, preferredLanguages());
  const instant = (at: string | number) => formatInstant(new Date(at).toISOString(), timeZone);
  const { certificate } = receipt;
  const proofs = { receipt, ...(word.kind === 'signed' ? { statement: word.statement } : {}) };
  return (
    <article className="card statement" data-testid="statement">
      <h2>{sayWatch('statement.for')}</h2>
      <dl>
        <Row name={sayWatch('statement.election')}>
          <span lang={lang} dir="auto">
            {title}
          </span>{' '}
          (<code dir="ltr">{definition.id}</code>)
        </Row>
        <Row name={say('receipt.vote-id')}>
          <code dir="ltr">{receipt.voteId}</code>
        </Row>
        <Row name={sayWatch('statement.accepted')}>{instant(receipt.timestamp)}</Row>
        <Row name={sayWatch('statement.place')}>
          <code dir="ltr">{`${receipt.topic} ${receipt.partition}:${receipt.offset}`}</code>
        </Row>
        <Row name={sayWatch('statement.instance')}>
          <code dir="ltr">{certificate.instance}</code>
        </Row>
        <Row name={sayWatch('statement.key')}>
          <code dir="ltr">{certificate.receiptKeyId}</code>
        </Row>
        <Row name={sayWatch('statement.became')}>
          <strong data-testid="became">{statusWords(word)}</strong>
        </Row>
      </dl>
      <p data-testid="word" data-word={word.kind}>
        {wordText(word, instant)}
      </p>
      <p className="soft">{sayWatch('statement.verified', { when: instant(checkedAt) })}</p>
      <p className="buttons unprinted">
        <button type="button" className="button primary" onClick={() => window.print()}>
          {sayWatch('statement.print')}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => saveJson(`statement-${definition.id}.json`, proofs)}
        >
          {sayWatch('statement.save')}
        </button>
      </p>
      <details open>
        <summary>{sayWatch('statement.proofs')}</summary>
        <pre dir="ltr">{JSON.stringify(proofs, undefined, 1)}</pre>
      </details>
    </article>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const RETRY_MILLIS = 3_000;

function useWord({ electionId, voteId }: Receipt, { resultsKeys }: Definition): Word {
  const [word, setWord] = useState<Word>({ kind: 'asking' });
  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<Word> => {
      const path = paths.voteStatement(electionId, voteId);
      const answer = await fetchDocument(path, voteStatementSchema, leaving.signal);
      if (!answer.ok) return askStatus(electionId, voteId, leaving.signal);
      const statement = answer.value;
      const fits = statement.electionId === electionId && statement.voteId === voteId;
      const isSigned = fits && (await checkStatement(statement, resultsKeys ?? [])) === 'valid';
      return { kind: isSigned ? 'signed' : 'forged', statement };
    };
    const keepAsking = async () => {
      const said = await ask();
      if (leaving.signal.aborted) return;
      setWord(said);
      if (said.kind === 'unreachable') timer = setTimeout(() => void keepAsking(), RETRY_MILLIS);
    };
    void keepAsking();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [electionId, voteId, resultsKeys]);
  return word;
}

async function askStatus(electionId: string, voteId: string, signal: AbortSignal): Promise<Word> {
  const answer = await fetchDocument(paths.vote(electionId, voteId), voteStatusSchema, signal);
  if (!answer.ok && answer.reason === 'unreachable') return { kind: 'unreachable' };
  return { kind: 'unsigned', status: say(`status.${answer.ok ? answer.value.status : 'unknown'}`) };
}

function statusWords(word: Word): string {
  switch (word.kind) {
    case 'asking':
      return say('check.asking');
    case 'unreachable':
      return say('check.unreachable');
    case 'unsigned':
      return word.status;
    case 'signed':
    case 'forged':
      return say(`status.${word.statement.status}`);
  }
}

function wordText(word: Word, instant: (at: string) => string): string {
  switch (word.kind) {
    case 'asking':
    case 'unreachable':
      return '';
    case 'unsigned':
    case 'forged':
      return sayWatch(`statement.${word.kind}`);
    case 'signed':
      return sayWatch('statement.signed', {
        when: instant(word.statement.statedAt),
        key: word.statement.resultsKeyId,
      });
  }
}
