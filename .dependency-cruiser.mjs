/** One direction: edge -> use case -> store; services know contracts and runtime, never each other. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    forbid('no-cycles', 'A file imports only from files below it in reading order.', {}, { circular: true }),
    forbid(
      'contracts-are-the-bottom',
      'libs/contracts knows nobody.',
      { path: '^libs/contracts/' },
      { path: '^(libs/(?!contracts/)|services|tools|web|test|loadtest)/' },
    ),
    forbid(
      'contracts-do-no-io',
      'libs/contracts does no I/O.',
      { path: '^libs/contracts/src/', pathNot: '\\.test\\.ts$' },
      { path: '^(node:)?(fs|net|http|https|dgram|child_process|tls)(/|$)' },
    ),
    forbid(
      'runtime-knows-contracts-only',
      'libs/runtime is plumbing.',
      { path: '^libs/runtime/' },
      { path: '^(libs/client|services|tools|web|test|loadtest)/' },
    ),
    forbid(
      'client-knows-contracts-only',
      'libs/client runs in browsers.',
      { path: '^libs/client/' },
      { path: '^(libs/runtime|services|tools|web|test|loadtest)/' },
    ),
    forbid(
      'services-do-not-know-each-other',
      'They agree through contracts, topics and tables.',
      { path: '^services/([^/]+)/' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),
    forbid(
      'services-do-not-know-tools',
      'Tools use services, never the reverse.',
      { path: '^(services|libs)/', pathNot: '\\.test\\.ts$|^services/[^/]+/test/' },
      { path: '^(tools|test|web|loadtest)/' },
    ),
    forbid(
      'audit-is-independent',
      'The audit shares only contracts with what it audits.',
      { path: '^tools/audit/', pathNot: '\\.test\\.ts$' },
      { path: '^(services|libs/runtime|libs/client|tools/stack|tools/demo|web|test|loadtest)/|kafkajs' },
    ),
    forbid(
      'pure-core',
      'What decides takes values and returns values.',
      { path: '/(decide|tally|judge|snapshot)\\.ts$' },
      { path: '(kafkajs|ioredis|node_modules/pg/|@platformatic|fastify)' },
    ),
    forbid(
      'edges-are-not-imported',
      'Routes are edges: only app.ts wires them.',
      { path: '^services/[^/]+/src/', pathNot: '(app|main)\\.ts$|/(http|grpc)/' },
      { path: '^services/[^/]+/src/(http|grpc)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
