import type { Property } from '../bridge'

type Schema = Record<string, unknown>

const types: Record<string, Schema> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  stringArray: { type: 'array', items: { type: 'string' } },
  enum: { type: 'string' },
  stringMap: { type: 'object', additionalProperties: { type: 'string' } },
  integer: { type: 'integer' },
}

/** toSchema is one of Keel's settings as a contribution of an extension. */
export function toSchema(property: Property): Schema {
  const schema: Schema = {
    ...types[property.type],
    markdownDescription: property.description,
    default: parsed(property.default),
    scope: property.scope === 'application' ? 'application' : 'window',
  }
  if (property.enum.length === 0) return schema
  return { ...schema, enum: property.enum, markdownEnumDescriptions: property.enumDescriptions }
}

function parsed(json: string): unknown {
  return json === '' ? undefined : (JSON.parse(json) as unknown)
}
