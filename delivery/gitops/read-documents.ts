import { parseAllDocuments } from 'yaml';

/** What a file of YAML holds, document by document. @throws Error for text that is no YAML */
export function readDocuments(text: string): unknown[] {
  return parseAllDocuments(text).map(document => {
    if (document.errors[0]) throw new Error(document.errors[0].message);
    const value: unknown = document.toJS();
    return value;
  });
}
