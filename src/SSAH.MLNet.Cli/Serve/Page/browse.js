// All images, or those of a label, page by page.
import { api } from "./api.js";
import { el, tile, notice, counted } from "./dom.js";

export async function browseView(main) {
  const labels = await api.labels();
  const select = el("select", { id: "which", onchange: restart }, el("option", { value: "" }, "all images"), el("option", { value: "-" }, "without a label"),
    labels.map(each => el("option", { value: `=${each.label}` }, `${each.label} (${each.images})`)));
  const list = el("ul", { class: "tiles" });
  const more = el("button", { type: "button", onclick: next }, "Show more");
  const end = el("div", { class: "row" }, more);
  main.append(el("h1", {}, "Browse"), el("p", {}, el("label", { for: "which" }, "Show "), select), list, end);
  let after = 0, shown = 0;
  await next();

  async function restart() {
    after = shown = 0;
    list.replaceChildren();
    await next();
  }

  async function next() {
    const page = await api.images({ after, count: 60, unlabeled: select.value === "-" || undefined,
      label: select.value.startsWith("=") ? select.value.slice(1) : undefined });
    const first = page.images.map(image => tile(image));
    list.append(...first);
    shown += first.length;
    after = page.next;
    end.replaceChildren(page.next === null ? notice(shown === 0 ? "There are none." : `${counted(shown, "image")}; that is all.`) : more);
    if (shown > 60) first[0]?.querySelector("a").focus();
  }
}
