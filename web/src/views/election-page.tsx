import { type ReactNode, useMemo, useState } from 'react';
import { paths } from '../api/fetch.ts';
import { type Election, electionSchema } from '../api/schemas.ts';
import { useDocument, useNow, useResults } from '../hooks.ts';
import { say } from '../language/say.ts';
import { useSpokenLanguage } from '../language/use-spoken-language.ts';
import { ANNOUNCE_MILLIS, announcement } from '../live/announcement.ts';
import type { ResultsState } from '../live/results-state.ts';
import { addresses } from '../route.ts';
import { scheduleOf, whyHidden } from '../schedule.ts';
import { preferredLanguages, textIn } from '../text.ts';
import { CourseCard } from '../watch/course-card.tsx';
import { Annulment, StandingWhy } from '../watch/notices.tsx';
import { TakeAway } from '../watch/take-away.tsx';
import { useStanding } from '../watch/use-official.ts';
import { Announcer } from './announcer.tsx';
import { PhaseBadge, StandingBadge } from './badges.tsx';
import { ContestCard, type Presentation } from './contest-card.tsx';
import { Figures } from './figures.tsx';
import { IntakeCards } from './intake-cards.tsx';
import { useTitle } from './message.tsx';
import { NoElection } from './no-election.tsx';
import { PresentationChoice } from './presentation-choice.tsx';
import { rankContests } from './rank-contests.ts';
import { Link } from './shell.tsx';
import { StatusLine } from './status-line.tsx';

const REFRESH_MILLIS = 10_000;

export function ElectionPage({ id }: { id: string }) {
  const loaded = useDocument(paths.election(id), electionSchema, REFRESH_MILLIS);
  const results = useResults(id);
  if (loaded.status !== 'ready') return <NoElection status={loaded.status} />;
  return <ElectionView election={loaded.value} results={results} skewMillis={loaded.skewMillis} />;
}

type ViewProps = { election: Election; results: ResultsState; skewMillis: number };

function ElectionView({ election: { definition, phase }, results, skewMillis }: ViewProps) {
  const now = useNow();
  const { title, lang } = textIn(definition.title, preferredLanguages());
  const { snapshot } = results;
  const standing = useStanding(definition, snapshot);
  useTitle(title);
  return (
    <article className="election-view">
      <Annulment annulled={snapshot?.annulled} timeZone={definition.timeZone} />
      <header className="card hero">
        <div className="hero-words">
          <p className="badges">
            <PhaseBadge phase={phase} />
            {snapshot === null ? null : <StandingBadge standing={standing} />}
          </p>
          <h1 lang={lang}>{title}</h1>
          <p className="soft">
            {scheduleOf(definition, phase)} · {say(`mode.${definition.mode}`)}
          </p>
          {definition.eligibility === 'open' ? <p className="soft">{say('election.open')}</p> : null}
          <StandingWhy standing={standing} timeZone={definition.timeZone} />
          {phase === 'open' ? (
            <p>
              <Link to={addresses.vote(definition.id)} className="button primary">
                {say('elections.vote')}
              </Link>
            </p>
          ) : null}
        </div>
        <Figures id={definition.id} results={results} now={now} />
        <StatusLine results={results} phase={phase} now={now} skewMillis={skewMillis} />
      </header>
      <Results definition={definition} results={results} now={now + skewMillis} />
      {/* Below the results on a phone: it comes with them, instead of making room for them. */}
      {snapshot === null && results.problem === null ? null : (
        <aside className="beside">
          <TakeAway
            {...{ id: definition.id, title, phase, isLive: definition.resultsPolicy === 'live', standing }}
          />
          <IntakeCards intake={results.intake} now={now} />
        </aside>
      )}
    </article>
  );
}

type ResultsProps = { definition: Election['definition']; results: ResultsState; now: number };

function Results({ definition, results: { snapshot, problem }, now }: ResultsProps) {
  const [presentation, setPresentation] = useState<Presentation>('chart');
  // Not every second: a ballot may have thousands of options.
  const language = useSpokenLanguage();
  const ranked = useMemo(
    () => rankContests(definition, snapshot, language),
    [definition, snapshot, language],
  );
  if (snapshot === null) {
    const words = problem === 'unknown' ? say('results.none') : say('results.waiting');
    return <ResultsSection>{words}</ResultsSection>;
  }
  const { contests, counted, provisional } = snapshot;
  if (contests === null) return <ResultsSection>{whyHidden(definition, now, !provisional)}</ResultsSection>;
  const standings = ranked.map(({ title, rows }) => ({ contest: title.title, rows }));
  return (
    <section className="results" aria-labelledby="results">
      <div className="section-head">
        <h2 id="results">{say('results.title')}</h2>
        <PresentationChoice value={presentation} onChange={setPresentation} />
      </div>
      {ranked.map(({ contest, title, rows }) => (
        <ContestCard key={contest.id} {...{ contest, title, rows, counted, provisional, presentation }} />
      ))}
      <CourseCard id={definition.id} timeZone={definition.timeZone} {...{ snapshot, presentation }} />
      <Announcer text={announcement(counted, standings, provisional)} millis={ANNOUNCE_MILLIS} />
    </section>
  );
}

/** The section of the results while there are none to show. */
function ResultsSection({ children }: { children: ReactNode }) {
  return (
    <section className="results" aria-labelledby="results">
      <h2 id="results">{say('results.title')}</h2>
      <p className="card" role="status">
        {children}
      </p>
    </section>
  );
}
