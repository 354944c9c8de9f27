/** The API's description, from the same schemas that type and check it. */
import { z } from 'zod';
import { problemSchema } from '../contract.js';
import { csvShape } from './csv.js';
import { methodOf, type Route } from './route.js';

export function openApi(routes: readonly Route[], version: string): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Burnbook',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Money is a decimal string of US dollars, exact. Times are RFC 3339 in UTC; ranges are half-open. null means unknown, never zero.',
    },
    paths: pathsOf(routes),
    components: { schemas: { Problem: schemaOf(problemSchema) } },
  };
}

function pathsOf(routes: readonly Route[]): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [methodOf(route)]: operation(route) };
  }
  return paths;
}

function operation(route: Route): Record<string, unknown> {
  const parts = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = Object.entries(route.query).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
  const problem = {
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    summary: route.summary,
    parameters: [...parts, ...query],
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
          },
        }
      : {}),
    responses: {
      [String(route.status ?? 200)]: {
        description: route.status === 201 ? 'Created' : 'OK',
        content: {
          'application/json': { schema: schemaOf(route.answer) },
          ...(methodOf(route) === 'get' && csvShape(route.answer)
            ? { 'text/csv': { schema: { type: 'string' } } }
            : {}),
        },
      },
      '400': { description: 'A parameter or a field is wrong; `field` names it', ...problem },
      '404': { description: 'There is no such thing', ...problem },
      ...(methodOf(route) === 'get'
        ? {}
        : {
            '409': {
              description: 'It stands against what there is; `detail` says what',
              ...problem,
            },
          }),
      '503': { description: 'The database restarts or is overloaded; see Retry-After', ...problem },
    },
  };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
