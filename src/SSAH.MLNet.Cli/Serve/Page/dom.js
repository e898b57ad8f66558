// Elements from names, attributes and children. Text is always text: nothing that comes from files or labels becomes markup.
const svgNames = new Set(["svg", "polyline", "line"]);

export function el(name, attributes = {}, ...children) {
  const node = svgNames.has(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

// For screen readers, and for a moment for everybody.
let saidUntil = 0;
export function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  saidUntil = Date.now() + 4000;
  setTimeout(() => { if (Date.now() >= saidUntil) said.textContent = ""; }, 4100);
}

export const count = number => number.toLocaleString("en-US");
export const counted = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;
export const percent = share => `${Math.round(share * 100)} %`;

export function bytes(number) {
  return number >= 1e6 ? `${(number / 1e6).toFixed(1)} MB` : number >= 1e3 ? `${Math.round(number / 1e3)} KB` : `${number} bytes`;
}

export function seconds(number) {
  return number >= 60 ? `${Math.floor(number / 60)} min ${Math.round(number % 60)} s` : `${Math.round(number)} s`;
}

export const fileName = path => path.slice(path.lastIndexOf("/") + 1);

// A tile of an image that leads to its neighbors.
export function tile(image, ...remarks) {
  return el("li", { class: "tile" },
    el("a", { href: `#/image/${image.id}`, "aria-label": `Images like ${image.name}${image.labels.length ? `, labeled ${image.labels.join(", ")}` : ""}` },
      el("span", { class: "frame" }, el("img", { src: image.thumbnail, alt: "", loading: "lazy", width: 160, height: 160 })),
      el("span", { class: "caption" }, fileName(image.name))),
    image.labels.length > 0 && el("span", { class: "labels" }, image.labels.map(label => el("b", { class: "tag" }, label))),
    ...remarks);
}

// How far a code is from the query's: a bar that is full where no bit differs.
export function distance(bits, of) {
  const near = Math.max(0, 1 - 2 * bits / of);
  return el("span", { class: "distance" },
    el("progress", { max: 1, value: near, "aria-hidden": "true" }), el("span", {}, counted(bits, "bit")));
}

export const notice = (text, kind = "") => el("p", { class: `notice ${kind}`, role: kind === "error" ? "alert" : undefined }, text);
