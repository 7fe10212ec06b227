import { toBase64url } from '@suffrage/contracts/bytes';
import { useState } from 'react';
import { formatCount, formatInstant } from '../../format.ts';
import { useTitle } from '../../views/message.tsx';
import { Field } from '../field.tsx';
import { say } from '../say.ts';
import { type AuditReport, type CountName, countNames, readReport } from './report.ts';
import { StatedReport } from './stated-report.tsx';

type Loaded = { readonly name: string; readonly report: AuditReport | undefined; readonly hash: string };

/** Shows a report of the audit. It is read in this browser and sent nowhere. */
export function AuditView() {
  const [loaded, setLoaded] = useState<Loaded>();
  useTitle(say('audit.title'));
  const take = async (file: File | undefined) => {
    if (!file) return;
    const bytes = await file.bytes();
    setLoaded({
      name: file.name,
      report: readReport(new TextDecoder().decode(bytes)),
      hash: await hashOf(bytes),
    });
  };
  return (
    <div className="manage">
      <header className="section-head">
        <h1>{say('audit.title')}</h1>
      </header>
      <div className="card part">
        <Field id="report" label={say('audit.file')} help={say('audit.file-help')}>
          {props => (
            <input
              {...props}
              type="file"
              accept=".json,application/json"
              onChange={event => void take(event.target.files?.[0])}
            />
          )}
        </Field>
        {loaded && !loaded.report ? (
          <p className="refusal" role="alert">
            {say('audit.unreadable', { name: loaded.name })}
          </p>
        ) : null}
      </div>
      {loaded?.report ? <Report report={loaded.report} hash={loaded.hash} /> : null}
    </div>
  );
}

function Report({ report, hash }: { report: AuditReport; hash: string }) {
  const { balances, findings, totals, topic, startedAt, seconds, signatures, votes } = report;
  return (
    <>
      <section
        className="card part verdict"
        data-genuine={balances}
        role="status"
        data-testid="audit-verdict"
      >
        <h2>{balances ? say('audit.balances') : say('audit.findings', { count: findings.total })}</h2>
        <p>
          {say('audit.about', {
            count: totals.records,
            topic,
            when: formatInstant(startedAt, 'UTC'),
            seconds: formatCount(seconds),
          })}
        </p>
        <p className="soft">{say(signatures ? 'audit.signatures' : 'audit.no-signatures')}</p>
      </section>
      {findings.total === 0 ? null : <Findings report={report} />}
      <section className="card part" aria-labelledby="audit-votes">
        <h2 id="audit-votes">{say('audit.elections')}</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">{say('audit.election')}</th>
              <th scope="col" className="number">
                {say('results.counted')}
              </th>
              <th scope="col">{say('audit.stated')}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(votes).map(([id, counted]) => (
              <tr key={id}>
                <th scope="row" dir="ltr">
                  {id}
                </th>
                <td className="number">{formatCount(counted)}</td>
                <td>
                  <StatedReport electionId={id} hash={hash} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Partitions report={report} />
    </>
  );
}

function Findings({ report: { findings } }: { report: AuditReport }) {
  return (
    <section className="card part" aria-labelledby="audit-findings">
      <h2 id="audit-findings">{say('audit.findings-first', { count: findings.first.length })}</h2>
      <div className="scroll" role="group" aria-labelledby="audit-findings" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say('audit.kind')}</th>
              <th scope="col">{say('audit.what')}</th>
              <th scope="col">{say('audit.where')}</th>
            </tr>
          </thead>
          <tbody>
            {findings.first.map((found, index) => (
              <tr key={`${index} ${found.message}`}>
                <td dir="ltr">
                  {found.kind} ({found.invariant})
                </td>
                <td lang="en" dir="ltr">
                  {found.message}
                </td>
                <td dir="ltr">{placeOf(found)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function placeOf({ electionId, partition, offset }: AuditReport['findings']['first'][number]): string {
  const position = partition === undefined ? [] : [`${partition}${offset === undefined ? '' : `/${offset}`}`];
  return [electionId ?? [], position].flat().join(' ');
}

function Partitions({ report: { partitions, totals } }: { report: AuditReport }) {
  // Columns that are 0 everywhere say nothing.
  const shown = countNames.filter(name => name === 'records' || totals[name] !== 0);
  const cells = (row: Readonly<Record<CountName, number>>) =>
    shown.map(name => (
      <td key={name} className="number">
        {formatCount(row[name])}
      </td>
    ));
  return (
    <section className="card part" aria-labelledby="audit-partitions">
      <h2 id="audit-partitions">{say('audit.partitions')}</h2>
      <div className="scroll" role="group" aria-labelledby="audit-partitions" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say('audit.partition')}</th>
              {shown.map(name => (
                <th key={name} scope="col" className="number">
                  {say(`audit.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {partitions.map(row => (
              <tr key={row.partition}>
                <th scope="row">{row.partition}</th>
                {cells(row)}
              </tr>
            ))}
            <tr className="total">
              <th scope="row">{say('audit.total')}</th>
              {cells(totals)}
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** As the signed addendum to results names a report: SHA-256 of its file, base64url. */
async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
