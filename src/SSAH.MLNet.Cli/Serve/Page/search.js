// Neighbors of a photo that is dropped, pasted or picked, and of an image of the collection.
import { api } from "./api.js";
import { el, say, tile, distance, counted, bytes, fileName, notice } from "./dom.js";
import { labelEditor } from "./labels.js";

const shown = 24;
let photo = null;
let address = null;

export function searchFor(file) {
  if (address) URL.revokeObjectURL(address);
  photo = file;
  address = URL.createObjectURL(file);
}

export async function searchView(main) {
  let runs = 0;
  const input = el("input", { type: "file", id: "photo", accept: "image/*", class: "visually-hidden" });
  const results = el("div", { "aria-live": "polite" });
  const query = el("div", { class: "query" });
  const label = await labelFilter(() => run());
  input.addEventListener("change", () => {
    if (input.files.length === 0) return;
    searchFor(input.files[0]);
    run();
  });
  main.append(el("h1", {}, "Search"),
    el("div", { class: "card pick" }, input,
      el("label", { for: "photo", class: "button primary" }, "Choose a photo"),
      el("span", { class: "soft" }, "or drop it anywhere on this page, or paste it"),
      el("span", { class: "push" }, label)),
    query, results);
  if (photo) await run();
  else results.append(notice("The images of the collection that are nearest to the photo will stand here. The photo stays on this machine and is not kept unless you add it."));

  async function run() {
    if (!photo) return;
    // A busy service is asked again, and another photo may be chosen meanwhile.
    const own = ++runs;
    const name = el("strong", {}, photo.name || "pasted image");
    query.replaceChildren(el("img", { src: address, alt: "The photo that is searched for", class: "asked" }),
      el("div", {}, name, el("p", { class: "soft" }, bytes(photo.size)),
        el("button", { type: "button", onclick: event => add(event.currentTarget) }, "Add it to the collection")));
    results.replaceChildren(notice("Searching..."));
    try {
      const started = performance.now();
      const answer = await api.search(photo, shown, label.querySelector("select").value);
      const time = performance.now() - started;
      if (own !== runs) return;
      results.replaceChildren(el("h2", {}, `${counted(answer.matches.length, "image")} in ${Math.round(time)} ms`), matches(answer));
    } catch (error) {
      if (own === runs) results.replaceChildren(notice(error.message, "error"));
    }
  }

  async function add(button) {
    button.disabled = true;
    const here = location.hash;
    try {
      const image = await api.add(photo);
      say("Added to the collection.");
      if (location.hash === here) location.hash = `#/image/${image.id}`;
    } catch (error) {
      button.disabled = false;
      results.prepend(notice(error.message, "error"));
    }
  }
}

export async function imageView(main, id) {
  const image = await api.image(id);
  const answer = await api.neighbors(id, shown);
  const editor = await labelEditor(image);
  main.append(el("h1", {}, fileName(image.name)),
    el("div", { class: "query" },
      el("a", { href: image.file, target: "_blank", rel: "noopener", "aria-label": "Open the file" },
        el("img", { src: `${image.thumbnail}&side=1024`, alt: image.name, class: "asked large" })),
      el("div", { class: "about" },
        el("p", { class: "soft" }, image.name, el("br"), `${image.width} x ${image.height}, ${bytes(image.bytes)}`),
        editor,
        el("button", { type: "button", class: "danger", onclick: remove }, "Remove from the collection"))),
    el("h2", {}, "Nearest images"), matches(answer));

  async function remove() {
    if (!confirm(`Remove ${image.name} from the collection? ${image.name.startsWith("uploads/") ? "Its file goes into the trash." : "Its file stays where it is."}`)) return;
    await api.remove(id);
    say("Removed.");
    location.hash = "#/browse";
  }
}

async function labelFilter(onchange) {
  const labels = await api.labels();
  return el("label", { class: labels.length === 0 ? "visually-hidden" : "" }, "only ",
    el("select", { onchange }, el("option", { value: "" }, "all labels"),
      labels.map(each => el("option", { value: each.label }, `${each.label} (${each.images})`))));
}

function matches(answer) {
  return answer.matches.length === 0 ? notice("There is nothing to find.")
    : el("ul", { class: "tiles" }, answer.matches.map(match => tile(match.image, distance(match.distance, answer.bits))));
}
