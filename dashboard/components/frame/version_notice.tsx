import { useStore } from "../../state/store.ts";
import { versionGap } from "../../state/version.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { Notice } from "../shared/notice.tsx";

/** Says that the manager is not of the page's version, since it was exchanged while the page was open. */
export function VersionNotice() {
  const { session, pageVersion } = useStore();
  const { manager_version } = session.value;
  const gap = versionGap(manager_version, pageVersion);
  if (gap !== "older" && gap !== "newer") return null;
  const { olderManager, unknownManager, newerManager, loadAnew } = words.frame;
  const text = gap === "newer"
    ? newerManager(manager_version, pageVersion)
    : manager_version === "0"
    ? unknownManager(pageVersion)
    : olderManager(manager_version, pageVersion);
  return (
    <Notice action={<Button onClick={() => location.reload()}>{loadAnew}</Button>}>{text}</Notice>
  );
}
