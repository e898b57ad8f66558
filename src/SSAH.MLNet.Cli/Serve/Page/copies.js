// Groups of copies of the same image.
import { api } from "./api.js";
import { el, notice, tile, count, counted, bytes } from "./dom.js";
import { watch } from "./jobs.js";

const shown = 200;

export async function copiesView(main) {
  const place = el("div", { "aria-live": "polite" });
  const result = el("div");
  const start = el("button", { type: "button", class: "primary", onclick: begin }, "Look for copies");
  main.append(el("h1", {}, "Copies"),
    el("p", { class: "lead" }, "The same image in another size, format or brightness, turned, mirrored, cropped or with a caption. All images are read and compared pixel by pixel; nothing is moved here: ", el("code", {}, "ssah duplicates PHOTOS --apply"), " does that."),
    el("p", {}, start), place, result);
  const watching = watch(place, "duplicates", job => {
    start.disabled = false;
    if (job.state === "Done") result.replaceChildren(...groups(job.result));
  });
  return watching.stop;

  async function begin() {
    result.replaceChildren();
    start.disabled = true;
    await api.startJob("duplicates").catch(error => place.replaceChildren(notice(error.message, "error")));
    await watching.refresh();
  }
}

function groups(found) {
  return [el("h2", {}, `${counted(found.groups.length, "group")} with ${counted(found.copies, "copy", "copies")} among ${counted(found.files, "image")}, ${bytes(found.bytes)}`),
    ...found.groups.slice(0, shown).map((group, i) => el("section", { class: "card group", "aria-label": `Group ${i + 1}` },
      el("h3", {}, `group ${i + 1}`),
      el("ul", { class: "tiles" }, group.map(each => tile(each.image, el("span", { class: "soft" },
        el("strong", {}, each.isKept ? "largest" : each.remark), el("br"), `${each.image.width} x ${each.image.height}, ${bytes(each.image.bytes)}`)))))),
    found.groups.length > shown && notice(`${count(found.groups.length - shown)} more groups: ssah duplicates PHOTOS --html lists all.`)].filter(Boolean);
}
