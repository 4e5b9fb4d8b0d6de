// What browsers keep from a page that came over plain HTTP under another name than localhost, as
// from a hub without a certificate: locks among tabs, and crypto.randomUUID.

export const uuid = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

const ends = new Map();

// As navigator.locks.request does, but among the cells of this tab alone: another one's are waited
// for in the kernel, where they are taken out by an interrupt only.
const inThisTab = async (name, { signal }, act) => {
  const before = ends.get(name) ?? Promise.resolve();
  let end;
  const mine = new Promise((resolve) => (end = resolve));
  ends.set(name, before.then(() => mine));
  try {
    await new Promise((resolve, reject) => {
      before.then(resolve);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    signal.throwIfAborted();
    return await act();
  } finally {
    end();
  }
};

export const locks = navigator.locks ?? { request: inThisTab };
