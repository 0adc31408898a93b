import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { PageTitle } from "../frame/page_title.tsx";
import { EventList } from "./event_list.tsx";

/** What happened in the fleet. */
export function EventsPage({ focus }: { focus: boolean }) {
  const { route } = useStore();
  const title = words.frame.pages.events;
  return (
    <>
      <PageTitle text={title} focus={focus}>{title}</PageTitle>
      <EventList query={route.value.query} />
    </>
  );
}
