// Which view is shown, signing in, and photos that are dropped or pasted anywhere.
import { api, Unauthorized } from "./api.js";
import { el, say, counted, notice } from "./dom.js";
import { searchView, imageView, searchFor } from "./search.js";
import { browseView } from "./browse.js";
import { labelView } from "./label.js";
import { trainView } from "./train.js";
import { copiesView } from "./copies.js";

const main = document.getElementById("main");
const drop = document.getElementById("drop");
const views = { search: searchView, image: imageView, browse: browseView, label: labelView, train: trainView, copies: copiesView };
let leave = null;

async function show() {
  const [, name = "search", argument] = location.hash.split("/");
  const view = views[name] ?? searchView;
  leave?.();
  leave = null;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#/${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  main.replaceChildren();
  try {
    await describe();
    leave = await view(main, argument) ?? null;
    document.title = `${main.querySelector("h1")?.textContent ?? "ssah"} - ssah`;
  } catch (error) {
    if (error instanceof Unauthorized) signIn();
    else main.append(notice(error.message, "error"));
  }
}

async function describe() {
  const collection = await api.collection();
  document.getElementById("name").textContent = collection.name;
  document.getElementById("facts").textContent = `${counted(collection.images, "image")}, ${collection.model}`;
}

function signIn() {
  const token = el("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
  const problem = el("p", { class: "notice error", role: "alert", hidden: true });
  const form = el("form", { class: "card narrow" }, el("h1", {}, "Sign in"),
    el("label", { for: "token" }, "The token that the service was started with"), token, el("button", { class: "primary" }, "Sign in"), problem);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    try {
      await api.signIn(token.value);
      await show();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  main.replaceChildren(form);
  token.focus();
}

function fileIn(transfer) {
  return [...transfer?.files ?? []].find(file => file.type.startsWith("image/") || file.type === "");
}

function take(file) {
  searchFor(file);
  if (location.hash === "#/search") show();
  else location.hash = "#/search";
}

addEventListener("dragover", event => {
  if (![...event.dataTransfer?.types ?? []].includes("Files")) return;
  event.preventDefault();
  drop.hidden = false;
});
addEventListener("dragleave", event => { if (!event.relatedTarget) drop.hidden = true; });
addEventListener("drop", event => {
  event.preventDefault();
  drop.hidden = true;
  const file = fileIn(event.dataTransfer);
  if (file) take(file);
  else say("That is no image file.");
});
addEventListener("paste", event => {
  const file = fileIn(event.clipboardData);
  if (file) take(file);
});
addEventListener("hashchange", async () => {
  // The link that skips the header is no view.
  if (location.hash === "#main") return;
  await show();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
show();
