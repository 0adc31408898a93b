import { words } from "../../words/words.ts";

/** The time zone in which moments are written. */
export function TimeZone({ value, onChange }: { value: string; onChange: (zone: string) => void }) {
  const device = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  return (
    <label class="flex flex-col gap-1.5">
      <span class="text-muted">{words.settings.timeZone}</span>
      <select
        value={value}
        onChange={(e) => onChange(e.currentTarget.value)}
        class="h-9 w-full max-w-80 rounded-lg border border-edge bg-surface px-2"
      >
        <option value="">{words.settings.deviceZone(device)}</option>
        {zones.map((zone) => <option key={zone} value={zone}>{zone}</option>)}
      </select>
    </label>
  );
}
