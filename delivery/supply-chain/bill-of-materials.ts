import { z } from 'zod';

/** Of CycloneDX (https://cyclonedx.org/docs/1.6/json/) what anybody needs to find a component: its name, version, address. */
const bill = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string().regex(/^1\.[5-9]$/),
  metadata: z.looseObject({ component: z.looseObject({ name: z.string() }) }),
  components: z
    .array(z.looseObject({ name: z.string(), version: z.string(), purl: z.string().startsWith('pkg:npm/') }))
    .min(1),
});
export type BillOfMaterials = z.infer<typeof bill>;

/** @throws ZodError when it is not a bill of materials with at least one component */
export function readBill(text: string): BillOfMaterials {
  return bill.parse(JSON.parse(text));
}
