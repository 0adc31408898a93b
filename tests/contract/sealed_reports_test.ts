/** What a manager makes of sealed reports that another implementation made; those good and those bad. */
import { strict as assert } from "node:assert";
import { bytesOf, sealedManager, statsKey, VECTORS } from "../support/sealed.ts";

for (const { title, key, sealed, report } of VECTORS.good) {
  Deno.test(`A manager takes in ${title}`, () => {
    const manager = sealedManager([statsKey(key)]);
    assert.equal(manager.at.ms, VECTORS.now * 1000);
    assert.equal(manager.take(bytesOf(sealed)), null);
    const { proxy_id, state } = JSON.parse(report);
    assert.equal(manager.registry.get(proxy_id)?.state.state, state);
  });
}

for (const { title, keys, before, datagram, drop } of VECTORS.bad) {
  Deno.test(`A manager drops ${title} as ${drop}`, () => {
    const manager = sealedManager(
      keys.map(({ key, proxy_id }: { key: string; proxy_id?: string }) => statsKey(key, proxy_id)),
    );
    for (const earlier of before) assert.equal(manager.take(bytesOf(earlier)), null);
    const { size } = manager.registry;
    assert.equal(manager.take(bytesOf(datagram)), drop);
    assert.equal(manager.registry.size, size);
  });
}
