import { useEffect, useState } from 'react';
import { paths } from '../api/fetch.ts';
import { type Election, electionSchema } from '../api/schemas.ts';
import { formatCount } from '../format.ts';
import { useDocument, useNow, useResults } from '../hooks.ts';
import { say } from '../language/say.ts';
import type { ResultsState } from '../live/results-state.ts';
import { addresses } from '../route.ts';
import { scheduleOf, whyHidden } from '../schedule.ts';
import { preferredLanguages, textIn } from '../text.ts';
import { StandingBadge } from '../views/badges.tsx';
import { ContestChart } from '../views/contest-chart.tsx';
import { Message, useTitle } from '../views/message.tsx';
import { rankContests } from '../views/rank-contests.ts';
import { Link } from '../views/shell.tsx';
import { StatusLine } from '../views/status-line.tsx';
import { Annulment } from './notices.tsx';
import { sayWatch } from './say.ts';
import { useStanding } from './use-official.ts';

const REFRESH_MILLIS = 10_000;
const TURN_MILLIS = 15_000;

/** The results for a hall: large, with nothing else on the screen, one contest after the other. */
export function ScreenPage({ id }: { id: string }) {
  const loaded = useDocument(paths.election(id), electionSchema, REFRESH_MILLIS);
  const results = useResults(id);
  if (loaded.status === 'ready')
    return <Screen election={loaded.value} results={results} skewMillis={loaded.skewMillis} />;
  const title = loaded.status === 'unreachable' ? say('election.unreachable') : say('election.unknown');
  return (
    <Message title={loaded.status === 'loading' ? say('election.loading') : title}>
      <Link to={addresses.elections}>{say('election.all')}</Link>
    </Message>
  );
}

type Props = { election: Election; results: ResultsState; skewMillis: number };

function Screen({ election: { definition, phase }, results, skewMillis }: Props) {
  const now = useNow();
  const { snapshot } = results;
  const standing = useStanding(definition, snapshot);
  const { title, lang } = textIn(definition.title, preferredLanguages());
  useTitle(title);
  return (
    <article className="screen">
      <header className="screen-head">
        <div>
          <p className="badges">{snapshot === null ? null : <StandingBadge standing={standing} />}</p>
          <h1 lang={lang} dir="auto">
            {title}
          </h1>
          <p className="soft">{scheduleOf(definition, phase)}</p>
        </div>
        <p className="screen-counted">
          <strong data-testid="counted">{snapshot === null ? '–' : formatCount(snapshot.counted)}</strong>
          <span className="soft">{say('results.counted')}</span>
        </p>
      </header>
      <Annulment annulled={snapshot?.annulled} timeZone={definition.timeZone} />
      <Contests definition={definition} results={results} now={now + skewMillis} />
      <footer className="screen-foot">
        <StatusLine results={results} phase={phase} now={now} skewMillis={skewMillis} />
        <p className="buttons">
          <button type="button" className="button" onClick={fillScreen}>
            {sayWatch('screen.full')}
          </button>
          <Link to={addresses.election(definition.id)} className="button">
            {sayWatch('screen.leave')}
          </Link>
        </p>
      </footer>
    </article>
  );
}

/** Browsers that don't allow it leave the page as it is. */
function fillScreen(): void {
  void document.documentElement.requestFullscreen?.().catch(() => undefined);
}

type ContestsProps = { definition: Election['definition']; results: ResultsState; now: number };

function Contests({ definition, results: { snapshot, problem }, now }: ContestsProps) {
  const [turn, setTurn] = useState(0);
  const [isTurning, setTurning] = useState(
    () => !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
  );
  const count = definition.contests.length;
  useEffect(() => {
    if (!isTurning || count < 2) return undefined;
    const timer = setInterval(() => setTurn(last => (last + 1) % count), TURN_MILLIS);
    return () => clearInterval(timer);
  }, [isTurning, count]);
  if (snapshot === null)
    return <p className="card">{say(problem === 'unknown' ? 'results.none' : 'results.waiting')}</p>;
  if (snapshot.contests === null)
    return <p className="card">{whyHidden(definition, now, !snapshot.provisional)}</p>;
  const contest = rankContests(definition, snapshot)[turn];
  if (contest === undefined) return null;
  return (
    <section className="card contest" aria-labelledby="contest">
      <div className="section-head">
        <h2 id="contest" lang={contest.title.lang} dir="auto">
          {contest.title.title}
        </h2>
        {count < 2 ? null : (
          <p className="buttons">
            <span className="soft">{sayWatch('screen.contests', { count: turn + 1, all: count })}</span>
            <button type="button" className="button" onClick={() => setTurning(!isTurning)}>
              {sayWatch(isTurning ? 'screen.pause' : 'screen.go-on')}
            </button>
          </p>
        )}
      </div>
      <ContestChart key={contest.contest.id} rows={contest.rows} provisional={snapshot.provisional} />
    </section>
  );
}
