/** What a role lets its bearer do: a viewer reads, an admin changes things too. */
export const ROLES = ["viewer", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Who asks. */
export interface Principal {
  name: string;
  role: Role;
  /** By what they are known; `local` is whoever comes from this host where there are no accounts. */
  via: "session" | "basic" | "token" | "local";
}
