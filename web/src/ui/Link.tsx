// Links within the page: real ones, so that they can be copied and opened in a
// tab of their own.
import type { ComponentChildren, JSX } from "preact";
import { go } from "../lib/route";

export interface LinkProps {
  to: string;
  children: ComponentChildren;
  class?: string;
  title?: string | undefined;
  current?: boolean;
}

export function Link({ to, children, class: name, title, current }: LinkProps): JSX.Element {
  const follow = (e: MouseEvent): void => {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    go(to);
  };
  return (
    <a href={to} class={name} title={title} aria-current={current ? "page" : undefined} onClick={follow}>
      {children}
    </a>
  );
}
