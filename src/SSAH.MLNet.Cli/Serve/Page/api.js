// Requests to the service. An answer that is no success becomes an Error with the service's own words.
export class Unauthorized extends Error {}

const tries = 10;
const pause = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));

async function request(method, path, body, type, left = tries) {
  let response;
  try {
    response = await fetch(path, { method, body, headers: type ? { "Content-Type": type } : {} });
  } catch {
    throw new Error("The service does not answer. Is ssah serve running?");
  }
  if (response.ok) {
    const text = await response.text();
    return text ? JSON.parse(text) : null;
  }
  // Too many images at a time: the service says when to come again.
  const wait = Number(response.headers.get("Retry-After"));
  if (response.status === 503 && wait > 0 && left > 1) {
    await pause(wait);
    return request(method, path, body, type, left - 1);
  }
  const problem = await response.json().catch(() => ({}));
  const message = problem.detail || problem.title || `The service answered ${response.status}.`;
  throw response.status === 401 ? new Unauthorized(message) : new Error(message);
}

const json = value => JSON.stringify(value);
const query = values => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "")).toString();

export const api = {
  collection: () => request("GET", "/collection"),
  signIn: token => request("POST", "/session", json({ token }), "application/json"),
  search: (file, k, label) => request("POST", `/search?${query({ k, label })}`, file, file.type.startsWith("image/") ? file.type : "application/octet-stream"),
  add: file => request("POST", "/images", file, file.type.startsWith("image/") ? file.type : "application/octet-stream"),
  neighbors: (id, k, label) => request("GET", `/images/${id}/neighbors?${query({ k, label })}`),
  image: id => request("GET", `/images/${id}`),
  images: values => request("GET", `/images?${query(values)}`),
  remove: id => request("DELETE", `/images/${id}`),
  labels: () => request("GET", "/labels"),
  setLabels: (id, labels) => request("PUT", `/images/${id}/labels`, json({ labels }), "application/json"),
  undo: change => request("POST", `/labels/undo?${query({ change })}`),
  labeling: count => request("GET", `/labeling?${query({ count })}`),
  skip: id => request("POST", `/images/${id}/skip`),
  proposeSkipped: () => request("DELETE", "/labeling/skipped"),
  job: name => request("GET", `/${name}`),
  startJob: name => request("POST", `/${name}`),
  stopJob: name => request("DELETE", `/${name}`),
};
