/** A way to one server. */
export interface Transport {
  /**
   * Resolves to an answer that belongs to the query (RFC 5452), whose id is the transport's to set.
   * Rejects with what went wrong, or with the signal's reason once that fires.
   */
  ask(query: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Uint8Array>;
  /** Lets go of what is kept open; those who ask have ended before. */
  close(): void;
}
