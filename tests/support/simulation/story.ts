import { MAX_DELAY_MS } from "./network.ts";
import { World, type WorldOptions } from "./world.ts";

/** Something that happens to a world. */
interface Trouble {
  name: string;
  /** Lets it happen, as long as it lasts. */
  befall(world: World): Promise<void>;
}

/** So many intervals in which this share of datagrams is lost, and the rest comes twice, late and out of order. */
export const loss = (share: number, intervals: number): Trouble => ({
  name: `loss of ${share} for ${intervals} intervals`,
  async befall(world) {
    if (share > 0.3) world.oracle.mayDrop = true;
    world.network.weather = { loss: share, duplication: 0.1, minDelay: 1, maxDelay: MAX_DELAY_MS };
    await world.pass(intervals * world.intervalMs);
  },
});

export const partition = (intervals: number): Trouble => loss(1, intervals);

/** The proxy ends without a word, and comes back some seconds later. */
export const crash = (seconds: number): Trouble => ({
  name: `crash of the proxy, back after ${seconds} s`,
  async befall(world) {
    world.traffic.quiet = true;
    world.boot.crash();
    await world.pass(seconds * 1000);
    world.traffic.quiet = false;
    world.startProxy();
  },
});

/** The proxy is stopped as one should, and started again. */
export const restart = (seconds: number): Trouble => ({
  name: `restart of the proxy, back after ${seconds} s`,
  async befall(world) {
    world.traffic.quiet = true;
    await world.boot.stop();
    await world.pass(seconds * 1000);
    world.traffic.quiet = false;
    world.startProxy();
  },
});

/** The manager forgets everything. */
export const restartManager = (seconds: number): Trouble => ({
  name: `restart of the manager, back after ${seconds} s`,
  async befall(world) {
    world.stopManager();
    await world.pass(seconds * 1000);
    world.startManager();
  },
});

/** Somebody sets the proxy's clock. */
export const stepProxyClock = (seconds: number): Trouble => ({
  name: `proxy's clock set by ${seconds} s`,
  async befall(world) {
    world.proxyWall.step(seconds * 1000);
    world.stepped = true;
    await world.pass(world.intervalMs);
  },
});

/** Somebody sets the manager's clock. */
export const stepManagerClock = (seconds: number): Trouble => ({
  name: `manager's clock set by ${seconds} s`,
  async befall(world) {
    world.managerWall.step(seconds * 1000);
    world.stepped = world.oracle.mayDrop = true;
    await world.pass(world.intervalMs);
  },
});

/** Many connections end in one moment. */
export const wave = (share: number): Trouble => ({
  name: `${share} of the connections end at once`,
  async befall(world) {
    world.traffic.wave(world.boot, share);
    await world.pass(world.intervalMs / 2);
  },
});

/** Some trouble, as chance will have it. */
function anyTrouble({ random }: World): Trouble {
  return random.pick<() => Trouble>([
    () => loss(random.int(0, 60) / 100, random.int(2, 8)),
    () => loss(random.int(0, 30) / 100, random.int(4, 12)),
    () => partition(random.int(1, 12)),
    () => crash(random.int(0, 40)),
    () => restart(random.int(0, 40)),
    () => restartManager(random.int(0, 20)),
    () => stepProxyClock(random.int(-4000, 4000)),
    () => wave(random.int(1, 40) / 100),
  ])();
}

/** Tells a world's story: trouble after trouble, each with its recovery; returns what was wrong in it. */
export async function tell(
  options: WorldOptions,
  intervals: number,
  troubles: Trouble[] | null = null,
): Promise<string[]> {
  const world = new World(options);
  await world.pass(10_000);
  await world.recover();
  const end = intervals * world.intervalMs;
  for (let nth = 0; troubles ? nth < troubles.length : world.scheduler.now < end; nth++) {
    const trouble = troubles?.[nth] ?? anyTrouble(world);
    world.faults.during = trouble.name;
    await trouble.befall(world);
    await world.recover();
  }
  await world.pass(Math.max(0, end - world.scheduler.now));
  world.faults.during = "rest";
  world.traffic.ended = true;
  await world.recover();
  // Counters by reason are told anew after six intervals, if all of that was lost.
  await world.pass(6 * world.intervalMs);
  world.oracle.checkRest();
  return world.faults.lines();
}
