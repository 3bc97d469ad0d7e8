// The page: its head, and the view that the address names.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { told } from "./lib/clock";
import { route as current, type Route } from "./lib/route";
import { useStore } from "./lib/store";
import { Header } from "./ui/Header";
import { Help } from "./ui/Help";
import { Link } from "./ui/Link";
import { Empty, Loading } from "./ui/Notice";
import { EntropyView } from "./views/Entropy";
import { FindingsView } from "./views/Findings";
import { GuestView } from "./views/Guest";
import { ResourceView } from "./views/Resource";
import { ServiceView } from "./views/Service";
import { SessionsView } from "./views/Sessions";
import { TimelineView } from "./views/Timeline";

const views: Record<string, { title: string; view: (p: { route: Route }) => JSX.Element }> = {
  "/": { title: "Timeline", view: TimelineView },
  "/table": { title: "Sessions", view: SessionsView },
  "/resource": { title: "Resource", view: ResourceView },
  "/findings": { title: "Findings", view: FindingsView },
  "/entropy": { title: "Entropy", view: EntropyView },
  "/service": { title: "Service", view: ServiceView },
};

const guest = { title: "Guest", view: GuestView };

export function App(): JSX.Element {
  const route = useStore(current);
  const clocked = useStore(told);
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const found = route.path.startsWith("/guest/") ? guest : views[route.path];
  const title = found?.title ?? "Not found";
  useEffect(() => {
    document.title = `${title} – virtaudit`;
  }, [title]);
  useFocusOnArrival(main, route.path);
  useEffect(() => {
    const key = (e: KeyboardEvent): void => {
      if (e.key === "?" && !/^(INPUT|TEXTAREA|SELECT)$/.test((e.target as HTMLElement).tagName)) setHelp(true);
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), main.current?.focus())}>
        To the content
      </a>
      <Header path={route.path} onHelp={() => setHelp(true)} />
      <main id="main" ref={main} tabIndex={-1} aria-label={title}>
        {!found ? <Lost /> : clocked ? <found.view route={route} /> : <Loading what={title.toLowerCase()} />}
      </main>
      <Help open={help} onClose={() => setHelp(false)} />
    </>
  );
}

/** Another view was come to: the keyboard goes there with who reads. */
function useFocusOnArrival(main: { current: HTMLElement | null }, path: string): void {
  const was = useRef(path);
  useEffect(() => {
    if (was.current === path) return;
    was.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
}

function Lost(): JSX.Element {
  return (
    <Empty title="There is no such page">
      <p>
        The address may be cut short. <Link to="/">To the timeline</Link>
      </p>
    </Empty>
  );
}
