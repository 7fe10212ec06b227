import { z } from 'zod';
import { electionId } from './election.ts';
import { issuedCountSchema } from './issued-count.ts';

/*
 * What the elected aggregator states officially of an election: each once (addenda may follow one another), signed
 * (`signed-statement.ts`), and never changed.
 */

const count = z.int().min(0);
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');
const about = {
  electionId,
  /** base64url of `ballotHash`. */
  ballotHash: base64url,
  /** base64url of `definitionHash`. */
  definitionHash: base64url,
  statedAt: z.iso.datetime(),
};
const signed = { resultsKeyId: base64url, signature: base64url };

/**
 * Before the first vote: of all records of topic `votes` below these offsets none is counted for this election. A
 * partition that is not listed had not been begun.
 */
export const zeroReportSchema = z.strictObject({
  kind: z.literal('zero-report'),
  ...about,
  counted: z.literal(0),
  positions: z.array(z.strictObject({ partition: count, nextOffset: count })),
  ...signed,
});
export type ZeroReport = z.infer<typeof zeroReportSchema>;

const contestResults = z.strictObject({
  id: z.string(),
  options: z.array(z.strictObject({ id: z.string(), votes: count })),
  /** Marks not made: `maxSelections` of each counted vote, less the marks. */
  undervotes: count,
  /** Votes without any mark in this contest. */
  blank: count,
});

/** After close, when nothing of this election can be counted any more. */
export const resultsDocumentSchema = z.strictObject({
  kind: z.literal('results'),
  ...about,
  opensAt: z.iso.datetime(),
  closesAt: z.iso.datetime(),
  /** Votes counted. */
  counted: count,
  /** In ballot order; `null` when fewer votes were counted than the election's `privacyThreshold`. */
  contests: z.nullable(z.array(contestResults)),
  /** The registrar's own signed word, so that turnout can be had; `null` when it was not to be had. */
  issued: z.nullable(issuedCountSchema),
  /** What was counted: all records of the topic below these offsets, indexed by partition. */
  log: z.strictObject({ topic: z.string(), endOffsets: z.array(count) }),
  /** `statementHash` of the zero report; `null` when none could be made. */
  zeroReport: z.nullable(base64url),
  ...signed,
});
export type ResultsDocument = z.infer<typeof resultsDocumentSchema>;

/** Names an auditor's signed report on these results. A later one stands beside the earlier ones. */
export const auditAddendumSchema = z.strictObject({
  kind: z.literal('audit-addendum'),
  electionId,
  /** From 2 on; the first has none. */
  number: z.int().min(2).optional(),
  statedAt: z.iso.datetime(),
  /** `statementHash` of the results document. */
  results: base64url,
  /** base64url of SHA-256 over the bytes of the report's file. */
  report: base64url,
  /** The auditor's public key (SPKI DER) and signature over those bytes, Ed25519. */
  auditor: base64url,
  auditorSignature: base64url,
  balances: z.boolean(),
  ...signed,
});
export type AuditAddendum = z.infer<typeof auditAddendumSchema>;

/** The results with what is known of their audit: nobody needs to know that there are addenda to see one. */
export const officialResultsSchema = z.strictObject({
  document: resultsDocumentSchema,
  /** The newest; `null` as long as no audit report is named. */
  addendum: z.nullable(auditAddendumSchema),
  /** What it came after, the newest first. */
  earlierAddenda: z.array(auditAddendumSchema),
});

/** From here on the databases refuse every change of what is counted for this election. */
export const sealSchema = z.strictObject({
  kind: z.literal('seal'),
  ...about,
  /** `statementHash` of the results document. */
  results: base64url,
  partitions: z.array(
    z.strictObject({
      partition: count,
      /** Of all elections: records below it are accounted for, as `counted` or not. */
      nextOffset: count,
      counted: count,
      notCounted: count,
      /** Of this election alone. */
      votes: count,
      superseded: count,
    }),
  ),
  ...signed,
});
export type Seal = z.infer<typeof sealSchema>;

/** By kind; each election has at most one of each, save addenda. */
export type OfficialStatements = {
  readonly 'zero-report': ZeroReport;
  readonly results: ResultsDocument;
  readonly 'audit-addendum': AuditAddendum;
  readonly seal: Seal;
};
export type OfficialKind = keyof OfficialStatements;

export const officialSchemas: { readonly [Kind in OfficialKind]: z.ZodType<OfficialStatements[Kind]> } = {
  'zero-report': zeroReportSchema,
  results: resultsDocumentSchema,
  'audit-addendum': auditAddendumSchema,
  seal: sealSchema,
};
