import type { ComponentChildren } from "preact";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { PageTitle } from "../frame/page_title.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { Exact } from "../shared/time.tsx";
import { LabelEditor } from "./label_editor.tsx";
import { Choice } from "./choice.tsx";
import { TimeZone } from "./time_zone.tsx";

const w = words.settings;

/** How this reader wants the dashboard; kept in this browser. */
export function SettingsPage({ focus }: { focus: boolean }) {
  const title = words.frame.pages.settings;
  return (
    <>
      <div>
        <PageTitle text={title} focus={focus}>{title}</PageTitle>
        <p class="text-xs text-muted">{w.kept}</p>
      </div>
      <Appearance />
      <Figures />
      <Shortcuts />
      <LabelEditor />
    </>
  );
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="flex max-w-3xl flex-col gap-5 rounded-lg border border-line bg-surface px-4 py-4">
      <h2 class="font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function Appearance() {
  const { settings } = useStore();
  const { theme, density } = settings.value.value;
  return (
    <Group title={w.appearance}>
      <Choice
        name="theme"
        label={w.theme}
        options={w.themes}
        value={theme}
        onChange={(theme) => settings.change({ theme })}
      />
      <Choice
        name="density"
        label={w.density}
        options={w.densities}
        value={density}
        onChange={(density) => settings.change({ density })}
      />
    </Group>
  );
}

function Figures() {
  const { settings, now } = useStore();
  const { rates, units, timeZone } = settings.value.value;
  return (
    <Group title={w.figures}>
      <Choice
        name="rates"
        label={w.rates}
        options={w.rateKinds}
        value={rates}
        onChange={(rates) => settings.change({ rates })}
      />
      <Choice
        name="units"
        label={w.units}
        options={w.unitKinds}
        value={units}
        onChange={(units) => settings.change({ units })}
      />
      <TimeZone value={timeZone} onChange={(timeZone) => settings.change({ timeZone })} />
      <p class="border-t border-line pt-4 text-muted">
        {w.example}: <Bytes value={1_234_567_890} /> · <Rate value={84_000_000} /> ·{" "}
        <Exact time={now.value / 1000} /> ({useFormat().zone})
      </p>
    </Group>
  );
}

function Shortcuts() {
  const { settings } = useStore();
  return (
    <Group title={w.shortcuts}>
      <label class="flex min-h-6 items-center gap-2">
        <input
          type="checkbox"
          checked={settings.value.value.shortcuts}
          onChange={(e) => settings.change({ shortcuts: e.currentTarget.checked })}
          class="size-4 accent-accent"
        />
        {w.shortcutsOn}
      </label>
    </Group>
  );
}
