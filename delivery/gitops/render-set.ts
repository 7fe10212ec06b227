import { parse } from 'yaml';
import { z } from 'zod';

const elements = z.object({ list: z.object({ elements: z.array(z.record(z.string(), z.string())) }) });
const applicationSet = z.object({
  spec: z.object({
    generators: z.tuple([z.object({ matrix: z.object({ generators: z.array(elements) }) })]),
    template: z.record(z.string(), z.unknown()),
    templatePatch: z.string(),
  }),
});

/** The applications that Argo CD would make of our set: its matrix, and of Go's templates what the set uses. */
export function renderSet(
  set: unknown,
): { readonly element: Record<string, string>; readonly application: object }[] {
  const { generators, template, templatePatch } = applicationSet.parse(set).spec;
  const combined = generators[0].matrix.generators.reduce<Record<string, string>[]>(
    (rows, { list }) => rows.flatMap(row => list.elements.map(element => ({ ...row, ...element }))),
    [{}],
  );
  return combined.map(element => ({
    element,
    application: merge(
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...fill(template, element) },
      z.record(z.string(), z.unknown()).parse(parse(choose(templatePatch, element))),
    ),
  }));
}

function fill(value: object, element: Record<string, string>): object {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(substitute(JSON.stringify(value), element)));
}

function substitute(text: string, element: Record<string, string>): string {
  const filled = text.replaceAll(/\{\{ \.(\w+) \}\}/g, (_, name: string) => {
    const value = element[name];
    if (value === undefined) throw new Error(`the set gives no ${name}`);
    return value;
  });
  if (filled.includes('{{')) throw new Error(`a template that is not known here: ${filled}`);
  return filled;
}

/** `{{- if eq .name "value" }} … {{- else }} … {{- end }}`, once. */
function choose(text: string, element: Record<string, string>): string {
  const chosen = text.replace(
    /\n *\{\{- if eq \.(\w+) "(\w+)" \}\}([\s\S]*?)\n *\{\{- else \}\}([\s\S]*?)\n *\{\{- end \}\}/,
    (_, name: string, value: string, yes: string, no: string) => (element[name] === value ? yes : no),
  );
  return substitute(chosen, element);
}

function merge(below: object, above: Record<string, unknown>): object {
  const result: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = result[key];
    result[key] = isObject(value) && isObject(under) ? merge(under, value) : value;
  }
  return result;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
