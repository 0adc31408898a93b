import { words } from "../../words/words.ts";
import { PageTitle } from "../frame/page_title.tsx";
import { ConnectionView } from "./connection_view.tsx";

/** The connections of the whole fleet. */
export function ConnectionsPage({ focus }: { focus: boolean }) {
  const { title } = words.connections;
  return (
    <>
      <PageTitle text={title} focus={focus}>{title}</PageTitle>
      <ConnectionView proxyId={null} />
    </>
  );
}
