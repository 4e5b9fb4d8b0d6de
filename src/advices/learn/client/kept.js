// What outlives the page, where the browser lets it: without that it lives as long as the page.

import { BASE } from "./server.js";

const fallback = new Map();

// Return a place for one text, by what it is and the exercise that it belongs to.
export const kept = (what, of) => {
  const key = `advices:${what}:${BASE.pathname}:${of}`;
  return {
    get() {
      try {
        return localStorage.getItem(key);
      } catch {
        return fallback.get(key) ?? null;
      }
    },
    set(text) {
      try {
        localStorage.setItem(key, text);
      } catch {
        // Blocked or full.
        fallback.set(key, text);
      }
    },
    remove() {
      fallback.delete(key);
      try {
        localStorage.removeItem(key);
      } catch {
        // There is nothing to remove.
      }
    },
    // The same as data: null for none, and for what cannot be read.
    data() {
      try {
        return JSON.parse(this.get() ?? "null");
      } catch {
        return null;
      }
    },
  };
};
