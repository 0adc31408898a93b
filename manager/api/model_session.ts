/** The contract of the routes that tell who asks, and who did what. */
import { z } from "@hono/zod-openapi";
import { ROLES } from "../auth/principal.ts";

/** `GET /api/session`. */
export const sessionReplySchema = z.object({
  login_required: z.boolean().openapi({ description: "whether there are accounts" }),
  user: z.string().nullable().openapi({
    description:
      "null for nobody; local for whoever is on the manager's host where there are no accounts",
  }),
  role: z.enum(ROLES).nullable(),
  can_change: z.boolean(),
  via: z.enum(["session", "basic", "token", "local"]).nullable(),
  manager_version: z.string(),
}).openapi("Session");
export type SessionReply = z.infer<typeof sessionReplySchema>;

/** `POST /api/login`. */
export const loginSchema = z.object({
  user: z.string().max(255, "expected at most 255 characters"),
  password: z.string().max(255, "expected at most 255 characters"),
}).openapi("Login");

/** Something that somebody has done, or has tried to. */
export const auditEntrySchema = z.object({
  id: z.number().int().min(0),
  time: z.number().min(0),
  actor: z.string().openapi({ description: "a name, local, or - where nobody is known" }),
  client_ip: z.string(),
  action: z.string(),
  target: z.string(),
  outcome: z.string().openapi({ description: "done, or how it failed" }),
  detail: z.string(),
}).openapi("AuditEntry");

/** `GET /api/audit`. */
export const auditReplySchema = z.object({
  entries: z.array(auditEntrySchema).openapi({
    description: "in the order in which they happened",
  }),
  next: z.number().int().min(0).openapi({
    description: "the `since` that gives what comes after these",
  }),
  complete: z.boolean().openapi({
    description: "false where only the newest are known, since there is no history",
  }),
}).openapi("AuditReply");
export type AuditReply = z.infer<typeof auditReplySchema>;
