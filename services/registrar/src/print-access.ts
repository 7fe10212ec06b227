import { access } from './access.ts';
import { roles } from './principal.ts';

/** `node services/registrar/src/print-access.ts`: the table of access as Markdown, for `docs/reference/access.md`. */

const head = ['Route', 'Everybody', ...roles, 'What it does'];
const rows = access.map(({ method, path, allowed, does }) => {
  const everybody = allowed === 'everybody' ? 'yes' : typeof allowed === 'string' ? 'what is public' : '';
  const held = roles.map(role => (typeof allowed === 'string' || allowed.includes(role) ? 'yes' : ''));
  return [`\`${method} ${path}\``, everybody, ...held, does];
});
const widths = head.map((_, column) =>
  Math.max(...[head, ...rows].map(row => [...(row[column] ?? '')].length)),
);
const line = (cells: readonly string[]) =>
  `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;

process.stdout.write(`# Who may use which route of the registrar

Generated from \`services/registrar/src/access.ts\`; \`make check\` says when it is not current. A route that is not in this
table is not served. A test asks each route in each role of two organisations, and without a token or with a bad one.

In the columns of roles "yes" holds for elections of the role's own organisation; what everybody may see of published
elections is the same for all. Answers, in this order: 401 without a token or with a bad one, 403 without the role, 404
where the election belongs to another organisation (as if it did not exist).

${line(head)}
${line(widths.map(width => '-'.repeat(width)))}
${rows.map(line).join('\n')}
`);
