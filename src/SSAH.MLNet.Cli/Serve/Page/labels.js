// The labels of one image, to add to and take from. Each change is saved at once.
import { api } from "./api.js";
import { el, say, notice } from "./dom.js";

export async function labelEditor(image) {
  const known = await api.labels();
  const tags = el("span", { class: "labels" });
  const input = el("input", { id: "new-label", list: "known-labels", maxlength: 200, autocomplete: "off" });
  const problem = el("div");
  const form = el("form", { class: "editor" }, el("label", { for: "new-label" }, "Labels"), tags,
    el("span", { class: "row" }, input, el("button", {}, "Add")),
    el("datalist", { id: "known-labels" }, known.map(each => el("option", { value: each.label }))), problem);
  form.addEventListener("submit", event => {
    event.preventDefault();
    const label = input.value.trim();
    if (label) save([...image.labels.filter(each => each !== label), label]);
    input.value = "";
  });
  draw();
  return form;

  function draw() {
    tags.replaceChildren(...image.labels.map(label => el("button", { type: "button", class: "tag", "aria-label": `Take label ${label} away`,
      onclick: () => save(image.labels.filter(each => each !== label)) }, label, el("span", { "aria-hidden": "true" }, " \u00d7"))));
  }

  async function save(labels) {
    try {
      image = (await api.setLabels(image.id, labels)).image;
      say("Saved.");
      problem.replaceChildren();
    } catch (error) {
      problem.replaceChildren(notice(error.message, "error"));
    }
    draw();
  }
}
