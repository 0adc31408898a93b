/** An OpenAPI document as something that replies are held against. */
import { strict as assert } from "node:assert";
import { z } from "zod";

type Json = Record<string, unknown>;
// deno-lint-ignore no-explicit-any
type Schema = any;

export interface Parameter {
  name: string;
  in: "query" | "path";
  schema: { type?: string; enum?: string[]; maximum?: number };
}

interface Reply {
  content?: Record<string, { schema: Schema }>;
}

/** One route and method of a document. */
export interface Operation {
  method: string;
  path: string;
  parameters: Parameter[];
  responses: Record<string, Reply>;
}

/** Every operation of a document. */
export function operationsOf(document: Json): Operation[] {
  return Object.entries(document.paths as Record<string, Record<string, Operation>>)
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        ...operation,
        parameters: operation.parameters ?? [],
        method: method.toUpperCase(),
        path,
      }))
    );
}

/** Holds replies against what a document says of them. */
export class Contract {
  readonly #document: Json;
  readonly #checks = new Map<Schema, z.ZodType>();

  constructor(document: Json) {
    this.#document = document;
  }

  /** Throws unless the reply's status, type and body are the operation's; returns its body. */
  async check(operation: Operation, reply: Response, asked: string): Promise<unknown> {
    const described = operation.responses[reply.status];
    const status = `${asked}: ${reply.status} is documented`;
    if (!described) {
      assert.fail(`${status}, not ${Object.keys(operation.responses)}: ${await reply.text()}`);
    }
    const text = await reply.text();
    if (!described.content) return assert.equal(text, "", `${asked}: no body`);
    const type = (reply.headers.get("content-type") ?? "").split(";")[0];
    assert.ok(type in described.content, `${asked}: ${type} is documented for ${reply.status}`);
    const body = type === "application/json" ? JSON.parse(text) : text;
    const result = this.#checkOf(described.content[type].schema).safeParse(body);
    assert.ok(result.success, `${asked}: ${result.error} in ${text.slice(0, 500)}`);
    return body;
  }

  #checkOf(schema: Schema): z.ZodType {
    let check = this.#checks.get(schema);
    if (!check) this.#checks.set(schema, check = z.fromJSONSchema(this.#whole(schema)));
    return check;
  }

  /** The schema with what it refers to in it, and nothing allowed beside what it names. */
  #whole(schema: Schema): Schema {
    if (Array.isArray(schema)) return schema.map((each) => this.#whole(each));
    if (typeof schema !== "object" || schema === null) return schema;
    if (schema.$ref) return this.#whole(this.#at(schema.$ref));
    if (schema.allOf) {
      return this.#whole(merged(schema.allOf.map((each: Schema) => this.#whole(each))));
    }
    const { properties, ...rest } = schema;
    const whole: Schema = {};
    for (const [key, value] of Object.entries(rest)) whole[key] = this.#whole(value);
    if (!properties) return whole;
    whole.properties = {};
    for (const [name, value] of Object.entries(properties)) {
      whole.properties[name] = this.#whole(value);
    }
    return { additionalProperties: false, ...whole };
  }

  #at(reference: string): Schema {
    return reference.replace("#/", "").split("/").reduce(
      (at: Schema, key) => at[key],
      this.#document,
    );
  }
}

function merged(parts: Schema[]): Schema {
  return {
    type: "object",
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required }) => required ?? []),
  };
}
