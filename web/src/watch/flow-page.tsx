import { type ReactNode, useMemo, useState } from 'react';
import { paths } from '../api/fetch.ts';
import { type Election, electionSchema, type Flow, flowSchema } from '../api/schemas.ts';
import { formatClock, formatDecimal, formatShare } from '../format.ts';
import { useDocument } from '../hooks.ts';
import { addresses } from '../route.ts';
import { preferredLanguages, textIn } from '../text.ts';
import type { Presentation } from '../views/contest-card.tsx';
import { Message, useTitle } from '../views/message.tsx';
import { NoElection } from '../views/no-election.tsx';
import { PresentationChoice } from '../views/presentation-choice.tsx';
import { Link } from '../views/shell.tsx';
import { FlowPicture } from './flow-picture.tsx';
import { balanceOf, type FlowShape, flowShape, sumLag } from './flow-shape.ts';
import { FlowTables } from './flow-tables.tsx';
import { sayWatch } from './say.ts';

const REFRESH_MILLIS = 10_000;
const FLOW_MILLIS = 5_000;
const TABLE_PARTITIONS = 64;

/** Behind the scenes: which part of the system handled the latest votes. */
export function FlowPage({ id }: { id: string }) {
  const loaded = useDocument(paths.election(id), electionSchema, REFRESH_MILLIS);
  if (loaded.status !== 'ready')
    return <NoElection status={loaded.status} loading={sayWatch('flow.loading')} />;
  const { definition, phase } = loaded.value;
  return phase === 'open' && definition.resultsPolicy === 'live' ? (
    <OpenFlow definition={definition} />
  ) : (
    <Message title={sayWatch('flow.none')}>
      {sayWatch('flow.none-why')} <Link to={addresses.election(id)}>{sayWatch('flow.back')}</Link>
    </Message>
  );
}

function OpenFlow({ definition }: { definition: Election['definition'] }) {
  const loaded = useDocument(paths.flow(definition.id), flowSchema, FLOW_MILLIS);
  const [presentation, setPresentation] = useState<Presentation>('chart');
  const { title, lang } = textIn(definition.title, preferredLanguages());
  useTitle(`${sayWatch('flow.title')}: ${title}`);
  return (
    <article className="flow">
      <header className="intro">
        <p className="soft">
          <Link to={addresses.election(definition.id)}>{sayWatch('flow.back')}</Link>
        </p>
        <h1>{sayWatch('flow.title')}</h1>
        <p lang={lang === '' ? undefined : lang} dir="auto">
          {sayWatch('flow.of', { election: title })}
        </p>
        <p>{sayWatch('flow.why')}</p>
      </header>
      {loaded.status === 'ready' ? (
        <FlowView flow={loaded.value} timeZone={definition.timeZone} {...{ presentation, setPresentation }} />
      ) : (
        <p className="card" role="status">
          {sayWatch(loaded.status === 'loading' ? 'flow.loading' : 'flow.away')}
        </p>
      )}
    </article>
  );
}

type ViewProps = {
  flow: Flow;
  timeZone: string;
  presentation: Presentation;
  setPresentation: (presentation: Presentation) => void;
};

function FlowView({ flow, timeZone, presentation, setPresentation }: ViewProps) {
  const shape = useMemo(() => flowShape(flow, TABLE_PARTITIONS), [flow]);
  return (
    <>
      <FlowFigures flow={flow} shape={shape} />
      <section className="card flow-card" aria-label={sayWatch('flow.title')}>
        <div className="section-head">
          <p role="status" data-testid="flow-window">
            {windowWords(flow, shape, timeZone)}
          </p>
          <PresentationChoice value={presentation} onChange={setPresentation} />
        </div>
        {presentation === 'chart' ? <FlowPicture flow={flow} /> : <FlowTables shape={shape} />}
      </section>
    </>
  );
}

function windowWords({ window }: Flow, { votes }: FlowShape, timeZone: string): string {
  if (window === null) return sayWatch('flow.waiting');
  const clock = (instant: string) => formatClock(Date.parse(instant), 0, timeZone);
  return sayWatch('flow.window', { votes, from: clock(window.from), to: clock(window.to) });
}

function FlowFigures({ flow, shape }: { flow: Flow; shape: FlowShape }) {
  const { acknowledgeP99Millis: acknowledged, replicaLagMillis: behind } = flow;
  const lag = sumLag(flow.partitions);
  const balance = balanceOf(shape, 'ingestion');
  const millis = (value: number) => sayWatch('flow.millis', { millis: formatDecimal(value) });
  return (
    <dl className="card figures">
      <Figure name={sayWatch('flow.acknowledge')} id="acknowledged">
        {acknowledged === null ? sayWatch('flow.unknown') : millis(acknowledged)}
      </Figure>
      <Figure name={sayWatch('flow.lag')} id="lag">
        {lag === null ? sayWatch('flow.unknown') : sayWatch('flow.lag-records', { count: lag })}
      </Figure>
      <Figure name={sayWatch('flow.replica')} id="replica">
        {behind === null ? sayWatch('flow.replica-none') : millis(behind)}
      </Figure>
      <Figure name={sayWatch('flow.balance')} id="balance">
        {balance === null
          ? sayWatch('flow.unknown')
          : sayWatch('flow.balance-why', {
              least: formatShare(balance.least),
              most: formatShare(balance.most),
            })}
      </Figure>
    </dl>
  );
}

function Figure({ name, id, children }: { name: string; id: string; children: ReactNode }) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd data-testid={id}>{children}</dd>
    </div>
  );
}
