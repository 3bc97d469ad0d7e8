// Finding guests and resources as they are typed.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { aborted, get } from "../lib/api";
import { go } from "../lib/route";
import type { Found } from "../lib/types";
import { guestURL, resourceURL } from "../lib/urls";

interface Option {
  key: string;
  to: string;
  kind: string;
  text: string;
  more: string;
}

function options(found: Found): Option[] {
  return [
    ...found.guests.map((g) => ({
      key: `g ${g.id}`,
      to: guestURL(g.id),
      kind: "guest",
      text: g.name || g.uuid,
      more: `${g.running ? "running" : "not running"} · ${g.node}`,
    })),
    ...found.resources.map((r) => ({
      key: `r ${r.resource}`,
      to: resourceURL(r.resource),
      kind: r.kind,
      text: r.sub ? `${r.id} (${r.sub})` : r.id,
      more: r.count === 1 ? "held once" : `held ${r.count} times`,
    })),
  ];
}

/** Anything can be asked for as a resource, found or not. */
function typed(q: string): Option {
  return { key: "typed", to: resourceURL(q), kind: "who held", text: q, more: "" };
}

export function Search(): JSX.Element {
  const [text, setText] = useState("");
  const [found, setFound] = useState<{ q: string; list: Option[] }>({ q: "", list: [] });
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const asked = text.trim();
  // What was found for the letters before is no answer to these.
  const list = found.q === asked ? found.list : [];

  useEffect(() => {
    if (asked === "") return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get<Found>("/search", { q: asked, limit: 12 }, stop.signal).then(
        (answer) => {
          setFound({ q: asked, list: [...options(answer), typed(asked)] });
          setAt(0);
        },
        (e: unknown) => {
          if (!aborted(e)) setFound({ q: asked, list: [typed(asked)] });
        },
      );
    }, 120);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked]);

  useEffect(() => {
    const slash = (e: KeyboardEvent): void => {
      const where = e.target as HTMLElement;
      if (e.key !== "/" || /^(INPUT|TEXTAREA|SELECT)$/.test(where.tagName)) return;
      e.preventDefault();
      input.current?.select();
    };
    addEventListener("keydown", slash);
    return () => removeEventListener("keydown", slash);
  }, []);

  const pick = (o: Option | undefined): void => {
    if (!o) return;
    setOpen(false);
    setText("");
    input.current?.blur();
    go(o.to);
  };
  const key = (e: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      setOpen(true);
      setAt((n) => (list.length === 0 ? 0 : (n + step + list.length) % list.length));
    } else if (e.key === "Enter") pick(list[at] ?? (asked === "" ? undefined : typed(asked)));
    else if (e.key === "Escape") {
      setOpen(false);
      input.current?.blur();
    } else return;
    e.preventDefault();
  };
  const shown = open && list.length > 0;
  return (
    <div class="search" role="search">
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Find a guest or a resource"
        aria-expanded={shown}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={shown ? `found-${at}` : undefined}
        placeholder="Find a guest, a path, a PCI address, a MAC…"
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={(e) => {
          setText(e.currentTarget.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={key}
      />
      <kbd aria-hidden="true">/</kbd>
      <ul id="found" role="listbox" aria-label="Found" hidden={!shown}>
        {list.map((o, i) => (
          <li
            key={o.key}
            id={`found-${i}`}
            role="option"
            aria-selected={i === at}
            onPointerDown={(e) => {
              e.preventDefault();
              pick(o);
            }}
            onPointerMove={() => setAt(i)}
          >
            <span class="kind">{o.kind}</span>
            <span class="text">{o.text}</span>
            <span class="muted">{o.more}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
