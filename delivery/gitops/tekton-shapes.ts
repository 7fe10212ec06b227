import { z } from 'zod';

/**
 * What our pipeline uses of Tekton's v1 (https://tekton.dev/docs/pipelines/), strictly: a field that is misspelt or at the wrong
 * place is refused. Tekton's own schemas are in no package registry.
 */
const metadata = z.strictObject({ name: z.string(), namespace: z.string() });
const parameter = z.strictObject({
  name: z.string(),
  type: z.enum(['string', 'array']),
  description: z.string().optional(),
  default: z.union([z.string(), z.array(z.string())]).optional(),
});
const workspace = z.strictObject({ name: z.string(), description: z.string().optional() });

export const tektonPipeline = z.strictObject({
  apiVersion: z.literal('tekton.dev/v1'),
  kind: z.literal('Pipeline'),
  metadata,
  spec: z.strictObject({
    description: z.string(),
    params: z.array(parameter),
    workspaces: z.array(workspace),
    tasks: z.array(
      z.strictObject({
        name: z.string(),
        runAfter: z.array(z.string()).default([]),
        taskRef: z.strictObject({ name: z.string() }),
        params: z.array(
          z.strictObject({ name: z.string(), value: z.union([z.string(), z.array(z.string())]) }),
        ),
        workspaces: z.array(z.strictObject({ name: z.string(), workspace: z.string() })),
      }),
    ),
  }),
});

const hours = z.string().regex(/^\d+h$/);
export const tektonRun = z.strictObject({
  apiVersion: z.literal('tekton.dev/v1'),
  kind: z.literal('PipelineRun'),
  metadata: z.strictObject({ generateName: z.string(), namespace: z.string() }),
  spec: z.strictObject({
    pipelineRef: z.strictObject({ name: z.string() }),
    params: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    timeouts: z.strictObject({ pipeline: hours, tasks: hours }),
    taskRunTemplate: z.strictObject({
      podTemplate: z.strictObject({
        securityContext: z.strictObject({ runAsNonRoot: z.literal(true), fsGroup: z.int() }),
      }),
    }),
    workspaces: z.array(
      z.strictObject({
        name: z.string(),
        volumeClaimTemplate: z.strictObject({
          spec: z.strictObject({
            accessModes: z.tuple([z.literal('ReadWriteOnce')]),
            resources: z.strictObject({ requests: z.strictObject({ storage: z.string() }) }),
          }),
        }),
      }),
    ),
  }),
});

const resources = z.record(z.enum(['cpu', 'memory']), z.string());
export const tektonTask = z.strictObject({
  apiVersion: z.literal('tekton.dev/v1'),
  kind: z.literal('Task'),
  metadata,
  spec: z.strictObject({
    params: z.array(parameter),
    workspaces: z.array(workspace),
    stepTemplate: z
      .strictObject({
        computeResources: z.strictObject({
          requests: resources,
          limits: z.partialRecord(z.enum(['cpu', 'memory']), z.string()),
        }),
      })
      .optional(),
    steps: z.array(
      z
        .strictObject({
          name: z.string(),
          image: z.string(),
          workingDir: z.string(),
          env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
          script: z.string().startsWith('#!').optional(),
          command: z.array(z.string()).optional(),
          args: z.array(z.string()).optional(),
        })
        .refine(
          step => (step.script === undefined) !== (step.command === undefined),
          'a script or a command',
        ),
    ),
  }),
});
