import { formatCount, formatPace } from '../format.ts';
import { say } from '../language/say.ts';
import { pacePerSecond, paceSeries, type ResultsState } from '../live/results-state.ts';
import { Sparkline } from './sparkline.tsx';

/** The numbers of the whole election. Those not known yet are said to be so, not shown as 0. */
export function Figures({ results: { snapshot, marks }, now }: { results: ResultsState; now: number }) {
  const pace = pacePerSecond(marks, now);
  const running = snapshot === null || snapshot.provisional;
  return (
    <dl className="figures">
      <div className="figure figure-main">
        <dt>{say('results.counted')}</dt>
        <dd data-testid="counted">{snapshot === null ? <Unknown /> : formatCount(snapshot.counted)}</dd>
      </div>
      {running ? (
        <div className="figure">
          <dt>{say('results.pace')}</dt>
          <dd>
            {pace === null ? <Unknown /> : formatPace(pace)}
            <Sparkline series={paceSeries(marks, now)} />
          </dd>
        </div>
      ) : null}
      <div className="figure">
        <dt>{say('results.version')}</dt>
        <dd data-testid="version">{snapshot === null ? <Unknown /> : formatCount(snapshot.version)}</dd>
      </div>
    </dl>
  );
}

function Unknown() {
  return (
    <>
      <span aria-hidden="true">–</span>
      <span className="unseen">{say('results.not-known')}</span>
    </>
  );
}
