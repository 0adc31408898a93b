const REASONS: [what: RegExp, meaning: string][] = [
  [/InvalidContentType/, "it does not speak TLS"],
  [/UnknownIssuer/, "its certificate is from nobody who is trusted; --control-ca names who is"],
  [
    /CaUsedAsEndEntity/,
    "its certificate is an authority's own; expected one with basicConstraints=CA:FALSE",
  ],
  [/NotValidForName/, "its certificate is for another name"],
  [/certificate.*Expired/, "its certificate has expired"],
];

/** What the runtime says of a TLS connection that came to nothing, for people; anything else as it is. Pure. */
export function tlsReason(message: string): string {
  return REASONS.find(([what]) => what.test(message))?.[1] ?? message;
}
