/** The reader's time zone: how far its clocks are ahead, and what stands in a field for date and time. Pure. */

/** Tells a zone's offset; making one costs more than all that it is asked. */
export interface Zone {
  /** Milliseconds that its clocks are ahead of UTC at a Unix time in milliseconds. */
  offset(at: number): number;
}

/** A zone by its IANA name; throws a RangeError for one that does not exist. */
export function createZone(name: string): Zone {
  const parts = { year: "numeric", month: "numeric", day: "numeric" } as const;
  const format = new Intl.DateTimeFormat("en-US", {
    ...parts,
    ...{ hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" } as const,
    timeZone: name,
  });
  return {
    offset(at) {
      const n: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(at)) n[type] = Number(value);
      const there = Date.UTC(n.year, n.month - 1, n.day, n.hour, n.minute, n.second);
      return there - Math.floor(at / 1000) * 1000;
    },
  };
}

/** A Unix time in seconds as a `datetime-local` field has it, without seconds: `2026-11-23T14:05`. */
export function toField(time: number, zone: Zone): string {
  const ms = time * 1000;
  return new Date(ms + zone.offset(ms)).toISOString().slice(0, 16);
}

/** What a `datetime-local` field says as Unix seconds; null where it says nothing. */
export function fromField(text: string, zone: Zone): number | null {
  const there = Date.parse(`${text}Z`);
  if (Number.isNaN(there)) return null;
  // The offset of the moment itself decides, which a first guess finds.
  const guess = there - zone.offset(there);
  return (there - zone.offset(guess)) / 1000;
}
